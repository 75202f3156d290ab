"""How much one person's word counts, so that nobody can teach the bot something wrong alone."""

from msgspec import Struct

from bot.core.judgement import JudgementState, Verdict

MOST_OF_ONE_ABOUT_AN_ARTICLE = 2
MOST_OF_ONE_A_DAY = 5
MOST_OF_STAFF_A_DAY = 30
MOST_OF_CUSTOMERS = 10
"""So many unconfirmed phrasings of an article may come from customers."""


class Before(Struct, frozen=True):
    """What was judged before, of what counts."""

    by_them_about_it: int
    """By the same person about the same article."""
    by_them_today: int
    by_customers_about_it: int
    """With the same verdict, by all customers, without an editor's word."""
    rejected_by_others: int
    """How many other people have rejected the article, whether that counts or not."""


def standing(verdict: Verdict, before: Before, *, is_staff: bool) -> JudgementState:
    """Whether a verdict counts at once, or waits for an editor."""
    if is_staff:
        return _counts(before.by_them_today < MOST_OF_STAFF_A_DAY)
    is_within = (
        before.by_them_about_it < MOST_OF_ONE_ABOUT_AN_ARTICLE
        and before.by_them_today < MOST_OF_ONE_A_DAY
        and before.by_customers_about_it < MOST_OF_CUSTOMERS
    )
    if verdict is Verdict.REJECTED:
        # To take an article away from a question is the stronger change: it needs two who say so.
        return _counts(is_within and before.rejected_by_others > 0)
    return _counts(is_within)


def _counts(is_sure: bool) -> JudgementState:
    return JudgementState.COUNTED if is_sure else JudgementState.WAITING
