"""Which language somebody writes, from how likely each of their messages makes it; and which of several to show."""

from collections.abc import Iterable, Sequence
from math import log

from msgspec.structs import replace

from bot.core.contact import Contact

CERTAIN = 0.9
"""No message is worth more than this: one alone changes nothing that is known."""
LIKELY = 0.6
"""Less says nothing, of a language that looks much like another least of all."""
FIRST = 0.7
"""As likely must the first message be where nothing is known: a wrong guess is worse than none."""
ENOUGH = 2.9
"""Log odds: two messages that are clear, or four that are likely."""


def heard(contact: Contact, language: str, share: float) -> Contact:
    """The contact after a message that is in `language` with the probability `share`.

    What was known of their language changes by messages in a row; where nothing was known, the first one counts.
    """
    if not language or share < LIKELY or contact.chosen_language:
        return contact
    if not contact.languages:
        return replace(contact, written_language=language) if share >= FIRST else contact
    if contact.languages[0].partition("-")[0] == language:
        return replace(contact, heard_language="", heard_evidence=0.0)
    share = min(share, CERTAIN)
    before = contact.heard_evidence if contact.heard_language == language else 0.0
    evidence = before + log(share / (1 - share))
    if evidence < ENOUGH:
        return replace(contact, heard_language=language, heard_evidence=evidence)
    return replace(contact, written_language=language, heard_language="", heard_evidence=0.0)


def first_of(wanted: Iterable[str], there: Sequence[str]) -> str:
    """The first wanted language that is there, with its region or without; the first of those there when none is."""
    mains = {language.partition("-")[0]: language for language in reversed(there)}
    for language in wanted:
        if language in there:
            return language
        if (main := language.partition("-")[0]) in mains:
            return mains[main]
    return there[0]
