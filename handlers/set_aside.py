"""Events whose handling failed five times: staff try them again, or drop them."""

from bot.core.actions import Action
from bot.core.commands import Role
from bot.core.events import ButtonPressed
from handlers.asking import Refused, id_in, require
from handlers.context import Context
from handlers.exchange import answer
from handlers.registry import button


@button("event_retry")
def retry(event: ButtonPressed, ctx: Context) -> list[Action]:
    staff = require(event, ctx, Role.AGENT)
    row = _set_aside_row(event, ctx)
    ctx.work.intake.retry(row)
    ctx.work.audit.record(staff.id, "event_retry", event.subject)
    return [
        answer(
            event,
            ctx.answer_texts(event).text("It is tried again now. If it fails once more, you are told here."),
        )
    ]


@button("event_drop")
def drop(event: ButtonPressed, ctx: Context) -> list[Action]:
    staff = require(event, ctx, Role.AGENT)
    row = _set_aside_row(event, ctx)
    ctx.work.intake.drop(row)
    ctx.work.audit.record(staff.id, "event_drop", event.subject)
    return [answer(event, ctx.answer_texts(event).text("Dropped: it will not be tried again."))]


def _set_aside_row(event: ButtonPressed, ctx: Context) -> int:
    """The event on the button; raises Refused when somebody took care of it before."""
    row = id_in(event.subject)
    if row is None or not ctx.work.intake.is_set_aside(row):
        raise Refused(answer(event, ctx.answer_texts(event).text("That has been taken care of already.")))
    return row
