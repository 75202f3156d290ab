"""A ticket's thread: a forum topic, or where there are none the replies under its card."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace
from telegram.error import BadRequest, TelegramError

from adapters import AdapterContext, Attempt
from adapters.luggage import GIVES_UP_AFTER
from adapters.telegram.changes import Changes
from adapters.telegram.delivery import Delivery
from adapters.telegram.errors import (
    is_not_modified,
    refusal_of,
    send_error,
    words,
)
from adapters.telegram.names import one_line
from adapters.telegram.parse import CARD, CARD_THREAD
from adapters.telegram.render import Part
from adapters.telegram.request import FaultError, MissingError
from adapters.telegram.target import Target, chat_id, target_of
from adapters.telegram.topics import Topics
from bot.core.outgoing import OpenThread, Receipt, Refusal, SendError, SetThread, ThreadState
from bot.core.places import MessageAt

MAX_TOPIC_NAME = 128
_ICON_COLOR = 0x6FB9F0
_SIGNS = {ThreadState.WAITING: "🟡", ThreadState.CLAIMED: "🔵", ThreadState.RESOLVED: "✅"}


class Threads:
    def __init__(self, delivery: Delivery, changes: Changes) -> None:
        self._delivery, self._changes = delivery, changes
        self._caller = delivery.caller
        self._context: AdapterContext = delivery.context
        self._topics = Topics(delivery.context)

    async def open(self, outgoing: OpenThread, attempt: Attempt) -> Receipt:
        space = target_of(outgoing.space)
        # What opened the thread stands first in what a next try is told: the topic, or the card itself.
        known = attempt.sent_so_far[0] if attempt.sent_so_far else None
        rest = replace(attempt, sent_so_far=attempt.sent_so_far[1:])
        topic = (
            known
            or await self._opened_before(space, outgoing.title, attempt)
            or await self._create(space, outgoing.title, attempt.number)
        )
        if topic is None or target_of(topic.place).card is not None:
            return await self._open_without_topics(space, outgoing, rest, topic)
        target = target_of(topic.place)
        messages = await self._delivery.parts(target, outgoing.content, is_card=True)
        receipt = await self._put(target, messages, rest, () if known else (topic,))
        return replace(receipt, place=topic.place, messages=receipt.messages[:1])

    async def _put(
        self, target: Target, messages: Sequence[Part], attempt: Attempt, fresh: tuple[MessageAt, ...]
    ) -> Receipt:
        """Send these behind what this try has sent already, so that a failure names both."""
        try:
            return await self._delivery.put(target, messages, attempt)
        except SendError as error:
            error.sent = (*fresh, *error.sent)
            raise

    async def _opened_before(self, space: Target, title: str, attempt: Attempt) -> MessageAt | None:
        """The topic of an earlier try whose answer was lost; None where nothing tells of one."""
        if not attempt.is_uncertain or attempt.first_tried_at is None:
            return None
        name = topic_name(title, ThreadState.WAITING)
        id_ = await self._topics.find(space.chat, name, attempt.first_tried_at)
        return _opening(space, id_) if id_ else None

    async def _create(self, space: Target, title: str, tries: int) -> MessageAt | None:
        """The topic as its opening message; None when there can be none."""
        parameters = {
            "chat_id": chat_id(space.chat),
            "name": topic_name(title, ThreadState.WAITING),
            "icon_color": _ICON_COLOR,
        }
        try:
            topic = await self._caller.send(space.chat, "createForumTopic", parameters)
            if not isinstance(topic, Mapping) or not topic.get("message_thread_id"):
                # It may have been opened: a next try looks for it.
                raise FaultError("createForumTopic is answered with no topic")
        except TelegramError as error:
            if _has_no_topics(error, tries):
                self._context.report("telegram.no_topics", {"chat": space.chat, "reason": words(error)})
                return None
            raise send_error(error) from error
        return _opening(space, str(topic["message_thread_id"]))

    async def _open_without_topics(
        self, space: Target, outgoing: OpenThread, attempt: Attempt, card: MessageAt | None
    ) -> Receipt:
        """The card alone in the group; what does not fit into it hangs under it, as all that follows will."""
        first, *others = await self._delivery.parts(space, outgoing.content, is_card=True)
        receipt = Receipt(is_repeat_possible=attempt.is_uncertain)
        fresh: tuple[MessageAt, ...] = ()
        if card is None:
            receipt = await self._delivery.put(space, [first], attempt, marker=(CARD,))
            if not receipt.messages:
                # What hangs on no message could be answered by nobody.
                raise SendError("the card is answered with no message", is_uncertain=True)
            id_ = receipt.messages[0].id
            card = MessageAt(replace(space.place, thread=CARD_THREAD + id_), id_)
            attempt, fresh = replace(attempt, is_uncertain=False), (card,)
            self._delivery.whereabouts.remember(card)
        if others:
            await self._put(target_of(card.place), others, attempt, fresh)
        notices = (*receipt.notices, "thread_unavailable")
        return replace(receipt, messages=(card,), place=card.place, notices=notices)

    async def set(self, outgoing: SetThread) -> Receipt:
        """Redraw the card, name the topic, close or reopen it; what the bot has no right to is a notice."""
        target = target_of(outgoing.place)
        notices: list[str] = []
        try:
            await self._redraw(target, outgoing)
        except SendError as error:
            if error.refusal is not Refusal.MESSAGE_GONE:
                raise
            notices.append("card_gone")
        if target.topic is not None:
            try:
                await self._show(target, outgoing)
            except TelegramError as error:
                if not _cannot_be_had(error):
                    raise send_error(error) from error
                self._context.report("telegram.topic_not_changed", {"reason": words(error)})
                notices.append("thread_not_updated")
        return Receipt(messages=(outgoing.card,), place=outgoing.place, notices=tuple(notices))

    async def _redraw(self, target: Target, outgoing: SetThread) -> None:
        card = MessageAt(outgoing.place, outgoing.card.id)
        first = (await self._delivery.parts(target, outgoing.content, is_card=True))[0]
        await self._changes.redraw(target, card, first)

    async def _show(self, target: Target, outgoing: SetThread) -> None:
        where = {"chat_id": chat_id(target.chat), "message_thread_id": target.topic}
        method = "closeForumTopic" if outgoing.state is ThreadState.RESOLVED else "reopenForumTopic"
        name = topic_name(outgoing.title, outgoing.state)
        for call, parameters in (("editForumTopic", where | {"name": name}), (method, where)):
            try:
                await self._caller.change(target.chat, call, parameters)
            except BadRequest as error:
                if not is_not_modified(error):
                    raise


def _opening(space: Target, topic: str) -> MessageAt:
    return MessageAt(replace(space.place, thread=topic, person=""), topic)


def _has_no_topics(error: TelegramError, tries: int) -> bool:
    """Whatever else a server says to it: a ticket is better told without a topic than not at all."""
    return tries >= GIVES_UP_AFTER if isinstance(error, FaultError) else _cannot_be_had(error)


def _cannot_be_had(error: TelegramError) -> bool:
    return isinstance(error, MissingError) or refusal_of(error) not in (None, Refusal.PLACE_GONE)


def topic_name(title: str, state: ThreadState) -> str:
    """The title with a sign of the state before it, within Telegram's 128 characters."""
    name = f"{_SIGNS[state]} {one_line(title)}".strip()
    return name if len(name) <= MAX_TOPIC_NAME else name[: MAX_TOPIC_NAME - 1] + "…"
