"""Posting to a place: parts and files in order, each at most once as far as Slack lets one find out."""

from collections.abc import Sequence
from functools import partial

from msgspec import Struct, field
from msgspec.structs import replace
from slack_sdk.errors import SlackApiError

from adapters import AdapterContext, Attempt
from adapters.long_texts import beside
from adapters.luggage import lost, told
from adapters.slack import uploads
from adapters.slack.api import SLACK_ERRORS, Api, error_code
from adapters.slack.directory import Directory
from adapters.slack.payloads import Json
from adapters.slack.refusals import ARGUMENT_ERRORS, BLOCK_ERRORS, to_send_error
from adapters.slack.render import Part, parts
from adapters.slack.scope import Me, Memory
from adapters.slack.sent import Arrived, find_sent, metadata
from adapters.slack.speakers import Speakers, naming
from bot.core.content import Content, FileRef, LostFile
from bot.core.files import safe_name
from bot.core.outgoing import Receipt, Refusal, SendError
from bot.core.places import MessageAt, Place


async def drawn(content: Content, *, is_card: bool = False, is_named: bool = False) -> list[Part]:
    """Return the parts of a message; a long text is drawn beside the event loop."""
    return await beside(len(content.text), partial(parts, content, is_card=is_card, is_named=is_named))


class _Progress(Struct):
    """What came of one post so far."""

    place: Place
    begins_thread: bool
    """What follows the first part goes into the thread that it begins."""
    earlier: tuple[MessageAt, ...]
    language: str = ""
    """Of the reader."""
    new: list[MessageAt] = field(default_factory=list)

    @property
    def messages(self) -> tuple[MessageAt, ...]:
        return (*self.earlier, *self.new)

    @property
    def target(self) -> Place:
        """Where the next part goes."""
        return self.messages[0].place if self.begins_thread and self.messages else self.place

    def add(self, ts: str) -> None:
        """Note a message; "" for one of which the server says no more than that it is said, and not again, therefore.

        Raises KeyError where what follows would hang on it.
        """
        if not ts:
            if self.begins_thread and not self.messages:
                raise KeyError("ts")
            return
        target = self.target
        own = target if target.is_direct or target.thread else replace(target, thread=ts)
        self.new.append(MessageAt(own, ts))


class Poster:
    """Puts messages into places; raises SendError."""

    def __init__(self, api: Api, directory: Directory, memory: Memory, context: AdapterContext) -> None:
        self._api = api
        self._directory = directory
        self._memory = memory
        self._context = context
        self._speakers = Speakers(api, context.report)

    async def me(self) -> Me:
        try:
            return self._api.known_me or await self._api.me()
        except (*SLACK_ERRORS, KeyError) as error:
            raise self.failure(error, is_harmless=True) from error

    async def settled(self, place: Place) -> Place:
        """Return the place as messages carry it: with its workspace, and a direct chat with its channel."""
        me = await self.me()
        if place.channel:
            if place.is_direct:
                self._memory.kinds.note(place.channel, is_direct=True)
            is_settled = place.workspace == me.team_id and not place.person
            return place if is_settled else replace(place, workspace=me.team_id, person="")
        try:
            channel = await self._directory.direct_chat(place.person)
        except (*SLACK_ERRORS, KeyError) as error:
            raise self.failure(error, is_harmless=True) from error
        return Place(place.platform, me.team_id, channel, is_direct=True)

    def failure(
        self, error: Exception, sent: tuple[MessageAt, ...] = (), *, is_harmless: bool = False
    ) -> SendError:
        """What a call raised, as the dispatcher understands it; harmless when a repeat shows nothing twice."""
        self._api.note(error)
        made = to_send_error(error, sent)
        made.is_uncertain = made.is_uncertain and not is_harmless
        return made

    async def post(
        self, place: Place, content: Content, attempt: Attempt, *, lead: str = "", begins_thread: bool = False
    ) -> Receipt:
        """Post what has not arrived yet of the content; `lead` is a line of mrkdwn above it."""
        # Files stand under the bot's own name: words under another would look like somebody else's.
        is_named = content.speaker is not None and not content.files and self._speakers.may_choose
        shown = _with_lead(await drawn(content, is_card=begins_thread, is_named=is_named), lead)
        return await self.post_parts(place, shown, content.files, attempt,
                                     begins_thread=begins_thread, language=content.language)  # fmt: skip

    async def redrawn(self, message: MessageAt, content: Content) -> list[Part]:
        """The parts for a message that is there: a name that stands over it stays there, and only there."""
        if content.speaker is None:
            return await drawn(content)
        is_named = await self._speakers.stands_over(message)
        shown = await drawn(content, is_named=is_named)
        return shown if self._speakers.may_choose else [replace(part, speaker=None) for part in shown]

    async def post_parts(
        self,
        place: Place,
        shown: Sequence[Part],
        files: Sequence[FileRef],
        attempt: Attempt,
        *,
        begins_thread: bool = False,
        language: str = "",
    ) -> Receipt:
        """Post parts and files in order; the receipt names all of them, those of earlier tries first."""
        progress = _Progress(await self.settled(place), begins_thread, attempt.sent_so_far, language)
        arrived = await self._arrived(progress, attempt) if attempt.is_uncertain else None
        losses: tuple[LostFile, ...] = ()
        try:
            for number in range(len(progress.messages), len(shown)):
                known = arrived.part(number) if arrived else None
                ts = known or await self.say(progress.target, shown[number], (attempt.key, number))
                progress.add(ts or await self._found(progress, number, attempt))
            if files and len(progress.earlier) <= len(shown):
                losses = await self._post_files(files, progress, arrived, attempt)
        except (*SLACK_ERRORS, KeyError) as error:
            raise self.failure(error, tuple(progress.new)) from error
        self._remember(progress)
        is_blind = attempt.is_uncertain and arrived is None
        return Receipt(progress.messages, is_repeat_possible=is_blind, lost=losses)

    async def _arrived(self, progress: _Progress, attempt: Attempt) -> Arrived | None:
        """What an earlier try may have left there; None when Slack does not let the bot look."""
        try:
            arrived = await self._look(progress.target, attempt)
            if progress.begins_thread and not progress.messages and (root := arrived.part(0)):
                arrived = await self._look(replace(progress.place, thread=root), attempt)
        except SLACK_ERRORS as error:
            made = to_send_error(error)
            if not made.is_permanent:
                raise self.failure(error) from error
            if made.refusal is Refusal.PLACE_GONE:
                raise self.failure(error, is_harmless=True) from error
            self._context.report("slack.look_back_failed", {"error": error_code(error)})
            return None
        return arrived

    async def _found(self, progress: _Progress, number: int, attempt: Attempt) -> str:
        """The timestamp of a part that is said and was not named; "" where it cannot be found either."""
        try:
            arrived = await self._arrived(progress, attempt)
        except SendError as error:
            if error.is_permanent:
                return ""
            # It is said: the next try has to look again.
            error.is_uncertain, error.sent = True, tuple(progress.new)
            raise
        return (arrived and arrived.part(number)) or ""

    async def _look(self, place: Place, attempt: Attempt) -> Arrived:
        now = self._context.now()
        return await find_sent(self._api.reading, await self.me(), place.channel, place.thread, attempt, now)

    async def say(self, place: Place, part: Part, mark: tuple[str, int]) -> str:
        """Post one part and return its timestamp, "" when it is not told; what Slack refuses is shown plainly."""
        if part.speaker is not None and not self._speakers.may_choose:
            part = part.in_words
        try:
            return await self._say(place, part, mark)
        except SlackApiError as error:
            if part.speaker is not None and self._speakers.is_refusal(error):
                self._speakers.refused()
                return await self.say(place, part, mark)
            code = error_code(error)
            if code not in BLOCK_ERRORS | ARGUMENT_ERRORS:
                raise
            self._context.report("slack.blocks_refused", {"error": code})
            return await self._say(place, part.plain, None if code in ARGUMENT_ERRORS else mark)

    async def _say(self, place: Place, part: Part, mark: tuple[str, int] | None) -> str:
        """Without a mark it is said with nothing but what is indispensable."""
        message: Json = {
            "channel": place.channel,
            "text": part.text,
            "blocks": part.blocks,
            **naming(part),
        }
        if mark is not None:
            message |= {"metadata": metadata(*mark), "unfurl_links": False, "unfurl_media": False}
        if place.thread:
            message["thread_ts"] = place.thread
        answer = await self._api.say("chat.postMessage", message)
        told = answer.get("ts")
        ts = str(told) if isinstance(told, str | int | float) else ""
        if part.speaker is not None and ts:
            is_named = self._speakers.is_shown(answer)
            self._speakers.note(place.channel, ts, is_named=is_named)
            if not is_named:
                await self._name_in_words(place, part, ts)
        return ts

    async def _name_in_words(self, place: Place, part: Part, ts: str) -> None:
        """Slack left the name out and said nothing of it: nobody must have to guess who is speaking."""
        self._speakers.refused()
        said = part.in_words
        changed: Json = {"channel": place.channel, "ts": ts, "text": said.text, "blocks": said.blocks}
        try:
            await self._api.say("chat.update", changed)
        except SLACK_ERRORS as error:
            # It is said; said again it would stand there twice.
            self._context.report("slack.name_left_out", {"error": error_code(error)})

    async def _post_files(
        self, files: Sequence[FileRef], progress: _Progress, arrived: Arrived | None, attempt: Attempt
    ) -> tuple[LostFile, ...]:
        """Show the files as one message behind the parts, with a line for each that could not be carried over."""
        number = len(progress.messages)
        ts = arrived and (arrived.upload([safe_name(file.name) for file in files]) or arrived.part(number))
        if ts:
            progress.add(ts)
            return ()
        uploaded = await uploads.upload(self._api, files, self._context.open_file, attempt.number)
        if uploaded.files:
            # Not all of them may have come along in the earlier try either.
            ts = arrived and arrived.upload([str(file["title"]) for file in uploaded.files])
            try:
                ts = ts or await self._share(uploaded, progress)
            except (*SLACK_ERRORS, KeyError) as error:
                loss = uploads.loss_of(error, attempt.number)
                if loss is None:
                    raise
                uploaded = uploads.Uploaded((), tuple(lost(file, loss) for file in files))
        if not uploaded.files:
            # One message all the same, so that whoever tries again finds all of it there.
            note = await self._told(uploaded.lost, progress)
            ts = await self.say(progress.target, note, (attempt.key, number))
        progress.add(ts or "")
        return uploaded.lost

    async def _told(self, losses: Sequence[LostFile], progress: _Progress) -> Part:
        """A line for each file that could not be carried over."""
        shown = await drawn(Content(text=told(losses, self._context.words_for(progress.language))))
        return shown[0]

    async def _share(self, uploaded: uploads.Uploaded, progress: _Progress) -> str:
        comment = (await self._told(uploaded.lost, progress)).text if uploaded.lost else ""
        target = progress.target
        return await uploads.share(self._api, uploaded, target.channel, target.thread, comment)

    def _remember(self, progress: _Progress) -> None:
        for message in progress.new:
            if not message.place.is_direct:
                self._memory.note_message(message.place.channel, message.id, message.place.thread)
                self._memory.note_heard(message.place.channel, message.place.thread)


def _with_lead(shown: list[Part], lead: str) -> list[Part]:
    if not lead or not shown:
        return shown
    block: Json = {"type": "context", "elements": [{"type": "mrkdwn", "text": lead}]}
    return [replace(shown[0], blocks=(block, *shown[0].blocks)), *shown[1:]]
