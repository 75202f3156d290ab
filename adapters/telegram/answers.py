"""Answers to the one who pressed, typed or asked, and the question that stands in for a form."""

from msgspec.structs import replace

from adapters import AdapterContext, Attempt
from adapters.telegram.delivery import Delivery
from adapters.telegram.formatted import Formatted, join, styled
from adapters.telegram.mentions import without_mentions
from adapters.telegram.parse import CHOICE, FORM, MESSAGE_HANDLE, PRESS_HANDLE
from adapters.telegram.presses import Presses
from adapters.telegram.render import Part, compose, keyboard
from adapters.telegram.target import target_of
from bot.core.content import Button, Content, FieldKind, FormField
from bot.core.events import Handle
from bot.core.outgoing import Answer, OpenForm, Post, Receipt, Refusal, SendError
from bot.core.places import MessageAt, Place, direct_to

MAX_TOAST = 200
_MAX_PLACEHOLDER = 64
_MAX_DATA_BYTES = 64


class Answers:
    def __init__(self, delivery: Delivery, presses: Presses) -> None:
        self._delivery, self._presses = delivery, presses
        self._context: AdapterContext = delivery.context

    async def answer(self, outgoing: Answer, attempt: Attempt) -> Receipt:
        query_id = _after(outgoing.handle, PRESS_HANDLE)
        if query_id:
            toast = toast_of(outgoing.content) if outgoing.is_private else ""
            if await self._presses.answer(query_id, toast) and toast:
                return Receipt()
        is_here = not outgoing.is_private or outgoing.place.is_direct or self._is_staff(outgoing.place)
        if is_here:
            return await self._delivery.post(self._reply(outgoing), attempt)
        return await self._answer_privately(outgoing, attempt)

    def _is_staff(self, place: Place) -> bool:
        space = self._context.staff_space
        return space is not None and place.lies_in(space)

    def _reply(self, outgoing: Answer) -> Post:
        """In a group the answer hangs on the command; in a private chat it is clear what it answers."""
        message = _after(outgoing.handle, MESSAGE_HANDLE)
        reply_to = MessageAt(outgoing.place, message) if message and not outgoing.place.is_direct else None
        return Post(outgoing.place, outgoing.content, reply_to)

    async def _answer_privately(self, outgoing: Answer, attempt: Attempt) -> Receipt:
        try:
            return await self._delivery.post(Post(direct_to(outgoing.identity), outgoing.content), attempt)
        except SendError as error:
            if error.refusal is not Refusal.BLOCKED:
                raise
        # Telegram lets a bot write to nobody who has not opened its chat; the link does that.
        username = await self._delivery.profile.username()
        words = self._context.words_for(outgoing.content.language)(
            "I have an answer for you. Open our chat to see it, then ask again:"
        )
        invitation = replace(outgoing, content=Content(text=f"{words} <https://t.me/{username}?start=hello>"))
        return await self._delivery.post(self._reply(invitation), attempt)

    async def open_form(self, outgoing: OpenForm, attempt: Attempt) -> Receipt:
        """Ask the form's first field in a message; the reply to it comes back as the form."""
        if query_id := _after(outgoing.handle, PRESS_HANDLE):
            await self._presses.answer(query_id)
        field = outgoing.form.fields[0]
        target = target_of(outgoing.place)
        marker = (FORM, outgoing.form.name, outgoing.form.subject, field.name, outgoing.identity.external_id)
        part = Part(self._question(outgoing, field), keyboard=_choices(field) or _force_reply(field))
        message = _after(outgoing.handle, MESSAGE_HANDLE)
        reply_to = MessageAt(outgoing.place, message) if message and not target.place.is_direct else None
        return await self._delivery.put(target, [part], attempt, reply_to, marker)

    def _question(self, outgoing: OpenForm, field: FormField) -> Formatted:
        texts = self._context.words_for(outgoing.form.language)
        title = styled(outgoing.form.title, "bold")
        label = Formatted(field.label)
        how = (
            texts("Choose one.")
            if field.kind is FieldKind.CHOICE
            else texts("Reply to this message with your answer.")
        )
        return without_mentions(join([title, label, styled(how, "italic")], "\n"))


def toast_of(content: Content) -> str:
    """The content as the line Telegram shows over a chat; "" when it needs a message."""
    has_more = content.title or content.fields or content.footnote or content.files or content.buttons
    if has_more or content.speaker is not None:
        return ""
    whole = compose(content)
    is_plain = all(span.kind in ("bold", "italic") for span in whole.spans)
    return whole.text if is_plain and 0 < whole.units <= MAX_TOAST else ""


def _after(handle: Handle | None, prefix: str) -> str:
    token = handle.token if handle else ""
    return token.removeprefix(prefix) if token.startswith(prefix) else ""


def _force_reply(field: FormField) -> dict[str, object]:
    # In a group only the one whose message it answers is asked; everybody else is left in peace.
    return {
        "force_reply": True,
        "selective": True,
        "input_field_placeholder": field.label[:_MAX_PLACEHOLDER] or "…",
    }


def _choices(field: FormField) -> dict[str, object] | None:
    if field.kind is not FieldKind.CHOICE:
        return None
    buttons = [
        Button(label, CHOICE, value)
        for value, label in field.options
        if len(f"{CHOICE}:{value}".encode()) <= _MAX_DATA_BYTES
    ]
    return keyboard(buttons)
