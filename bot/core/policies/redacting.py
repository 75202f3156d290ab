"""Taking what is about one person out of words that everybody will read.

It takes too much rather than too little: what is left is read by an editor, who can put a number back. Names of other
people, and addresses in the street, have no form that could be recognised.
"""

import re
from collections.abc import Iterable

SHORTEST_NAME = 3

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_QUERY = re.compile(r"(https?://[^\s<>()?#]+)[?#][^\s<>()]*")
_HANDLE = re.compile(r"(?<![\w/])@[\w.-]{2,}")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?\b", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"‹[^‹›]*›")
_MARKS = re.compile("‹(?:e-mail|name|IBAN|card|phone|number)›")
_CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
_PHONE = re.compile(r"(?<![\w.])(?:\+|00|\(?0)\d?(?:[ ()/.-]{0,2}\d){6,14}(?!\d)")
_NUMBER = re.compile(
    r"#\s?\d{2,}|№\s?\d+|\b[A-Z]{1,6}[-_/]?\d{3,}[A-Z0-9-]*\b|(?<![\d.,])\d(?:[ -]?\d){4,}(?!\d)", re.IGNORECASE
)  # fmt: skip


def redact(text: str, names: Iterable[str] = ()) -> str:
    """The text with placeholders for addresses, numbers and these names, whole or in parts."""
    text = _EMAIL.sub("‹e-mail›", text)
    text = _QUERY.sub(r"\1", text)
    text = _HANDLE.sub("‹name›", text)
    text = _IBAN.sub(lambda found: "‹IBAN›" if _is_iban(found[0]) else found[0], text)
    text = _CARD.sub(lambda found: "‹card›" if _is_card(found[0]) else found[0], text)
    text = _PHONE.sub("‹phone›", text)
    text = _NUMBER.sub("‹number›", text)
    parts = sorted({part for name in names for part in _parts(name)}, key=len, reverse=True)
    if parts:
        either = "|".join(re.escape(part) for part in parts)
        text = re.sub(rf"(?<!\w)(?:{either})(?!\w)", "‹name›", text, flags=re.IGNORECASE)
        text = re.sub(r"‹name›(?:[ -]‹name›)+", "‹name›", text)
    return text


def without_placeholders(text: str) -> str:
    """Redacted text without the marks of what was taken out."""
    return _PLACEHOLDER.sub(" ", text)


def placeholders_in(text: str) -> list[str]:
    """Each kind of mark that `redact` has left in it, once."""
    return list(dict.fromkeys(_MARKS.findall(text)))


def _parts(name: str) -> list[str]:
    words = name.split()
    return [name, *(word for word in words if len(word) >= SHORTEST_NAME)] if words else []


def _is_iban(text: str) -> bool:
    """ISO 13616: the remainder by 97 is one."""
    letters = "".join(char for char in text.upper() if char.isalnum())
    moved = letters[4:] + letters[:4]
    return int("".join(str(int(char, 36)) for char in moved)) % 97 == 1


def _is_card(text: str) -> bool:
    """ISO/IEC 7812: the digits pass Luhn's check."""
    digits = [int(char) for char in reversed(text) if char.isdigit()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0
