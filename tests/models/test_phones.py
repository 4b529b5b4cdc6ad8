"""Phone numbers: placeholders are none, what is one can be dialled again and is found in any usual writing."""

import pytest

from models.phones import HIDDEN_PHONE, NotAPhone, read_phones, sought, stored_text

DIALLED = {
    "(021) 5550 1235 转 803": "02155501235-803",
    "021-55501235-803": "02155501235-803",
    "021 5550 1235 分机：803": "02155501235-803",
    "+86 (0)21 5550 1235": "02155501235",
    "+86-21-5550-1235": "02155501235",
    "2155501235": "02155501235",
    "5550 1234/5550 1235": "55501234/55501235",
    "13911110001、13911110002": "13911110001/13911110002",
    "139 1111 0001 或 ５５５０１２３４": "13911110001/55501234",
    "13911110001 13911110001": "13911110001",
    "+852 9123 4567": "+85291234567",
    "00852-9123-4567": "+85291234567",
    "+44 20 7946 0958 ext. 12": "+442079460958-12",
    "0086 138 0013 8000": "13800138000",
    "手机：138-0013-8000": "13800138000",
    "\u202d13800138000\u202c": "13800138000",
    "400-820-8820": "4008208820",
    "95588": "95588",
    "138\u20111234\u20105678": "13812345678",
    " ": "",
}
HIDDEN = ("138****2222", "189****9999", "****13", "138＊＊＊＊2222", "138●●●●2222", "138xxxx2222", "021-****1235")
NO_PHONES = (
    *(
        "无",
        "暂无",
        "没有",
        "-",
        "/",
        "N/A",
        "同上",
        "1390",
        "1390000111122",
        "12",
        "110",
        "1" * 11,
        "0" * 8,
        "12345678",
    ),
    *("13800000000", "021-66666666", "99999999", "12345678901", "138----2222", "张女士", "+86 1390", "+999 123456"),
    *("13911110001转", "13911110001/无", "1-101", "9" * 300),
)
WRITINGS = {
    "02155501235": ("(021) 5550 1235", "021-5550-1235", "+86 21 5550 1235", "5550 1235", "021 5550 1235 转 9"),
    "13800138000": ("138 0013 8000", "+86 138-0013-8000", "008613800138000", "１３８００１３８０００"),
    "+85291234567": ("+852 9123 4567", "00852 91234567"),
}


@pytest.mark.parametrize("written", DIALLED)
def test_what_is_written_can_be_dialled_again_and_reads_the_same_once_stored(written):
    stored = stored_text(read_phones(written))
    assert stored == DIALLED[written]
    assert stored_text(read_phones(stored)) == stored


def test_the_tail_is_the_subscribers_not_the_extensions():
    (phone,) = read_phones("(021) 5550 1235 转 803")
    assert (phone.tail, phone.extension, phone.country) == ("1235", "803", "CN")


@pytest.mark.parametrize("written", HIDDEN)
def test_a_number_with_hidden_digits_is_no_phone_and_said_to_be_hidden(written):
    with pytest.raises(NotAPhone) as refused:
        read_phones(written)
    assert refused.value.message == HIDDEN_PHONE


@pytest.mark.parametrize("written", NO_PHONES)
def test_placeholders_and_other_texts_are_no_phones(written):
    with pytest.raises(NotAPhone):
        read_phones(written)


@pytest.mark.parametrize("number", WRITINGS)
def test_a_number_is_sought_by_the_same_digits_in_any_writing(number):
    (phone,) = read_phones(number)
    found = {written: sought(written) for written in WRITINGS[number]}
    assert {digits[0] for digits in found.values() if digits} == {phone.found_by}
    assert all(found.values())
