"""Codes of passes: made unguessable, and read as they are typed, scanned or pasted at the gate (PAS-7)."""

import re
import secrets
import unicodedata

CODE_LETTERS = "ACDEFGHJKMNPQRTUVWXY34679"
"""What codes are made of: nothing that looks like another (0 O, 1 I L, 2 Z, 5 S, 8 B)."""
CODE_LENGTH = 10
"""Short enough to be typed at the gate; 25 to the power of 10 is too many to be guessed through a web page."""
_IN_AN_ADDRESS = re.compile(r"code\s*[=:]\s*([^&#]*)", re.IGNORECASE)
_LONG = re.compile(r"[A-Za-z0-9_-]{1,40}")
_NOT_OF_A_CODE = re.compile(r"[^A-Z0-9]+")
_AROUND = re.compile(r"^[^A-Za-z0-9_-]+|[^A-Za-z0-9_-]+$")


def new_code() -> str:
    """A code for the gate that nobody has guessed."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def codes_in(text: str) -> list[str]:
    """The codes that *text* may mean, the likeliest first; none in a text without letters and figures.

    Signs, blanks and what nobody sees count nothing, nor does a word before or behind it, nor case, nor full width. The
    long codes of old passes count as they are written.
    """
    seen = "".join(
        sign for sign in unicodedata.normalize("NFKC", text) if not unicodedata.category(sign).startswith("C")
    )
    found = _IN_AN_ADDRESS.findall(seen)
    said = found[-1] if found else seen
    letters = _NOT_OF_A_CODE.sub("", said.upper())
    long = [each for each in (text.strip(), _AROUND.sub("", said)) if _LONG.fullmatch(each)]
    return list(dict.fromkeys(filter(None, [*long, letters, letters[-CODE_LENGTH:], letters[:CODE_LENGTH]])))
