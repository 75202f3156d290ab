"""/volunteer: colleagues outside support say what they know, and when they can be asked."""

from datetime import timedelta

from msgspec.structs import replace

from bot.core.actions import Action, Announce, Tell, UpdateButtons
from bot.core.commands import Argument, Role
from bot.core.content import Button, ButtonStyle, Content
from bot.core.events import ButtonPressed, CommandGiven
from bot.core.policies.queueing import parse_areas
from bot.core.staff import Staff
from bot.core.texts import Texts, mark
from handlers.asking import id_in, require
from handlers.context import Context
from handlers.exchange import answer
from handlers.queueing import release
from handlers.registry import button, command
from handlers.who import member

KNOCKS_AGAIN_AFTER = timedelta(days=1)
WHAT = Argument("what", mark("'on billing, api' names what you know; 'off' ends it"))


@command(
    "volunteer",
    mark("Say what you know, and be asked when help is needed"),
    role=Role.CUSTOMER,
    arguments=(WHAT,),
)
def volunteer(event: CommandGiven, ctx: Context) -> list[Action]:
    """Anybody may offer; who is not known to be of the team is let in by an agent before seeing any ticket."""
    word, _, rest = event.arguments.strip().partition(" ")
    staff = member(event.author, ctx)
    if word.lower() == "on":
        return _on(event, staff, parse_areas(rest), ctx)
    if word.lower() == "off":
        return _off(event, staff, ctx)
    return [answer(event, _state(event, staff, ctx))]


@button("let_in")
def let_in(event: ButtonPressed, ctx: Context) -> list[Action]:
    agent = require(event, ctx, Role.AGENT)
    staff = _candidate(event, ctx)
    texts = ctx.answer_texts(event)
    if staff is None:
        return [answer(event, texts.text("They have withdrawn their offer."))]
    if staff.is_confirmed:
        return [answer(event, texts.text("{name} is in already.", name=staff.name))]
    ctx.work.team.save(replace(staff, is_confirmed=True))
    ctx.work.audit.record(agent.id, "let_in", str(staff.id))
    welcome = ctx.texts_to(staff).text(
        "**{name}** has let you in. You will be asked when help is needed.", name=agent.name
    )
    return [
        *_decided(
            event,
            ctx.staff_texts.text("**{name}** is in, let in by {agent}.", name=staff.name, agent=agent.name),
            Button(ctx.staff_texts.label("Take it back"), "keep_out", str(staff.id)),
        ),
        answer(event, texts.text("{name} is in: they will be asked when help is needed.", name=staff.name)),
        Tell(staff.id, staff.identity, Content(text=welcome, buttons=_jump_in_now(ctx, ctx.texts_to(staff)))),
    ]


@button("keep_out")
def keep_out(event: ButtonPressed, ctx: Context) -> list[Action]:
    agent = require(event, ctx, Role.AGENT)
    staff = _candidate(event, ctx)
    texts = ctx.answer_texts(event)
    if staff is None or staff.role >= Role.AGENT:
        return [answer(event, texts.text("They stay outside, and see nothing of the tickets."))]
    ctx.work.team.save(replace(staff, is_volunteering=False, is_confirmed=False))
    ctx.work.audit.record(agent.id, "keep_out", str(staff.id))
    given_back = [
        action for held in ctx.work.tickets.held_by(staff.id) for action in release(ctx, held, staff)
    ]
    told = ctx.texts_to(staff).text(
        "Thank you for offering to help! The support team does not need it at the moment."
    )
    return [
        *given_back,
        *_decided(
            event,
            ctx.staff_texts.text(
                "**{name}** stays outside, said {agent}.", name=staff.name, agent=agent.name
            ),
        ),
        answer(event, texts.text("They stay outside, and see nothing of the tickets.")),
        Tell(staff.id, staff.identity, Content(text=told)),
    ]


def _decided(event: ButtonPressed, text: str, *buttons: Button) -> list[Action]:
    """The question with its buttons gives way to what was decided."""
    return [UpdateButtons(event.message, Content(text=text, buttons=buttons))] if event.message else []


def ask_to_let_in(ctx: Context, staff: Staff) -> list[Action]:
    """Ask the team about somebody whom nobody has let in, at most once a day however often they knock."""
    if ctx.settings.staff_space is None or ctx.work.deadlines.get("may_knock_again", staff.id) is not None:
        return []
    ctx.work.deadlines.set("may_knock_again", staff.id, ctx.now + KNOCKS_AGAIN_AFTER)
    texts = ctx.staff_texts
    text = texts.text(
        "**{name}** ({platform}) would like to help with tickets, and knows about: {areas}. "
        "Are they one of us? Once in, they read the conversations they are given.",
        name=staff.name,
        platform=staff.identity.platform.capitalize(),
        areas=", ".join(staff.areas) or "-",
    )
    buttons = (
        Button(texts.label("Let in"), "let_in", str(staff.id), ButtonStyle.PRIMARY),
        Button(texts.label("No"), "keep_out", str(staff.id), ButtonStyle.DANGER),
    )
    title = texts.label("{name} would like to help", name=staff.name)
    return [Announce(ctx.settings.staff_space, Content(title=title, text=text, buttons=buttons))]


def _on(event: CommandGiven, staff: Staff | None, areas: tuple[str, ...], ctx: Context) -> list[Action]:
    texts, typed = ctx.answer_texts(event), ctx.typed("volunteer", event.place.platform)
    if not areas and not (staff and staff.areas):
        text = texts.text("What do you know about? {volunteer} on billing, api", volunteer=typed)
        return [answer(event, text)]
    known = staff or ctx.work.team.of(event.author.identity)
    if known is None:
        known = ctx.work.team.enlist(
            event.author.identity, event.author.name, Role.VOLUNTEER, is_confirmed=False
        )
    joined = replace(known, areas=areas or known.areas, is_volunteering=True)
    ctx.work.team.save(joined)
    named = ", ".join(joined.areas)
    if joined.is_confirmed:
        text = texts.text(
            "Thank you! When support needs help with {areas} or anything else, I ask you right here. "
            "{volunteer} off ends it.", areas=named, volunteer=typed)  # fmt: skip
        return [answer(event, text, buttons=_jump_in_now(ctx, texts))]
    text = texts.text(
        "Thank you! I have noted {areas} and asked the support team to let you in. {volunteer} off ends it.",
        areas=named,
        volunteer=typed,
    )
    return [answer(event, text), *ask_to_let_in(ctx, joined)]


def _off(event: CommandGiven, staff: Staff | None, ctx: Context) -> list[Action]:
    known = staff or ctx.work.team.of(event.author.identity)
    if known is None or not known.is_volunteering:
        return [answer(event, ctx.answer_texts(event).text("You were not volunteering, so nothing changes."))]
    ctx.work.team.save(replace(known, is_volunteering=False))
    return [
        answer(
            event,
            ctx.answer_texts(event).text("You will not be asked any more. Thank you for having been there!"),
        )
    ]


def _state(event: CommandGiven, staff: Staff | None, ctx: Context) -> str:
    texts, typed = ctx.answer_texts(event), ctx.typed("volunteer", event.place.platform)
    if staff is None or not staff.is_volunteering:
        return texts.text(
            "You are not volunteering. {volunteer} on billing, api says what you know.", volunteer=typed
        )
    return texts.text(
        "You are volunteering for: {areas}. {volunteer} off ends it.",
        areas=", ".join(staff.areas),
        volunteer=typed,
    )


def _candidate(event: ButtonPressed, ctx: Context) -> Staff | None:
    staff_id = id_in(event.subject)
    staff = ctx.work.team.find(staff_id) if staff_id else None
    return staff if staff is not None and staff.is_volunteering else None


def _jump_in_now(ctx: Context, texts: Texts) -> tuple[Button, ...]:
    """While a call for help is going on, a new volunteer can follow it at once."""
    sos = ctx.work.sos.active()
    if sos is None:
        return ()
    return (Button(texts.label("Jump in"), "jump_in", str(sos.id), ButtonStyle.PRIMARY),)
