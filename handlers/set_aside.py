"""Events whose handling failed five times: staff try them again, or drop them."""

from bot.core.actions import Action
from bot.core.commands import Role
from bot.core.events import ButtonPressed
from handlers.asking import require
from handlers.context import Context
from handlers.exchange import answer
from handlers.registry import button


@button("event_retry")
def retry(event: ButtonPressed, ctx: Context) -> list[Action]:
    staff = require(event, ctx, Role.AGENT)
    if not _is_aside(event, ctx):
        return [answer(event, ctx.staff_texts.text("That was taken care of before."))]
    ctx.work.intake.retry(int(event.subject))
    ctx.work.audit.record(staff.id, "event_retry", event.subject)
    return [
        answer(
            event, ctx.staff_texts.text("It is tried again now. If it fails once more, you are told here.")
        )
    ]


@button("event_drop")
def drop(event: ButtonPressed, ctx: Context) -> list[Action]:
    staff = require(event, ctx, Role.AGENT)
    if not _is_aside(event, ctx):
        return [answer(event, ctx.staff_texts.text("That was taken care of before."))]
    ctx.work.intake.drop(int(event.subject))
    ctx.work.audit.record(staff.id, "event_drop", event.subject)
    return [answer(event, ctx.staff_texts.text("Dropped: it will not be tried again."))]


def _is_aside(event: ButtonPressed, ctx: Context) -> bool:
    return any(str(one.id) == event.subject for one in ctx.work.intake.all_set_aside())
