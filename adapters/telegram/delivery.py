"""Putting messages into chats: past what was sent before, and saying so when one may be there twice."""

from collections.abc import Sequence
from functools import partial

from msgspec import Struct
from telegram.error import TelegramError

from adapters import AdapterContext, Attempt
from adapters.long_texts import beside
from adapters.luggage import GIVES_UP_AFTER
from adapters.telegram.caller import Caller
from adapters.telegram.errors import send_error
from adapters.telegram.markers import Markers
from adapters.telegram.parse import CARD
from adapters.telegram.posting import Posting
from adapters.telegram.profile import Profile
from adapters.telegram.render import Part, card_parts, parts
from adapters.telegram.target import Target, message_number, target_of
from adapters.telegram.whereabouts import Whereabouts
from bot.core.content import Content
from bot.core.outgoing import Post, Receipt
from bot.core.places import MessageAt, Place

_MARKER_UNITS = 1


class Delivery(Struct, frozen=True):
    context: AdapterContext
    caller: Caller
    profile: Profile
    markers: Markers
    whereabouts: Whereabouts

    async def post(self, outgoing: Post, attempt: Attempt) -> Receipt:
        target = target_of(outgoing.place)
        return await self.put(target, await self.parts(target, outgoing.content), attempt, outgoing.reply_to,
                              language=outgoing.content.language)  # fmt: skip

    async def parts(self, target: Target, content: Content, *, is_card: bool = False) -> list[Part]:
        """The messages a content becomes there, the same ones for each try."""
        reserved = _MARKER_UNITS if is_card or target.card is not None else 0
        draw = card_parts if is_card else parts
        return await beside(len(content.text), partial(draw, content, reserved_units=reserved))

    async def put(
        self,
        target: Target,
        messages: Sequence[Part],
        attempt: Attempt,
        reply_to: MessageAt | None = None,
        marker: tuple[str, ...] = (),
        language: str = "",
    ) -> Receipt:
        """Send what earlier tries did not; raises SendError that names what arrived this time."""
        if target.card is not None and not marker:
            marker = (CARD, str(target.card))
        posting = Posting(self.context, self.caller, target, self._answered(target, reply_to))
        posting.language = language
        posting.must_warn = attempt.is_uncertain
        posting.is_first = not attempt.sent_so_far
        posting.gives_up_files = attempt.number >= GIVES_UP_AFTER
        try:
            if marker:
                posting.mark_with(self.markers, await self.profile.username(), marker)
            await posting.send(messages, skipped=len(attempt.sent_so_far))
        except TelegramError as error:
            self.whereabouts.remember(*posting.sent)
            raise send_error(error, tuple(posting.sent), is_direct=target.place.is_direct) from error
        self.whereabouts.remember(*posting.sent)
        if marker:
            for message in posting.sent:
                self.whereabouts.note_words(message, marker)
        return Receipt(
            messages=(*attempt.sent_so_far, *posting.sent),
            is_repeat_possible=attempt.is_uncertain,
            lost=tuple(posting.lost),
        )

    def _answered(self, target: Target, reply_to: MessageAt | None) -> int | None:
        """The message to answer: one of the same chat, else the card the exchange hangs on."""
        if reply_to is not None and _chat(reply_to.place) == target.chat:
            return message_number(reply_to.id)
        return target.card


def _chat(place: Place) -> str:
    return place.channel or place.person
