"""What is already there: edited, taken back, reacted to."""

from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from telegram.constants import ReactionEmoji
from telegram.error import BadRequest, TelegramError

from adapters import Attempt
from adapters.long_texts import beside
from adapters.luggage import FileLostError
from adapters.telegram.delivery import Delivery
from adapters.telegram.errors import is_not_modified, refusal_of, send_error, words
from adapters.telegram.files import SWAPPABLE, prepared
from adapters.telegram.formatted import EMPTY, MAX_CAPTION, MAX_TEXT, Formatted
from adapters.telegram.hearing import PLATFORM
from adapters.telegram.mentions import without_mentions
from adapters.telegram.parse import CARD
from adapters.telegram.posting import NO_PREVIEW
from adapters.telegram.render import Part, compose, keyboard, without_styles
from adapters.telegram.request import MissingError
from adapters.telegram.split import split
from adapters.telegram.target import Target, chat_id, message_number, target_of
from bot.core.content import Content, LostFile
from bot.core.outgoing import Edit, Mark, Outcome, React, Receipt, Refusal, Remove
from bot.core.places import MessageAt

REACTIONS = frozenset(emoji.value.replace("\ufe0f", "") for emoji in ReactionEmoji)
"""The only emoji a bot may react with (Bot API, ReactionTypeEmoji)."""

_MARKS = {Outcome.SENT: ("👌", "👍"), Outcome.NOTE: ("✍", "🤔"), Outcome.FAILED: ("💔", "👎")}
"""The nearest that Telegram has, and a common one for chats that allow only some."""
_VARIATIONS = {0xFE0F: None, **dict.fromkeys(range(0x1F3FB, 0x1F400))}
_NOTHING = Formatted("…")


class _Edited(Struct, frozen=True):
    texts: tuple[MessageAt, ...]
    """Those that hold the words now."""
    files: tuple[MessageAt, ...]
    missing: tuple[Part, ...]
    """What did not fit into them."""


class Changes:
    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery
        self._caller = delivery.caller
        self._context = delivery.context

    async def edit(self, outgoing: Edit, attempt: Attempt) -> Receipt:
        """Replace the parts; more of them are sent behind the last, fewer are taken away."""
        first = outgoing.messages[0]
        target = target_of(first.place)
        if outgoing.before is not None:
            return await self._exchange(target, outgoing, attempt)
        body = await body_of(outgoing.content)
        try:
            texts = self._texts_of(outgoing)
            if texts:
                result = await self._edit_texts(target, texts, outgoing.content, body)
            else:
                result = await self._edit_caption(target, first, outgoing.content, body)
        except TelegramError as error:
            raise send_error(error, is_direct=target.place.is_direct) from error
        behind = tuple(message for message in outgoing.messages[len(texts) :] if message not in result.texts)
        added = Receipt()
        if result.missing:
            added = await self._delivery.put(target, result.missing, attempt, reply_to=first)
        return replace(added, messages=(*result.texts, *added.messages, *result.files, *behind))

    async def _exchange(self, target: Target, outgoing: Edit, attempt: Attempt) -> Receipt:
        """Other files: one takes the place of one; anything else is said anew, and what was there goes."""
        content = outgoing.content
        if not attempt.sent_so_far and len(outgoing.messages) == len(content.files) == 1:
            changed = await self._swap(target, outgoing.messages[0], content)
            if changed is not None:
                return Receipt((outgoing.messages[0],), lost=changed)
        receipt = await self._delivery.put(target, await self._delivery.parts(target, content), attempt)
        removed = await self.remove(Remove(outgoing.messages))
        return replace(receipt, notices=(*receipt.notices, *removed.notices))

    async def _swap(
        self, target: Target, message: MessageAt, content: Content
    ) -> tuple[LostFile, ...] | None:
        """Put one file where one was; None when Telegram does not take it there."""
        (body, *more) = split(await body_of(content), MAX_TEXT, MAX_CAPTION - 1) or [EMPTY]
        if more or content.buttons:
            return None
        try:
            async with prepared(content.files[0], self._context.open_file, PLATFORM) as upload:
                if upload.kind not in SWAPPABLE:
                    return None
                medium = upload.medium(await self._marked(target, body))
                where = {"chat_id": chat_id(target.chat), "message_id": message_number(message.id)}
                asked = {**where, "media": medium}
                await self._caller.change(target.chat, "editMessageMedia", asked, is_upload=True)
        except (FileLostError, TelegramError):
            # Said anew, it will be said what is wrong with it.
            return None
        return ()

    async def redraw(self, target: Target, card: MessageAt, part: Part) -> None:
        """Replace the text and buttons of one message of text; raises SendError."""
        try:
            await self._change(target, "editMessageText", card, part, "text")
        except TelegramError as error:
            raise send_error(error) from error

    def _texts_of(self, outgoing: Edit) -> tuple[MessageAt, ...]:
        """The messages that hold text; () when the text is a caption."""
        files = len(outgoing.content.files)
        return outgoing.messages[: len(outgoing.messages) - files] if files else outgoing.messages

    async def _edit_texts(
        self, target: Target, messages: tuple[MessageAt, ...], content: Content, body: Formatted
    ) -> _Edited:
        marked_units = 1 if target.card is not None else 0
        texts = split(body, MAX_TEXT - marked_units) or [_NOTHING]
        buttons = keyboard(content.buttons)
        parts = [Part(text, keyboard=buttons if text is texts[-1] else None) for text in texts]
        edited = 0
        for message, part in zip(messages, parts, strict=False):
            if not await self._edit_text(target, message, part):
                if not edited:
                    result = await self._edit_caption(target, message, content, body)
                    return replace(result, files=messages[1:])
                # From here on they are files, which an edit of words leaves alone.
                return _Edited(messages[:edited], messages[edited:], tuple(parts[edited:]))
            edited += 1
        surplus = messages[edited:]
        files = [message for message in surplus if not await self._take_away(target, message)]
        return _Edited(messages[:edited], tuple(files), tuple(parts[edited:]))

    async def _edit_caption(
        self, target: Target, message: MessageAt, content: Content, body: Formatted
    ) -> _Edited:
        texts = split(body, MAX_TEXT, MAX_CAPTION - 1) or [EMPTY]
        buttons = keyboard(content.buttons) if len(content.files) < 2 else None
        await self._change(target, "editMessageCaption", message, Part(texts[0], keyboard=buttons), "caption")
        return _Edited((message,), (), tuple(Part(text) for text in texts[1:]))

    async def _edit_text(self, target: Target, message: MessageAt, part: Part) -> bool:
        """False when the message is a file."""
        try:
            await self._change(target, "editMessageText", message, part, "text")
        except BadRequest as error:
            if "no text in the message" in words(error):
                return False
            raise
        return True

    async def _change(self, target: Target, method: str, message: MessageAt, part: Part, field: str) -> None:
        text = await self._marked(target, part.text)
        parameters: dict[str, Any] = {
            "chat_id": chat_id(target.chat),
            "message_id": message_number(message.id),
            field: text.text,
            "entities" if field == "text" else "caption_entities": text.entities() or None,
            "link_preview_options": NO_PREVIEW if field == "text" else None,
            "reply_markup": part.keyboard,
        }
        # Where nobody can tell what is wrong with it, the words alone are better than none.
        plain = {name: parameters[name] for name in ("chat_id", "message_id", field)}
        plain["reply_markup"] = without_styles(part.keyboard) if part.keyboard else None
        for tried in (parameters, plain):
            try:
                await self._caller.change(target.chat, method, tried)
            except BadRequest as error:
                if is_not_modified(error):
                    return
                is_unclear = refusal_of(error) is Refusal.INVALID and "in the message" not in words(error)
                if tried is plain or not is_unclear:
                    raise
            else:
                return

    async def _marked(self, target: Target, text: Formatted) -> Formatted:
        if target.card is None:
            return text
        username = await self._delivery.profile.username()
        return self._delivery.markers.marked(text, username, target.chat, CARD, str(target.card))

    async def _take_away(self, target: Target, message: MessageAt) -> bool:
        """Delete a message that held text; False when it turns out to be a file, which stays."""
        if not await self._edit_text(target, message, Part(_NOTHING)):
            return False
        await self._delete(target, message)
        return True

    async def remove(self, outgoing: Remove) -> Receipt:
        notices: list[str] = []
        for message in outgoing.messages:
            target = target_of(message.place)
            try:
                if not await self._delete(target, message):
                    notices.append("removed_by_edit")
            except TelegramError as error:
                if refusal_of(error) not in (Refusal.MESSAGE_GONE, Refusal.PLACE_GONE):
                    raise send_error(error, is_direct=target.place.is_direct) from error
        return Receipt(notices=tuple(dict.fromkeys(notices)))

    async def _delete(self, target: Target, message: MessageAt) -> bool:
        """False when Telegram only lets the words be taken back: it deletes for 48 hours, and edits for ever."""
        where = {"chat_id": chat_id(target.chat), "message_id": message_number(message.id)}
        try:
            await self._caller.change(target.chat, "deleteMessage", where)
        except BadRequest as error:
            if refusal_of(error) is not Refusal.NOT_ALLOWED:
                raise
            gone = Part(Formatted(self._context.texts("(removed)")))
            if not await self._edit_text(target, message, gone):
                await self._change(target, "editMessageCaption", message, gone, "caption")
            return False
        return True

    async def react(self, outgoing: React) -> Receipt:
        emoji = allowed_reaction(outgoing.emoji)
        if emoji is None:
            return Receipt(notices=("reaction_unknown",))
        return await self._set_reaction(outgoing.message, (emoji,) if outgoing.is_on else ("",))

    async def mark(self, outgoing: Mark) -> Receipt:
        return await self._set_reaction(outgoing.message, _MARKS[outgoing.outcome])

    async def _set_reaction(self, message: MessageAt, choices: tuple[str, ...]) -> Receipt:
        """Show the first emoji that the chat allows; a bot has one reaction on a message, so an earlier one goes."""
        target = target_of(message.place)
        for emoji in choices:
            parameters = {
                "chat_id": chat_id(target.chat),
                "message_id": message_number(message.id),
                "reaction": [{"type": "emoji", "emoji": emoji}] if emoji else [],
            }
            try:
                await self._caller.change(target.chat, "setMessageReaction", parameters)
            except MissingError:
                break
            except TelegramError as error:
                refusal = refusal_of(error)
                if refusal is Refusal.MESSAGE_GONE or is_not_modified(error):
                    return Receipt()
                if refusal not in (Refusal.INVALID, Refusal.NOT_ALLOWED):
                    raise send_error(error, is_direct=target.place.is_direct) from error
            else:
                return Receipt()
        return Receipt(notices=("reaction_unknown",))


async def body_of(content: Content) -> Formatted:
    """Everything that the message says; a long text is drawn beside the event loop."""
    return await beside(len(content.text), lambda: without_mentions(compose(content)))


def allowed_reaction(emoji: str) -> str | None:
    """The emoji as Telegram spells it, without skin tone; None when a bot may not react with it."""
    plain = emoji.translate(_VARIATIONS)
    return next((one for one in (emoji, plain) if one in REACTIONS), None)
