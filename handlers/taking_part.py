"""/add and /remove: whom the asker lets decide in their conversation, where several people take part in one."""

import re
from collections.abc import Sequence

from bot.core.actions import Action, Reply
from bot.core.commands import Argument, Role, Where
from bot.core.contact import Contact
from bot.core.content import Button, Content
from bot.core.conversation import Conversation
from bot.core.events import ButtonPressed, CommandGiven, MessageReceived
from bot.core.places import Identity
from bot.core.texts import mark
from handlers.asking import id_in
from handlers.context import Asked, Context
from handlers.exchange import RECENT, answer, customer_of, retire_buttons, say, texts_for
from handlers.registry import button, command
from storage import Participant

WHOM = Argument("person", mark("Whom; without it you choose from those who wrote here"))
LONGEST_READ = 100
MOST_BUTTONS = 10
_MENTION = re.compile(r"<@!?(\w+)(?:\|[^>]*)?>")


@command(
    "add",
    mark("Let somebody else here answer, rate and close with you"),
    role=Role.CUSTOMER,
    where=Where.AMONG_OTHERS,
    arguments=(WHOM,),
)
def add(event: CommandGiven, ctx: Context) -> list[Action]:
    return _choose(event, ctx, is_trusted=True)


@command(
    "remove",
    mark("Take that back from somebody whom you added"),
    role=Role.CUSTOMER,
    where=Where.AMONG_OTHERS,
    arguments=(WHOM,),
)
def remove(event: CommandGiven, ctx: Context) -> list[Action]:
    return _choose(event, ctx, is_trusted=False)


@button("trust")
def trust(event: ButtonPressed, ctx: Context) -> list[Action]:
    return _press(event, ctx, is_trusted=True)


@button("distrust")
def distrust(event: ButtonPressed, ctx: Context) -> list[Action]:
    return _press(event, ctx, is_trusted=False)


def introduce(
    ctx: Context, conversation: Conversation, contact: Contact, event: MessageReceived
) -> list[Action]:
    """Somebody else writes in this conversation for the first time: where a thread takes no commands, its asker is
    shown a button in place of one; not for staff, who decide as staff.
    """
    place, capabilities = event.place, ctx.capabilities_of(event.place.platform)
    takes_commands = capabilities is None or capabilities.has_commands_in_threads or not place.thread
    if not ctx.work.participants.hear(conversation.id, contact.id) or takes_commands:
        return []
    staff = ctx.work.team.of(event.author.identity)
    if staff is not None and staff.role >= Role.AGENT:
        return []
    texts = texts_for(customer_of(conversation, ctx), ctx)
    text = texts.text(
        "**{name}** writes here, too. May they answer, rate and close this with you?", name=contact.name
    )
    button = Button(texts.label("Yes, add them"), "trust", f"{conversation.id}:{contact.id}")
    asker = ctx.work.contacts.identities_of(conversation.contact_id)[0]
    return [Reply(place, asker, Content(text=text, buttons=(button,)))]


def _choose(event: CommandGiven, ctx: Context, *, is_trusted: bool) -> list[Action]:
    texts = ctx.texts_of(event.author)
    conversation = _own_in_room(event, ctx)
    if conversation is None:
        return [answer(event, texts.text("Say this where you asked me something in front of others."))]
    people = [one for one in ctx.work.participants.of(conversation.id) if one.is_trusted is not is_trusted]
    named = _named(event, ctx, people)
    if named is not None:
        return _set(event, ctx, conversation, named, is_trusted=is_trusted)
    if not people:
        text = (
            texts.text(
                "Nobody else has written in your conversation yet. Let them write here once, then add them."
            )
            if is_trusted
            else texts.text("You have added nobody here.")
        )
        return [answer(event, text)]
    action = "trust" if is_trusted else "distrust"
    buttons = [
        Button(one.name[:40], action, f"{conversation.id}:{one.contact_id}") for one in people[:MOST_BUTTONS]
    ]
    return [answer(event, texts.text("Whom do you mean?"), buttons=buttons)]


def _press(event: ButtonPressed, ctx: Context, *, is_trusted: bool) -> list[Action]:
    """A button is as good as the one who presses it: only the asker may, and only for who takes part."""
    conversation_id, _, contact_id = event.subject.partition(":")
    number = id_in(conversation_id)
    conversation = ctx.work.conversations.find(number) if number else None
    contact = ctx.work.contacts.of(event.author.identity)
    people = ctx.work.participants.of(conversation.id) if conversation else []
    person = next((one for one in people if str(one.contact_id) == contact_id), None)
    if conversation is None or contact is None or person is None or conversation.person != contact.person:
        texts = ctx.texts_of(event.author)
        return [answer(event, texts.text("Only the person who asked can choose who else decides here."))]
    return [
        *retire_buttons(ctx, event),
        *_set(event, ctx, conversation, person, is_trusted=is_trusted),
    ]


def _set(
    event: Asked, ctx: Context, conversation: Conversation, person: Participant, *, is_trusted: bool
) -> list[Action]:
    """Everybody there is told, so that nobody is surprised by what somebody else decides."""
    ctx.work.participants.trust(conversation.id, person.contact_id, is_trusted=is_trusted)
    asker = customer_of(conversation, ctx)
    texts = texts_for(asker, ctx)
    told = (
        texts.text(
            "{asker} has added **{name}**: they may answer, rate and close this, too.",
            asker=asker.name,
            name=person.name,
        )
        if is_trusted
        else texts.text(
            "**{name}** can go on writing here; only {asker} decides again.",
            asker=asker.name,
            name=person.name,
        )
    )
    return [say(ctx, conversation, told), answer(event, ctx.texts_of(event.author).text("Done."))]


def _own_in_room(event: Asked, ctx: Context) -> Conversation | None:
    """The giver's own conversation where they are: the one of this place, or their newest one in this channel."""
    contact = ctx.work.contacts.of(event.author.identity)
    if contact is None or event.place.is_direct:
        return None
    at_place = ctx.work.conversations.at(event.place)
    if at_place is not None:
        return at_place if at_place.person == contact.person else None
    recent = ctx.work.conversations.of_contact(contact.id, since=ctx.now - RECENT)
    return next((one for one in recent if one.place.lies_in(event.place)), None)


def _named(event: CommandGiven, ctx: Context, people: Sequence[Participant]) -> Participant | None:
    """Who is meant by a mention, a handle or a whole name; None when that is nobody, or not sure."""
    typed = event.arguments[:LONGEST_READ].strip()
    if found := _MENTION.fullmatch(typed):
        identity = Identity(event.place.platform, event.author.identity.workspace, found[1])
        contact = ctx.work.contacts.of(identity)
        return Participant(contact.id, contact.name, "", is_trusted=False) if contact else None
    wanted = typed.removeprefix("@").casefold()
    meant = [one for one in people if wanted and wanted in (one.handle.casefold(), one.name.casefold())]
    return meant[0] if len(meant) == 1 else None
