"""What can be done to messages, by the bot and by people alike; each deed is told to the gateway and the journal.

Every function expects that its caller asked `permissions` first; what depends on the state of the room
(archived, locked, DMs closed) is checked here. All raise ApiError.
"""

from dataclasses import dataclass
from datetime import timedelta

from sandbox.discord.community import Community
from sandbox.discord.draft import Draft, NewFile
from sandbox.discord.embeds import stored_embed
from sandbox.discord.errors import (
    CANNOT_DM,
    EMPTY_MESSAGE,
    NOT_A_TEXT_CHANNEL,
    SYSTEM_MESSAGE,
    THREAD_ARCHIVED,
    TOO_MANY_PINS,
    TOO_MANY_REACTIONS,
    VOICE_UNCHANGEABLE,
    ApiError,
    invalid,
)
from sandbox.discord.mentions import find_mentions
from sandbox.discord.model import (
    NO_FLAGS,
    Attachment,
    Channel,
    ChannelType,
    Json,
    Mentions,
    Message,
    MessageFlag,
    MessageType,
)
from sandbox.discord.news import News
from sandbox.discord.speech import attachment_json
from sandbox.discord.threads import Threads

_NONCE_WINDOW = timedelta(minutes=5)
_MOST_NONCES = 50_000
_MOST_REACTIONS = 20
_MOST_PINS = 250
_UNREACTABLE = (MessageType.THREAD_STARTER,)


@dataclass(slots=True)
class Posting:
    community: Community
    news: News
    threads: Threads

    def post(
        self,
        draft: Draft,
        author_id: str,
        channel: Channel,
        *,
        kind: MessageType = MessageType.DEFAULT,
        only_for: str = "",
        interaction: Json | None = None,
        flags: MessageFlag = NO_FLAGS,
        message_id: str = "",
    ) -> Message:
        """Say this in a room; an archived thread wakes up, unless it is locked.

        `only_for` makes it ephemeral, `interaction` says what it answers, `message_id` gives it an id of old.
        """
        if channel.type is ChannelType.FORUM:
            raise ApiError(NOT_A_TEXT_CHANNEL)
        if not only_for:
            self._demand_open_room(author_id, channel, is_answer=interaction is not None)
        replied_to = self._replied_to(draft, channel)
        is_reply = replied_to is not None and kind is MessageType.DEFAULT
        message = Message(
            id=message_id or self.community.snowflakes.next(),
            channel_id=channel.id,
            author_id=author_id,
            sent_at=self.community.now(),
            type=MessageType.REPLY if is_reply else kind,
            content=draft.content,
            components=draft.components,
            # An answer refers to what it answers without pinging anybody.
            mentions=self._mentions(draft, channel, author_id, None if interaction else replied_to),
            flags=draft.flags | flags | (MessageFlag.EPHEMERAL if only_for else NO_FLAGS),
            is_tts=draft.is_tts,
            nonce=draft.nonce,
            reference=self._reference(replied_to, channel) if replied_to else draft.forwarded,
            interaction=interaction,
            only_for=only_for,
        )
        return self._store(message, draft, channel)

    def _mentions(
        self, draft: Draft, channel: Channel, author_id: str, replied_to: Message | None
    ) -> Mentions:
        allowed = draft.allowed_mentions
        return find_mentions(self.community, channel, author_id, draft.texts(), allowed, replied_to)

    def _store(self, message: Message, draft: Draft, channel: Channel) -> Message:
        self._attach(message, draft.files)
        message.embeds, message.extra = self._embeds(message, draft.embeds), draft.extra
        self.community.messages.setdefault(channel.id, {})[message.id] = message
        if not message.only_for:
            channel.last_message_id = message.id
            self.threads.count_message(channel, message.author_id)
        if message.nonce is not None:
            self._remember_nonce(message)
        self.news.message("MESSAGE_CREATE", message)
        return message

    def said_before(self, draft: Draft, author_id: str, channel: Channel) -> Message | None:
        """The message this author posted here with the same nonce within the past minutes."""
        if draft.nonce is None or not draft.is_nonce_enforced:
            return None
        found = self.community.nonces.get((channel.id, author_id, str(draft.nonce)))
        if found is None or found.sent_at < self.community.now() - _NONCE_WINDOW:
            return None
        return found if found.id in self.community.messages.get(channel.id, {}) else None

    def _remember_nonce(self, message: Message) -> None:
        nonces = self.community.nonces
        if len(nonces) > _MOST_NONCES:
            since = self.community.now() - _NONCE_WINDOW
            for key in [key for key, one in nonces.items() if one.sent_at < since]:
                del nonces[key]
        nonces[message.channel_id, message.author_id, str(message.nonce)] = message

    def edit(self, message: Message, draft: Draft) -> Message:
        """Change what the draft gives and leave the rest.

        Raises 50006 when nothing would be left, 50083 in an archived thread and in one locked to the author.
        """
        channel = self.community.channels[message.channel_id]
        if not message.only_for:
            self._demand_awake(channel)
            self.threads.demand_unlocked(channel, message.author_id)
        _refuse_unchangeable(message)
        _refuse_emptying(message, draft)
        if "content" in draft.given:
            message.content = draft.content
        if "components" in draft.given:
            message.components = draft.components
        if draft.kept_attachments is not None:
            kept = set(draft.kept_attachments)
            message.attachments = [one for one in message.attachments if one.id in kept]
        self._attach(message, draft.files)
        if "embeds" in draft.given:
            message.embeds = self._embeds(message, draft.embeds)
        if "flags" in draft.given:
            settable = MessageFlag.SUPPRESS_EMBEDS
            message.flags = (message.flags & ~settable) | (
                draft.flags & (settable | MessageFlag.COMPONENTS_V2)
            )
        if "content" in draft.given or "allowed_mentions" in draft.given:
            message.mentions = self._mentions(draft, channel, message.author_id, None)
        if not message.flags & MessageFlag.LOADING:
            message.edited_at = self.community.now()
        message.flags &= ~MessageFlag.LOADING
        self.news.message("MESSAGE_UPDATE", message)
        return message

    def delete(self, messages: list[Message]) -> None:
        """Delete these messages of one room; raises 50083 in an archived thread."""
        channel = self.community.channels[messages[0].channel_id]
        if not all(one.only_for for one in messages):
            self._demand_awake(channel)
        for message in messages:
            del self.community.messages[channel.id][message.id]
            for attachment in message.attachments:
                self.community.attachments.pop(attachment.id, None)
        self.news.deleted(channel, messages)

    def react(self, message: Message, user_id: str, emoji: str, *, is_on: bool) -> None:
        """Add or take away a reaction; adding the same twice changes nothing."""
        channel = self.community.channels[message.channel_id]
        self._demand_awake(channel)
        if message.type in _UNREACTABLE:
            raise ApiError(SYSTEM_MESSAGE)
        people = message.reactions.get(emoji, [])
        if is_on == (user_id in people):
            return
        if is_on:
            if not people and len(message.reactions) >= _MOST_REACTIONS:
                raise ApiError(TOO_MANY_REACTIONS)
            message.reactions[emoji] = [*people, user_id]
        else:
            left = [one for one in people if one != user_id]
            message.reactions = {key: value for key, value in message.reactions.items() if key != emoji}
            message.reactions |= {emoji: left} if left else {}
        self.news.reaction(message, user_id, emoji, is_on=is_on)

    def clear_reactions(self, message: Message, emoji: str = "") -> None:
        self._demand_awake(self.community.channels[message.channel_id])
        message.reactions = {key: value for key, value in message.reactions.items() if emoji and key != emoji}
        self.news.reactions_cleared(message, emoji)

    def pin(self, message: Message, by: str, *, is_on: bool) -> None:
        channel = self.community.channels[message.channel_id]
        self._demand_awake(channel)
        if is_on == (message.pinned_at is not None):
            return
        pinned = [one for one in self.community.history(channel.id) if one.pinned_at]
        if is_on and len(pinned) >= _MOST_PINS:
            raise ApiError(TOO_MANY_PINS)
        message.pinned_at = self.community.now() if is_on else None
        channel.pinned_at = message.pinned_at or channel.pinned_at
        self.news.message("MESSAGE_UPDATE", message)
        self.news.pins(channel)
        if is_on:
            reference = {"type": 0, "channel_id": channel.id, "message_id": message.id}
            self.threads.leave_line(channel, by, MessageType.PINNED, reference=reference)

    def _demand_open_room(self, author_id: str, channel: Channel, *, is_answer: bool) -> None:
        if channel.is_dm:
            # Closed DMs do not keep out the answer to something the person has just used.
            if author_id == self.community.bot_id and not is_answer and not self._can_be_written_to(channel):
                raise ApiError(CANNOT_DM)
            return
        self.threads.demand_open(channel, author_id)

    def _can_be_written_to(self, dm: Channel) -> bool:
        # A bot may only write to people with whom it shares a server, and who have not shut it out.
        user_id = dm.recipient_id
        return user_id in self.community.members and not self.community.users[user_id].has_closed_dms

    def _demand_awake(self, channel: Channel) -> None:
        if channel.thread and channel.thread.is_archived:
            raise ApiError(THREAD_ARCHIVED)

    def _replied_to(self, draft: Draft, channel: Channel) -> Message | None:
        if not draft.reference:
            return None
        found = self.community.messages.get(channel.id, {}).get(draft.reference["message_id"])
        if found is None and draft.reference["fail_if_not_exists"]:
            raise invalid("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        if found is not None and found.type not in _ANSWERABLE:
            message = "Cannot reply to a system message"
            raise invalid("message_reference", "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE", message)
        return found

    def _reference(self, replied_to: Message, channel: Channel) -> Json:
        reference: Json = {"type": 0, "channel_id": channel.id, "message_id": replied_to.id}
        return reference | ({"guild_id": channel.guild_id} if channel.guild_id else {})

    def _attach(self, message: Message, files: list[NewFile]) -> None:
        for one in files:
            attachment = Attachment(
                self.community.snowflakes.next(), message.channel_id, one.filename, one.mime, one.content,
                one.title, one.description, bool(message.only_for), one.seconds, one.waveform,
            )  # fmt: skip
            self.community.attachments[attachment.id] = attachment
            message.attachments.append(attachment)

    def _embeds(self, message: Message, embeds: list[Json]) -> list[Json]:
        urls = {one.filename: attachment_json(self.community, one)["url"] for one in message.attachments}
        return [stored_embed(embed, urls) for embed in embeds]


_EDITABLE = (
    MessageType.DEFAULT,
    MessageType.REPLY,
    MessageType.CHAT_INPUT_COMMAND,
    MessageType.CONTEXT_MENU_COMMAND,
)
_ANSWERABLE = (*_EDITABLE, MessageType.THREAD_CREATED)


def _refuse_unchangeable(message: Message) -> None:
    if message.type not in _EDITABLE:
        raise ApiError(SYSTEM_MESSAGE)
    if message.flags & MessageFlag.IS_VOICE_MESSAGE:
        raise ApiError(VOICE_UNCHANGEABLE)


def _refuse_emptying(message: Message, draft: Draft) -> None:
    content = draft.content if "content" in draft.given else message.content
    embeds = draft.embeds if "embeds" in draft.given else message.embeds
    components = draft.components if "components" in draft.given else message.components
    kept = draft.kept_attachments
    attachments = [one for one in message.attachments if kept is None or one.id in kept]
    if not (content or embeds or components or attachments or draft.files):
        raise ApiError(EMPTY_MESSAGE)
