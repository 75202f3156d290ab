"""How the text of a setting becomes its value; what cannot work is refused in words that say what to write."""

import re
from collections.abc import Callable
from typing import TypeVar

from bot.core.places import Place
from bot.core.texts import mark
from bot.runtime.catalogue import catalogue_of, languages, operator_texts
from storage.session import is_usable

T = TypeVar("T")
Read = Callable[[str], T]
"""Raises ValueError whose text is for the operator."""

PLATFORMS = ("slack", "discord", "telegram")
_MOST = 2**31 - 1
_ON, _OFF = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})


class Secret:
    """A text that is not shown when it is printed."""

    __slots__ = ("_value",)

    def __init__(self, value: str = "") -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret('***')" if self._value else "Secret('')"


NO_SECRET = Secret()


def number(least: int, most: int = _MOST) -> Read[int]:
    def read(text: str) -> int:
        digits = text.strip().removeprefix("-")
        if digits.isdecimal() and least <= (value := int(text)) <= most:
            return value
        if most == 2**31 - 1:
            raise _wrong(
                mark("'{value}' is not such a number: write a whole number from {least} up"),
                text,
                least=least,
            )
        raise _wrong(
            mark("'{value}' is not such a number: write a whole number from {least} to {most}"),
            text, least=least, most=most,
        )  # fmt: skip

    return read


def switch(text: str) -> bool:
    word = text.strip().lower()
    if word not in _ON | _OFF:
        raise _wrong(mark("'{value}' is neither on nor off: write true or false"), text)
    return word in _ON


def one_of(*words: str) -> Read[str]:
    def read(text: str) -> str:
        if (word := text.strip().lower()) not in words:
            raise _wrong(
                mark("'{value}' is not known here: write one of {words}"), text, words=", ".join(words)
            )
        return word

    return read


def prefix(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9_-]{0,10}", text):
        raise _wrong(mark("'{value}' cannot begin a command: write up to 10 of a-z, 0-9, _ and -"), text)
    return text


def place(text: str) -> Place:
    """'slack:C123', 'discord:123', 'telegram:-100123' as a place."""
    platform, _, channel = text.strip().partition(":")
    if platform not in PLATFORMS or not channel:
        raise _wrong(mark("'{value}' is not a place: write slack:C…, discord:… or telegram:-100…"), text)
    return Place(platform=platform, channel=channel)


def web_address(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]\S*", text.strip()):
        raise _wrong(mark("'{value}' is no address: write https://… or http://…"), text)
    return text.strip()


def key(text: str) -> Secret:
    """What a service asks for in a header, which takes no other signs."""
    if not re.fullmatch(r"[!-~]+", word := text.strip()):
        # It is not repeated: most of it may be the key.
        raise ValueError(
            operator_texts().label(
                "this cannot be a key: there is a space, a line break or a sign other than a-z, A-Z, 0-9 and "
                "punctuation in it. Copy it once more"
            )
        )
    return Secret(word)


def places(text: str) -> tuple[Place, ...]:
    return tuple(place(part) for part in _parts(text))


def accounts(text: str) -> frozenset[tuple[str, str]]:
    """Platform and the person's id there."""
    return frozenset(_account(part) for part in _parts(text))


def hours(text: str) -> tuple[int, int]:
    first, _, last = (part.strip() for part in text.partition("-"))
    if not (first.isdecimal() and last.isdecimal() and int(first) < 24 and int(last) < 24):
        raise _wrong(mark("'{value}' is not a span of hours: write 21-8, or 0-0 for none"), text)
    return int(first), int(last)


def language(text: str) -> str:
    """The code of a catalogue."""
    code = catalogue_of(text.strip())
    if code is None:
        raise _wrong(
            mark("'{value}' is no language of Allhands: write one of {known}"),
            text,
            known=", ".join(languages()),
        )
    return code


def database(text: str) -> str:
    if not is_usable(text):
        # It is not repeated: it may hold a password.
        raise ValueError(
            operator_texts().label(
                "not the address of a database: write sqlite:///file.db or postgresql://user:password@host/name"
            )
        )
    return text


def _account(text: str) -> tuple[str, str]:
    platform, _, person = text.partition(":")
    if platform not in PLATFORMS or not person:
        raise _wrong(mark("'{value}' is not an account: write slack:U…, discord:… or telegram:…"), text)
    return platform, person


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _wrong(message: str, value: str, **values: object) -> ValueError:
    return ValueError(operator_texts().label(message, value=value, **values))
