"""One post on its way: its messages one after the other, each mended where Telegram's refusal says how."""

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any

from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, TelegramError

from adapters import AdapterContext
from adapters.fields import objects
from adapters.luggage import FileLostError, told
from adapters.telegram.caller import Caller
from adapters.telegram.errors import refusal_of, words
from adapters.telegram.files import BARE, METHODS, Upload, can_share_album, prepared
from adapters.telegram.formatted import EMPTY, MAX_CAPTION, MAX_TEXT, Formatted, join
from adapters.telegram.hearing import PLATFORM
from adapters.telegram.markers import Markers
from adapters.telegram.render import Part, with_line, without_styles
from adapters.telegram.request import MissingError, NotReachedError
from adapters.telegram.target import Target, chat_id
from adapters.telegram.text_out import from_commonmark
from bot.core.content import FileKind, Loss, LostFile
from bot.core.outgoing import Refusal
from bot.core.places import MessageAt

NO_PREVIEW = {"is_disabled": True}
_MOST_MENDINGS = 4

Build = Callable[[], dict[str, Any]]


class Posting:
    """Holds what was sent so far, also when sending fails."""

    def __init__(self, context: AdapterContext, caller: Caller, target: Target, reply_to: int | None) -> None:
        self._context, self._caller, self._target, self._reply_to = context, caller, target, reply_to
        self._mark: Callable[[Formatted], Formatted] = lambda text: text
        self._left_out: set[str] = set()
        self.is_first = True
        self.must_warn = False
        self.language = ""
        self.gives_up_files = False
        """A file that still cannot be uploaded is left behind, so that what follows is not held up."""
        self.sent: list[MessageAt] = []
        self.lost: list[LostFile] = []

    def mark_with(self, markers: Markers, username: str, marker: tuple[str, ...]) -> None:
        """Have every message carry this marker."""
        self._mark = lambda text: markers.marked(text, username, self._target.chat, *marker)

    async def send(self, messages: Sequence[Part], skipped: int) -> None:
        """Send all but the first `skipped` messages; raises TelegramError."""
        for part in messages:
            if skipped >= part.message_count:
                skipped -= part.message_count
                continue
            text = self._warned(part.text)
            if part.files:
                await self._send_files(part, text, skipped)
            else:
                await self._send_text(text, part.keyboard)
            skipped = 0

    def _warned(self, text: Formatted) -> Formatted:
        """The text with a word about a possible repeat, once, where there is room for it."""
        if not self.must_warn:
            return text
        self.must_warn = False
        longer = with_line(text, self._context.words_for(self.language)("(may appear twice)"))
        return longer if longer.units < MAX_TEXT else text

    async def _send_text(self, text: Formatted, keyboard: dict[str, Any] | None) -> None:
        marked = self._mark(text)

        def build() -> dict[str, Any]:
            parameters = {**self._address(), "text": marked.text, "link_preview_options": NO_PREVIEW}
            return _with(parameters, entities=marked.entities(), reply_markup=keyboard)

        self._add(await self._send("sendMessage", build))

    async def _send_files(self, part: Part, text: Formatted, skipped: int) -> None:
        """Send all but the first `skipped` of them, which an earlier try sent, with the text."""
        async with AsyncExitStack() as stack:
            uploads = []
            for file in part.files:
                try:
                    uploads.append(
                        await stack.enter_async_context(prepared(file, self._context.open_file, PLATFORM))
                    )
                except FileLostError as error:
                    text = self._told(error.lost, text)
            await self._send_uploads(part, uploads[skipped:], EMPTY if skipped else text)

    async def _send_uploads(self, part: Part, uploads: list[Upload], text: Formatted) -> None:
        keyboard = part.keyboard
        can_caption = uploads and uploads[0].kind not in BARE and text.units < MAX_CAPTION
        if text.text and not can_caption:
            await self._send_text(text, None if uploads else keyboard)
            text = EMPTY
        if can_share_album(uploads) and await self._send_album(uploads, text):
            return
        for upload in uploads:
            await self._send_file(upload, text, keyboard if upload is uploads[-1] else None)
            text = EMPTY

    async def _send_album(self, uploads: list[Upload], caption: Formatted) -> bool:
        """False when Telegram does not take them together."""
        marked = self._mark(caption)

        def build() -> dict[str, Any]:
            media = [upload.medium(marked if number == 0 else EMPTY) for number, upload in enumerate(uploads)]
            return {**self._address(), "media": media}

        try:
            self._add(await self._send("sendMediaGroup", build, count=len(uploads), is_upload=True))
        except TelegramError as error:
            if not self._is_about_file(error):
                raise
            return False
        return True

    async def _send_file(self, upload: Upload, caption: Formatted, keyboard: dict[str, Any] | None) -> None:
        method, field = METHODS[upload.kind]
        marked = caption if upload.kind in BARE else self._mark(caption)

        def build() -> dict[str, Any]:
            parameters = {**self._address(), field: upload.value(), **upload.facts()}
            return _with(
                parameters,
                caption=marked.text,
                caption_entities=marked.entities(),
                reply_markup=keyboard,
            )

        try:
            self._add(await self._send(method, build, is_upload=not upload.file_id))
        except TelegramError as error:
            if not self._is_about_file(error):
                raise
            if isinstance(error, BadRequest) and upload.kind is not FileKind.DOCUMENT and not upload.file_id:
                # Telegram is choosy about pictures and videos, and takes any document.
                await self._send_file(upload.as_document(), caption, keyboard)
                return
            await self._send_text(self._told(upload.lost(_loss(error)), caption), keyboard)

    def _is_about_file(self, error: TelegramError) -> bool:
        """Whether another form of the file, or none, would be taken: not for floods, blocks and broken lines."""
        if isinstance(error, BadRequest):
            return refusal_of(error) in (Refusal.INVALID, Refusal.TOO_LARGE, Refusal.NOT_ALLOWED)
        if isinstance(error, MissingError) or "too large" in words(error):
            return True
        if isinstance(error, Forbidden | NotReachedError):
            return False
        # The line broke again and again over this upload: the words behind it have waited long enough.
        return self.gives_up_files and isinstance(error, NetworkError)

    def _told(self, lost: LostFile, text: Formatted) -> Formatted:
        """The text with a line that names the file which could not be passed on."""
        self.lost.append(lost)
        return join([text, from_commonmark(told([lost], self._context.words_for(self.language)))], "\n\n")

    def _address(self) -> dict[str, Any]:
        parameters = self._target.address()
        if self._reply_to is not None and (self.is_first or self._target.card is not None):
            answered = self._reply_to if self.is_first else self._target.card
            parameters["reply_parameters"] = {"message_id": answered, "allow_sending_without_reply": True}
        return parameters

    def _add(self, made: object) -> None:
        """Note the messages; some servers say no more than that it is done, which is no reason to say it again."""
        self.is_first = False
        ids = (one.get("message_id") for one in objects(made if isinstance(made, list) else [made]))
        self.sent += [self._target.message(id_) for id_ in ids if str(id_).isdecimal()]

    async def _send(self, method: str, build: Build, *, count: int = 1, is_upload: bool = False) -> Any:
        """Call, mend what the refusal names and call again; each mending is tried once."""
        for _ in range(_MOST_MENDINGS):
            try:
                return await self._call(method, build, count, is_upload)
            except ChatMigrated as error:
                self._context.report(
                    "telegram.chat_migrated", {"chat": self._target.chat, "to": error.new_chat_id}
                )
                self._target = self._target.moved_to(error.new_chat_id)
            except BadRequest as error:
                if not await self._mended(words(error)) and not self._is_barer(method, error):
                    raise
        return await self._call(method, build, count, is_upload)

    async def _call(self, method: str, build: Build, count: int, is_upload: bool) -> Any:
        parameters = build()
        for name in self._left_out & parameters.keys():
            del parameters[name]
        if _STYLE in self._left_out and "reply_markup" in parameters:
            parameters["reply_markup"] = without_styles(parameters["reply_markup"])
        return await self._caller.send(
            self._target.chat, method, parameters, count=count, is_upload=is_upload
        )

    async def _mended(self, said: str) -> bool:
        """Whether it is worth another call, now that what Telegram did not like is left out."""
        if "topic_closed" in said and "topic" not in self._left_out and self._target.topic is not None:
            self._left_out.add("topic")
            where = {"chat_id": chat_id(self._target.chat), "message_thread_id": self._target.topic}
            await self._caller.change(self._target.chat, "reopenForumTopic", where)
            return True
        for signs, names in _MENDABLE:
            if any(sign in said for sign in signs) and not names & self._left_out:
                return self._leave_out(names)
        return False

    def _is_barer(self, method: str, error: TelegramError) -> bool:
        """Whether there is a plainer message to try, where nobody can tell what is wrong with this one."""
        is_plain = method != "sendMessage" or self._left_out >= _NOT_INDISPENSABLE
        if is_plain or refusal_of(error) is not Refusal.INVALID:
            return False
        return self._leave_out(_NOT_INDISPENSABLE)

    def _leave_out(self, names: frozenset[str]) -> bool:
        self._left_out |= names
        self._context.report("telegram.left_out", {"names": sorted(names)})
        return True


_STYLE = "style"
"""The colours of buttons, the newest thing in a keyboard."""
_MENDABLE = (
    (("replied not found",), frozenset({"reply_parameters"})),
    (("entit",), frozenset({"entities", "caption_entities"})),
    (("button", "keyboard"), frozenset({_STYLE})),
    (("button", "keyboard"), frozenset({"reply_markup"})),
)
_NOT_INDISPENSABLE = frozenset({"entities", "link_preview_options", "reply_parameters", _STYLE})


def _loss(error: TelegramError) -> Loss:
    if refusal_of(error) is Refusal.TOO_LARGE or "too large" in words(error):
        return Loss.TOO_LARGE
    is_unknown = "file identifier" in words(error) or not isinstance(error, BadRequest)
    return Loss.UNAVAILABLE if is_unknown else Loss.REFUSED


def _with(parameters: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The parameters and those of the others that are not empty."""
    return parameters | {name: value for name, value in more.items() if value}
