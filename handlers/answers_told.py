"""What editors are told of the answers: how many were judged lately, and whether too many were rejected."""

from bot.core.policies.watching import RECENT_WEEKS
from bot.core.texts import Texts
from handlers.context import Context


def answers_told(ctx: Context, texts: Texts) -> list[str]:
    """The last four weeks in a line, and a second one where more was rejected than the threshold promises."""
    watch = ctx.work.answers.watch()
    lately = watch.weeks[-RECENT_WEEKS:]
    answers, unanswered = sum(one.answers for one in lately), sum(one.unanswered for one in lately)
    if not answers and not unanswered:
        return []
    told: list[str] = [
        texts.text(
            "Last four weeks: answers {answers}, judged {judged}, rejected {rejected}; questions without an answer "
            "{unanswered}.",
            answers=answers,
            judged=watch.judged,
            rejected=watch.rejected,
            unanswered=unanswered,
        )
    ]
    if watch.is_below_aim:
        told.append(
            texts.text(
                "⚠️ More is rejected than the threshold promises ({aim} right). Mend the articles that are rejected, or "
                "ask whoever runs Allhands to choose the threshold anew: `allhands knowledge tune`",
                aim=texts.percent(watch.aim),
            )
        )
    return told
