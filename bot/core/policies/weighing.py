"""What may be concluded from what people did with answers, and how much one person's word counts in a figure."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from bot.core.policies.learning import MOST_OF_ONE_A_DAY, MOST_OF_ONE_ABOUT_AN_ARTICLE

MOST_OF_ONE = MOST_OF_ONE_A_DAY
"""So many questions of one person count: what one may teach the search in a day."""


class AskedQuestion(Struct, frozen=True):
    """A customer's question, and what is known of its answer."""

    message_id: int
    conversation_id: int
    person: int
    """Whose question it was; linked accounts are one person."""
    text: str
    is_direct: bool
    was_answered: bool
    """Whether an article was offered for it."""
    right: frozenset[str]
    """Articles that solved it, or that somebody of the team sent as the answer."""
    wrong: frozenset[str]
    """Articles that were not meant."""
    lessons: frozenset[int]
    """The judgements about it, from which the search may have learned."""


class Fairness:
    """Lets each person count a few times, and about one article fewer times."""

    def __init__(self) -> None:
        self._of_one: Counter[int] = Counter()
        self._about: Counter[tuple[int, str]] = Counter()

    def counts(self, person: int, articles: Collection[str] = ()) -> bool:
        """Whether one more question of theirs counts, with a word on these articles."""
        places = [(person, article) for article in articles]
        if self._of_one[person] >= MOST_OF_ONE or any(
            self._about[place] >= MOST_OF_ONE_ABOUT_AN_ARTICLE for place in places
        ):
            return False
        self._of_one[person] += 1
        self._about.update(places)
        return True


def fairly(questions: Iterable[AskedQuestion]) -> list[AskedQuestion]:
    """The questions that count, newest first; a word too many on one article is not heard, but the question stays."""
    fairness, found = Fairness(), list[AskedQuestion]()
    for one in sorted(questions, key=lambda question: -question.message_id):
        if fairness.counts(one.person, one.right | one.wrong):
            found.append(one)
        elif fairness.counts(one.person):
            found.append(replace(one, right=frozenset(), wrong=frozenset()))
    return found


def is_right(question: AskedQuestion, article: str, published: Collection[str]) -> bool | None:
    """Whether this article answers it; None where nobody has said so.

    A question that ended with a person proves nothing: there may be an article that was not found.
    """
    if article in question.right:
        return True
    if article in question.wrong or question.right & frozenset(published):
        return False
    return None


def folds(questions: Sequence[AskedQuestion], count: int) -> list[list[AskedQuestion]]:
    """At most so many parts; all questions of one person are in one, so that nobody judges what they taught."""
    people = {person: at % count for at, person in enumerate(sorted({one.person for one in questions}))}
    parts: list[list[AskedQuestion]] = [[] for _ in range(count)]
    for one in questions:
        parts[people[one.person]].append(one)
    return [part for part in parts if part]
