"""What is shown of a personal number to those who may not read it (RES-4)."""

import pytest

from models.personal import Keyring, masked_phone


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
