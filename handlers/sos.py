"""/sos: call everybody who volunteered; and the call that goes out by itself when somebody waits too long."""

from bot.core.actions import Action, Announce, Tell
from bot.core.commands import Argument, Role
from bot.core.content import Button, ButtonStyle, Content, Tone
from bot.core.events import CommandGiven, DeadlineReached, Delivered, DeliveryFailed
from bot.core.sos import CallState, Sos
from bot.core.staff import Staff
from bot.core.texts import Texts, escape, mark
from bot.core.ticket import TicketStatus
from handlers.asking import require
from handlers.context import Context
from handlers.exchange import answer
from handlers.naming import outside_name
from handlers.queue import waited
from handlers.queueing import watch_wait
from handlers.registry import command, deadline, on

WHAT = Argument("reason", mark("Why help is needed; 'end' ends it and thanks everyone"))
LONGEST_REASON = 300


@command("sos", mark("Call everybody who can help"), role=Role.AGENT, arguments=(WHAT,))
def sos(event: CommandGiven, ctx: Context) -> list[Action]:
    staff = require(event, ctx, Role.AGENT)
    if event.arguments.strip().lower() == "end":
        return _end(event, staff, ctx)
    texts = ctx.answer_texts(event)
    reason = str(escape(event.arguments.strip()[:LONGEST_REASON])) or ctx.staff_texts.text(
        "the queue is long"
    )
    started = ctx.work.sos.start(reason, staff.id)
    if started is None:
        active = ctx.work.sos.active()
        since = waited(active.started_at, ctx.now, texts) if active else ""
        typed = ctx.typed("sos", event.place.platform)
        text = texts.text(
            "A call for help has been going on for {time}. {sos} end ends it.", time=since, sos=typed
        )
        return [answer(event, text)]
    ctx.work.audit.record(staff.id, "sos", str(started.id))
    asked = ask_volunteers(ctx, started, staff)
    told = (
        texts.plural("I am asking {n} colleague.", "I am asking {n} colleagues.", len(asked))
        if asked
        else texts.text("Nobody has volunteered yet, so there is nobody I could ask.")
    )
    return [*asked, *_confirm(event, told, ctx), *_announce(ctx, started, staff.name, len(asked))]


@deadline("wait_limit")
def wait_limit(event: DeadlineReached, ctx: Context) -> list[Action]:
    """A ticket has waited longer than this company wants anyone to wait."""
    ticket, limit = ctx.work.tickets.get(int(event.subject)), ctx.settings.wait_limit
    if ticket is None or ticket.status is not TicketStatus.WAITING or limit is None:
        return []
    # As long as it waits it is looked at again: this call may end, or not bring enough.
    watch_wait(ctx, ticket)
    ended_at = ctx.work.sos.last_ended_at()
    if ended_at is not None and ended_at + limit > ctx.now:
        # Whoever ended the last call is not called again at once.
        ctx.work.deadlines.set("wait_limit", ticket.id, ended_at + limit)
        return []
    texts = ctx.staff_texts
    reason = texts.text(
        "ticket #{number} has been waiting for {time}",
        number=ticket.number,
        time=waited(ticket.waiting_since, ctx.now, texts),
    )
    started = ctx.work.sos.start(str(reason), None)
    if started is None:
        return []
    asked = ask_volunteers(ctx, started)
    return [*asked, *_announce(ctx, started, texts.label("The queue"), len(asked))]


@on("delivery_failed", "sos_call")
def call_failed(event: DeliveryFailed, ctx: Context) -> list[Action]:
    sos_id, _, staff_id = event.subject.partition(":")
    ctx.work.sos.set_state(int(sos_id), int(staff_id), CallState.UNREACHED)
    return []


@on("delivered", "sos_call")
def call_arrived(_event: Delivered, _ctx: Context) -> list[Action]:
    """The volunteer was asked; the answer comes as a button."""
    return []


def ask_volunteers(ctx: Context, sos: Sos, caller: Staff | None = None) -> list[Action]:
    """Ask each on their own platform and in their language, but for the caller; without one it is the queue that calls.

    The call itself tells nothing about any customer.
    """
    waiting = ctx.work.queue.counts().waiting
    actions: list[Action] = []
    for staff in ctx.work.team.volunteers():
        if caller is not None and staff.id == caller.id:
            continue
        texts = ctx.texts_to(staff)
        name = _caller_for(staff, caller, texts, ctx)
        text = texts.plural(
            "**{caller}** asks for help. {n} customer is waiting. Can you take one?",
            "**{caller}** asks for help. {n} customers are waiting. Can you take one?",
            waiting,
            caller=name,
        )
        # The reason is the team's own; who was not let in yet may not be of the team.
        why = f"\n\n> {sos.reason}" if staff.is_confirmed else ""
        buttons = (
            Button(texts.label("Jump in"), "jump_in", str(sos.id), ButtonStyle.PRIMARY),
            Button(texts.label("Not now"), "not_now", str(sos.id)),
        )
        content = Content(
            title=texts.label("All hands!"), text=f"{text}{why}", buttons=buttons, tone=Tone.ALERT
        )
        ctx.work.sos.set_state(sos.id, staff.id, CallState.ASKED)
        actions.append(Tell(staff.id, staff.identity, content, "sos_call", f"{sos.id}:{staff.id}"))
    return actions


def _caller_for(volunteer: Staff, caller: Staff | None, texts: Texts, ctx: Context) -> str:
    if caller is None:
        return texts.label("The queue")
    # Who was not let in yet sees what a customer would.
    return caller.name if volunteer.is_confirmed else outside_name(ctx, caller)


def _announce(ctx: Context, sos: Sos, caller: str, asked: int) -> list[Action]:
    if ctx.settings.staff_space is None:
        return []
    texts, platform = ctx.staff_texts, ctx.settings.staff_space.platform
    sos_typed = ctx.typed("sos", platform)
    text = (
        texts.plural(
            "**{caller}** called for help; {n} colleague is asked. {sos} end ends it.",
            "**{caller}** called for help; {n} colleagues are asked. {sos} end ends it.",
            asked,
            caller=caller,
            sos=sos_typed,
        )
        if asked
        else texts.text(
            "**{caller}** called for help, but nobody has volunteered yet. Colleagues who want to be asked write "
            "{volunteer} on billing, api to me. {sos} end ends the call.",
            caller=caller,
            volunteer=ctx.typed("volunteer", platform),
            sos=sos_typed,
        )
    )
    content = Content(title=texts.label("All hands!"), text=f"{text}\n\n> {sos.reason}", tone=Tone.ALERT)
    return [Announce(ctx.settings.staff_space, content)]


def _end(event: CommandGiven, staff: Staff, ctx: Context) -> list[Action]:
    texts = ctx.answer_texts(event)
    active = ctx.work.sos.active()
    if active is None or not ctx.work.sos.end(active):
        typed = ctx.typed("sos", event.place.platform)
        return [
            answer(
                event,
                texts.text("No call for help is going on. Start one with {sos} and a reason.", sos=typed),
            )
        ]
    ctx.work.audit.record(staff.id, "sos_end", str(active.id))
    thanked: list[Action] = []
    joined = 0
    for call in ctx.work.sos.calls(active.id):
        helper = ctx.work.team.get(call.staff_id)
        theirs = ctx.texts_to(helper)
        if call.state is CallState.JOINED:
            joined += 1
            text = theirs.text(
                "The call for help is over. **Thank you for jumping in, {name}!**", name=helper.name
            )
        elif call.state is CallState.ASKED:
            text = theirs.text("The call for help is over. Thank you for being ready to help!")
        else:
            continue
        thanked.append(Tell(helper.id, helper.identity, Content(text=text)))
    space, told = ctx.settings.staff_space, Content(text=_over(ctx.staff_texts, joined))
    announced = [Announce(space, told)] if space else []
    return [*thanked, *_confirm(event, _over(texts, joined), ctx), *announced]


def _over(texts: Texts, joined: int) -> str:
    return texts.plural(
        "The call for help is over. {n} colleague jumped in, and everyone is thanked.",
        "The call for help is over. {n} colleagues jumped in, and everyone is thanked.",
        joined,
    )


def _confirm(event: CommandGiven, told: str, ctx: Context) -> list[Action]:
    """Answer the one who gave the command, unless the announcement is what they read next in the same room."""
    space = ctx.settings.staff_space
    is_announced_here = space is not None and event.place.key == space.key
    is_read_twice = is_announced_here and not ctx.awaits_answers(event.place.platform)
    return [] if is_read_twice else [answer(event, told)]
