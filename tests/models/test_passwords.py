"""Passwords are hashed the same way for everyone, few at a time, and never compared when there is none."""

from models import passwords


def test_a_hash_fits_its_password_only():
    stored = passwords.hashed("correct horse")
    assert passwords.matches(stored, "correct horse")
    assert not passwords.matches(stored, "correct house")


def test_without_a_hash_nothing_fits():
    assert not passwords.matches(None, "")
    assert not passwords.matches("not a hash", "anything")


def test_a_password_that_is_too_long_is_not_hashed():
    stored = passwords.hashed("")
    assert not passwords.matches(passwords.hashed("x"), "x" * (passwords.MAXIMUM_LENGTH + 1))
    assert not passwords.matches(stored, "x" * (passwords.MAXIMUM_LENGTH + 1)), "nor taken for an empty one"
