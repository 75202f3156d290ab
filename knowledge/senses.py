"""In how many ways one message may be meant: as a whole, sentence by sentence, and as going on from the one before."""

from typing import NamedTuple

from knowledge.courtesies import sentences_asked
from knowledge.follow_up import is_follow_up, with_previous
from knowledge.question import LONGEST_QUESTION

_QUESTION_MARKS = ("?", ";", "\u037e")
# Each is embedded by itself.
_SENTENCES_READ = 3


class Sense(NamedTuple):
    """What is looked up, for which words the passage to show is chosen, and whether it is part of what was said."""

    text: str
    shown_for: str
    is_part: bool = False


def senses_of(text: str, previous: str = "") -> list[Sense]:
    """Return a message as a whole, then its sentences by themselves: first what asks, then what was said first.

    What leans back on what was asked `previous`ly is also read together with it.
    """
    text = text[:LONGEST_QUESTION]
    said = sentences_asked(text)
    asking = sorted(said, key=lambda one: not one.endswith(_QUESTION_MARKS)) if len(said) > 1 else []
    found = [Sense(text, text), *(Sense(one, one, is_part=True) for one in asking[:_SENTENCES_READ])]
    asked = " ".join(said)
    if previous and is_follow_up(asked):
        # The passage is still the one for what was asked last.
        found.append(Sense(with_previous(previous, asked), asked))
    return found
