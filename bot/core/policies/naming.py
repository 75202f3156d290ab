"""Under which name customers see who helps them: as the installation wishes, and never as somebody else."""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum

from bot.core.texts import mark

LONGEST_ALIAS = 40
_BETWEEN = frozenset(" .'’-")
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_HANDLE_ENDS = re.compile(r"[._@]")
_RESERVED = ("allhands", "slack", "slackbot", "discord", "telegram", "everyone", "here", "channel", "system")


class AgentNames(StrEnum):
    """The choices of AGENT_NAMES."""

    OWN = "own"
    FIRST = "first"
    ALIAS = "alias"
    TEAM = "team"


class AliasError(ValueError):
    """It cannot be anybody's alias; the text says why."""


def first_name(name: str) -> str:
    """The first name in a display name; "" when none can be told."""
    words = _ASIDE.sub(" ", name)
    family, comma, rest = words.partition(",")
    for word in (rest if comma and rest.strip() else family).split():
        # A title ends with a dot, and an initial says no name.
        if word.endswith(".") or not any(char.isalpha() for char in word):
            continue
        # Who shows a handle in place of a name shows more in it than the first one: ana.kovac.
        return next((part for part in _HANDLE_ENDS.split(word) if part), "")
    return ""


def alias_of(typed: str, taken: Iterable[str]) -> str:
    """The alias as it will be shown; raises AliasError for what is none, or would pose as one of the `taken`."""
    alias = " ".join(unicodedata.normalize("NFKC", typed).split())
    if len(alias) > LONGEST_ALIAS:
        raise AliasError(mark("An alias has at most 40 characters."))
    if not all(_may_stand(char) for char in alias):
        raise AliasError(mark("An alias has letters, digits, spaces and . ' - and nothing else."))
    if sum(unicodedata.category(char)[0] == "L" for char in alias) < 2:
        raise AliasError(mark("An alias has at least two letters."))
    if any(is_same_name(alias, other) for other in (*_RESERVED, *taken)):
        raise AliasError(mark("That name belongs to somebody else here. Choose another one."))
    return alias


def is_same_name(one: str, other: str) -> bool:
    """Whether a reader would take one name for the other."""
    return _seen(one) == _seen(other) != ""


def _may_stand(char: str) -> bool:
    return char in _BETWEEN or unicodedata.category(char)[0] in "LM" or unicodedata.category(char) == "Nd"


def _seen(name: str) -> str:
    """What is left of a name for the eye: no case, no accents, no signs between."""
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    return "".join(char for char in decomposed if unicodedata.category(char)[0] in "LN")
