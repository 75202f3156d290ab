"""Who customers see: the name and picture of whoever helps them. Staff always see the real ones."""

import re
from collections.abc import Sequence

from bot.core.commands import Role
from bot.core.content import Speaker
from bot.core.conversation import Conversation
from bot.core.events import Author, Mention
from bot.core.policies.naming import AgentNames, first_name, is_same_name
from bot.core.staff import Staff
from bot.core.texts import escape
from handlers.context import Context
from handlers.exchange import customer_of, texts_for, with_origin
from handlers.handles import TYPED, handles_in, plain_handle


def shown_name(ctx: Context, staff: Staff, conversation: Conversation) -> str:
    """The name under which this conversation's customer sees them."""
    name = _by_rule(ctx, staff)
    if name and ctx.settings.agent_names is not AgentNames.ALIAS:
        return name
    contact = customer_of(conversation, ctx)
    if name and not is_same_name(name, contact.name):
        return name
    return ctx.settings.team_name or texts_for(contact, ctx).label("Support")


def outside_name(ctx: Context, staff: Staff) -> str:
    """The name under which somebody who may not be of the team sees them, in no conversation."""
    return _by_rule(ctx, staff) or ctx.settings.team_name or ctx.staff_texts.label("Support")


def _by_rule(ctx: Context, staff: Staff) -> str:
    """ "" for who is shown as the team."""
    match ctx.settings.agent_names:
        case AgentNames.OWN:
            return staff.name
        case AgentNames.FIRST:
            return first_name(staff.name) if staff.name != staff.identity.external_id else ""
        case AgentNames.ALIAS:
            return staff.alias
        case AgentNames.TEAM:
            return ""


def for_customers(ctx: Context, text: str, mentions: Sequence[Mention], conversation: Conversation) -> str:
    """The text with the shown names of colleagues in place of their own, wherever it calls one."""
    if ctx.settings.agent_names is AgentNames.OWN:
        return text
    # A longer name first: it may begin like a shorter one.
    for mention in sorted(mentions, key=lambda one: len(one.name), reverse=True):
        shown = _called(ctx, mention, conversation)
        if shown != mention.name:
            # The name stands there with whatever escapes its letters need.
            letters = r"\\?".join(re.escape(char) for char in mention.name)
            text = re.sub(rf"@\\?{letters}", lambda _, shown=shown: f"@{escape(shown)}", text)  # type: ignore[misc]
    return _without_handles(ctx, text, conversation)


def _without_handles(ctx: Context, text: str, conversation: Conversation) -> str:
    """The shown names also where a colleague's handle was typed, which no platform tells as a mention."""
    if not (members := handles_in(ctx, text)):
        return text

    def shown(found: re.Match[str]) -> str:
        staff = members.get(plain_handle(found["handle"]))
        if staff is None:
            return found[0]
        # A stop behind the handle ends the sentence.
        end = found[0][len(found[0].rstrip(".-")) :]
        return f"@{escape(shown_name(ctx, staff, conversation))}{end}"

    return TYPED.sub(shown, text)


def forwarded_to_customers(ctx: Context, text: str, forwarded_from: str, conversation: Conversation) -> str:
    """What staff pass on, with its origin where no name is kept back that it could be."""
    texts = texts_for(customer_of(conversation, ctx), ctx)
    if not forwarded_from or ctx.settings.agent_names is AgentNames.OWN:
        return with_origin(text, forwarded_from, texts)
    return f"_{texts.text('Forwarded')}_\n\n{text}".rstrip()


def _called(ctx: Context, mention: Mention, conversation: Conversation) -> str:
    staff = ctx.work.team.of(mention.identity)
    if staff is None and ctx.work.contacts.of(mention.identity) is not None:
        # A customer, whose name is their own.
        return mention.name
    return shown_name(ctx, staff or Staff(0, mention.identity, mention.name, Role.CUSTOMER), conversation)


def before_customers(ctx: Context, name: str, author: Author, conversation: Conversation) -> Speaker:
    """Staff speaking to the customer, under the name that was chosen for them.

    The address of a picture names the account that it belongs to: it goes with the own name or not at all.
    """
    is_open = ctx.settings.agent_names is AgentNames.OWN
    return Speaker(name, _picture(ctx, author, conversation.place.platform) if is_open else "")


def before_staff(ctx: Context, author: Author) -> Speaker:
    """Whoever speaks, as the team sees them."""
    space = ctx.settings.staff_space
    return Speaker(author.name, _picture(ctx, author, space.platform) if space else "")


def _picture(ctx: Context, author: Author, platform: str) -> str:
    """ "" where it would only make the way longer."""
    capabilities = ctx.capabilities_of(platform)
    return author.avatar_url if capabilities is not None and capabilities.shows_speakers else ""
