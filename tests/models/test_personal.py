"""What is shown of a personal number to those who may not read it (RES-4)."""

import pytest

from models.personal import Keyring, masked_phone, masked_text


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13800138000", "138****8000"),
        ("+86 138 0013 8000", "138****8000"),
        ("021-87654321", "021****4321"),
        ("87654321", "****21"),
        ("8765 432", "****32"),
    ],
)
def test_a_short_phone_number_shows_two_digits_only__RES_4(phone, shown):
    assert masked_phone(phone) == shown


@pytest.mark.parametrize("stored", ["13800138000", "k1:", "k1:AAAA", "k1:no base64 长", "k9:" + "A" * 60, "", None])
def test_whatever_is_no_cipher_text_of_the_key_is_unreadable_and_no_error__RES_4(stored):
    assert Keyring(b"k" * 32).readable(stored) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("打13912349876没人接", "打139****9876没人接"),
        ("周13912349876", "周139****9876"),
        ("call 139 1234 9876 or 139-1234-9877.", "call 139****9876 or 139****9877."),
        ("＋86 １３９１２３４９８７６", "139****9876"),
        ("座机021-87654321转8", "座机021****4321转8"),
        ("身份证110101199003071234，", "身份证1****************4，"),
        ("11010119900307123X", "1****************X"),
        ("R261118-001 1-1203 ¥1280.00 2026-11-18 13:45:10", "R261118-001 1-1203 ¥1280.00 2026-11-18 13:45:10"),
        ("单号6222021391234987612345", "单号6222021391234987612345"),
        ("139****9876", "139****9876"),
        ("", ""),
    ],
)
def test_a_number_among_words_is_masked_and_other_figures_stay__RES_4(text, shown):
    assert masked_text(text) == shown
    assert masked_text(shown) == shown
