"""Phone numbers: placeholders are none, what is one can be dialled again and is found in any usual writing."""

import pytest

from models.phones import (
    DATE,
    HIDDEN_PHONE,
    NO_PHONE,
    ROUNDED_PHONE,
    WHOSE_WORDS,
    WORDS_BESIDE,
    NotAPhone,
    read_noted_phones,
    read_phones,
    sought,
    stored_text,
)

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
    **dict.fromkeys(("(852) 9123-4567", "852-9123-4567", "(852)91234567", "852 9123 4567"), "+85291234567"),
    "(853) 6612-3456": "+85366123456",
    "886-912-345-678": "+886912345678",
    "5550-1234-801": "55501234-801",
    "00852-9123-4567": "+85291234567",
    "+44 20 7946 0958 ext. 12": "+442079460958-12",
    "0086 138 0013 8000": "13800138000",
    "手机：138-0013-8000": "13800138000",
    "\u202d13800138000\u202c": "13800138000",
    "400-820-8820": "4008208820",
    "95588": "95588",
    "138\u20111234\u20105678": "13812345678",
    " ": "",
    "13812345678.0": "13812345678",
    "１３８１２３４５６７８．００": "13812345678",
    "138_1234_5678": "13812345678",
    "☎13812345678": "13812345678",
    "📱 138 1234 5678": "13812345678",
    "Tel.: 13812345678": "13812345678",
    "手机:13812345678": "13812345678",
    "M: 138-1234-5678": "13812345678",
    "手机号码：13812345678；座机：021-55501235": "13812345678/02155501235",
    "手机 13812345678\r\n座机 021-55501235\n": "13812345678/02155501235",
    "021-55501235,803": "02155501235-803",
    "021-55501235，803": "02155501235-803",
    "021-55501235*803": "02155501235-803",
    "021..55501235": "02155501235",
    "13812345678..": "13812345678",
    "13812345678;": "13812345678",
    "13812345678，13912345678": "13812345678/13912345678",
    "+86 (0)138 1234 5678": "13812345678",
    "+86-0138-1234-5678": "13812345678",
    "013812345678": "13812345678",
    "(86)13812345678": "13812345678",
    "1.3812345678E10": "13812345678",
    "1.3812345678e+10": "13812345678",
    "13911110001转分机803": "13911110001-803",
    "13911110001 转 分机号 803": "13911110001-803",
    "021-55501235(803)": "02155501235-803",
    "021-55501235（分机803）": "02155501235-803",
    "021 55501235 803": "02155501235-803",
    "852-91234567": "+85291234567",
    "853-66123456": "+85366123456",
    "13911110001/无": "13911110001",
    "13911110001、没有": "13911110001",
    "13911110001?": "13911110001",
    "13911110001。": "13911110001",
    "139 1111 0001 139 1111 0002": "13911110001/13911110002",
    "021-20260101": "02120260101",
    "1.381234567E10": "13812345670",
}
NOTED = {
    "13812345678（王先生）": ("13812345678", "王先生"),
    "王先生 13812345678": ("13812345678", "王先生"),
    "王先生13812345678": ("13812345678", "王先生"),
    "王和平：138-1234-5678": ("13812345678", "王和平"),
    "13812345678 微信同号": ("13812345678", "微信同号"),
    "Mobile 13812345678 (Mr Wang)": ("13812345678", "Mr Wang"),
    "13812345678(晚上8点后)": ("13812345678", "晚上8点后"),
    "021-55501235 转 803 (公司)": ("02155501235-803", "公司"),
    "Wang: +852 9123 4567": ("+85291234567", "Wang"),
    "王1203 13812345678": ("13812345678", "王1203"),
    "13812345678 1203室": ("13812345678", "1203室"),
    "办公电话 021-55501235": ("02155501235", "办公电话"),
    "13812345678【儿子】": ("13812345678", "儿子"),
}
DATES = ("2026-11-28", "2026.11.28", "20260101", "2026-1-5", "28-11-2026", "王 2026-11-28", "19991231", "12.31.1999")
HIDDEN = (
    "139××××2222",
    "138…5678",
    "138..5678",
    "13812345*78",
    "138****2222 (王)",
    "138****2222",
    "189****9999",
    "****13",
    "138＊＊＊＊2222",
    "138●●●●2222",
    "138xxxx2222",
    "021-****1235",
)
NO_PHONES = (
    "138-1234-5678-9",
    *("82-10-1234-5678", "44-20-7946-0958", "755-2600-1234", "852-8223-1234"),  # no extension ends these
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
    *(
        "*803",
        "..",
        "1.38123E+10",
        "1E10",
        "13812345678 12345678901",
        "13812345678 ext",
        "1203 13812345678",
        "王 138 1234",
        "（王先生）",
    ),
    *("13911110001转", "1-101", "9" * 300),
)
WRITINGS = {
    "13812345678": (
        "13812345678.0",
        "☎138_1234_5678",
        "Tel.: 138 1234 5678",
        "+86 (0)138 1234 5678",
        "1.3812345678E10",
    ),
    "02155501235": ("(021) 5550 1235", "021-5550-1235", "+86 21 5550 1235", "5550 1235", "021 5550 1235 转 9"),
    "13800138000": ("138 0013 8000", "+86 138-0013-8000", "008613800138000", "１３８００１３８０００"),
    "+85291234567": ("+852 9123 4567", "00852 91234567"),
}


@pytest.mark.parametrize("written", DATES)
def test_a_date_is_no_phone_number(written):
    with pytest.raises(NotAPhone) as refused:
        read_noted_phones(written)
    assert refused.value.message == DATE


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


def test_what_stands_beside_a_number_is_kept_or_refused_never_lost():
    for written, (number, note) in NOTED.items():
        (phone,) = read_noted_phones(written)
        assert (phone.text, phone.note) == (number, note), written
        assert read_noted_phones(phone.noted) == (phone,)
        with pytest.raises(NotAPhone) as refused:
            read_phones(written)
        assert refused.value.message == WORDS_BESIDE
    both = [("13812345678", "王先生"), ("13912345678", "李女士")]
    for written in ("王先生13812345678 李女士13912345678", "13812345678（王先生）、13912345678（李女士）"):
        assert [(phone.text, phone.note) for phone in read_noted_phones(written)] == both


def test_words_between_two_numbers_are_of_the_one_that_they_touch_and_a_question_otherwise():
    own, wife, son = "13812345678", "13912345678", "13712345678"
    for written in (f"{own} 老婆{wife}", f"{own} 老婆:{wife}", f"{own}  老婆: {wife}", f"{own}老婆：{wife}"):
        assert [(phone.text, phone.note) for phone in read_noted_phones(written)] == [(own, None), (wife, "老婆")]
    several = read_noted_phones(f"{own} 老婆{wife} 儿子{son}")
    assert [phone.note for phone in several] == [None, "老婆", "儿子"]
    for written in (f"{own}(停机) {wife}", f"{own}停机 {wife}", f"{own}（停机）{wife}"):
        assert [phone.note for phone in read_noted_phones(written)] == ["停机", None], written
    for written in (f"{own}老婆{wife}", f"{own} 老婆 {wife}", f"{own} 老婆{wife} 儿子"):
        with pytest.raises(NotAPhone) as refused:
            read_noted_phones(written)
        assert refused.value.message == WHOSE_WORDS, written


def test_digits_that_are_no_longer_known_are_said_to_be_rounded_or_hidden():
    said = {"1.38123E+10": ROUNDED_PHONE, "*803": NO_PHONE, "..": NO_PHONE, "138*2222": HIDDEN_PHONE}
    for written, sentence in said.items():
        with pytest.raises(NotAPhone) as refused:
            read_phones(written)
        assert refused.value.message == sentence, written


@pytest.mark.parametrize("number", WRITINGS)
def test_a_number_is_sought_by_the_same_digits_in_any_writing(number):
    (phone,) = read_phones(number)
    found = {written: sought(written) for written in WRITINGS[number]}
    assert {digits[0] for digits in found.values() if digits} == {phone.found_by}
    assert all(found.values())
