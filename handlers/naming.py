"""Who customers see: the name and picture of whoever helps them. Staff always see the real ones."""

from bot.core.content import Speaker
from bot.core.conversation import Conversation
from bot.core.events import Author
from bot.core.policies.naming import AgentNames, first_name, is_same_name
from bot.core.staff import Staff
from handlers.context import Context
from handlers.exchange import customer_of, texts_for


def shown_name(ctx: Context, staff: Staff, conversation: Conversation) -> str:
    """The name under which this conversation's customer sees them."""
    policy = ctx.settings.agent_names
    if policy is AgentNames.OWN:
        return staff.name
    is_known = staff.name != staff.identity.external_id
    if policy is AgentNames.FIRST and is_known and (first := first_name(staff.name)):
        return first
    contact = customer_of(conversation, ctx)
    if policy is AgentNames.ALIAS and staff.alias and not is_same_name(staff.alias, contact.name):
        return staff.alias
    return ctx.settings.team_name or texts_for(contact, ctx).label("Support")


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
