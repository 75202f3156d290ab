"""Looking for an answer to a customer's message, with all that the search should know of the conversation."""

from collections.abc import Sequence
from datetime import timedelta

from bot.core.actions import Search
from bot.core.conversation import Conversation, Direction, Message
from bot.core.survey import OfferOutcome
from bot.core.texts import plain
from handlers.context import Context
from handlers.exchange import customer_of, reader_in

FOLLOWS_WITHIN = timedelta(hours=1)
"""A question can be about the one before it for this long."""
LOOKED_AT = 8
"""Messages, the bot's own among them."""


def search_for(
    ctx: Context, conversation: Conversation, message: Message, text: str, app_language: str = ""
) -> Search:
    """Search for the words of a message; `app_language` is what the customer's app is set to."""
    said = [one for one in ctx.work.messages.history(conversation.id, limit=LOOKED_AT) if one.id < message.id]
    # Where nothing was said before, nothing was offered either.
    offers = ctx.work.offers.recent(conversation.id) if said else []
    rejected = [one.article_key for one in offers if one.outcome is OfferOutcome.REJECTED]
    languages = (*customer_of(conversation, ctx).languages, app_language, ctx.texts_in().language, "en")
    return Search(
        conversation.id,
        message.id,
        text,
        contact_id=conversation.contact_id,
        reader=reader_in(conversation),
        languages=tuple(dict.fromkeys(language for language in languages if language)),
        rejected=tuple(dict.fromkeys(rejected)),
        before=asked_before(said, message),
        asker_name=message.author_name,
    )


def asked_before(said: Sequence[Message], message: Message) -> tuple[str, ...]:
    """What the same person wrote within the hour, the newest first, and since one of the team last answered."""
    asked: list[str] = []
    for one in reversed(said):
        is_incoming = one.direction is Direction.INCOMING
        if message.sent_at - one.sent_at > FOLLOWS_WITHIN or not (is_incoming or one.is_from_bot):
            break
        if is_incoming and one.author_name == message.author_name and not one.deleted_at:
            asked.append(plain(one.text))
    return tuple(asked)
