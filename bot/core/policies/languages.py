"""Which language somebody writes, from how likely each of their messages makes it; and which of several to show."""

import re
from collections.abc import Iterable, Sequence
from math import log

from msgspec.structs import replace

from bot.core.contact import Contact
from bot.core.policies.words import folded, is_mere_reply

CERTAIN = 0.9
"""No message is worth more than this: one alone changes nothing that is known."""
LIKELY = 0.6
"""Less says nothing, of a language that looks much like another least of all."""
FIRST = 0.7
"""As likely must the first message be where nothing is known: a wrong guess is worse than none."""
CLEAR = 0.95
"""As likely one message is enough beside an app that speaks English, as apps do that nobody has set."""
ENOUGH = 2.9
"""Log odds: two messages that are clear, or four that are likely."""
_LONGEST_COURTESY = 80
_SAID_ONLY_IN = {
    "hr": frozenset(
        "bok pozdrav dobar razgovarati razgovaram porazgovarati covjekom osobom trebam hocu".split()
    ),
    "sl": frozenset(
        "zivjo zdravjo dober najlepsa govoril govorila pogovoril clovekom cloveka potrebujem".split()
    ),
    "lv": frozenset("sveiki labdien labrit labvakar paldies gribu runat parunat cilveku velos ludzu".split()),
}
"""Words of a hello, thanks, or a wish for a person by which the language is known; folded."""
_WORD = re.compile(r"[^\W\d_]+")


def heard(contact: Contact, language: str, share: float) -> Contact:
    """The contact after a message that is in `language` with the probability `share`.

    What was known of their language changes by messages in a row; where nothing was known, or only that their app
    speaks English, the first one counts.
    """
    if not language or share < LIKELY or contact.chosen_language:
        return contact
    is_as_it_came = contact.language.partition("-")[0] == "en" and not contact.written_language
    if share >= CLEAR and is_as_it_came and language != "en":
        return replace(contact, written_language=language, heard_language="", heard_evidence=0.0)
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


def courtesy_in(text: str) -> str:
    """The language of a hello, thanks or wish for a person that is said so in one language alone; else ""."""
    if len(text) > _LONGEST_COURTESY:
        return ""
    words = _WORD.findall(folded(text))
    found = [language for language, telling in _SAID_ONLY_IN.items() if not telling.isdisjoint(words)]
    if any("α" <= word[0] <= "ω" for word in words):
        found.append("el")
    # Last, for it costs most: nearly every message has no such word.
    return found[0] if len(found) == 1 and is_mere_reply(text) else ""


def first_of(wanted: Iterable[str], there: Sequence[str]) -> str:
    """The first wanted language that is there, with its region or without; the first of those there when none is."""
    mains = {language.partition("-")[0]: language for language in reversed(there)}
    for language in wanted:
        if language in there:
            return language
        if (main := language.partition("-")[0]) in mains:
            return mains[main]
    return there[0]
