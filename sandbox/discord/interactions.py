"""Interactions: a person uses something of the bot; it has three seconds to answer, then fifteen minutes for more."""

import asyncio
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum

from sandbox.discord.community import Community
from sandbox.discord.draft import Draft
from sandbox.discord.errors import (
    ALREADY_ACKNOWLEDGED,
    INVALID_WEBHOOK_TOKEN,
    UNKNOWN_INTERACTION,
    UNKNOWN_MESSAGE,
    ApiError,
)
from sandbox.discord.model import NO_FLAGS, Channel, Json, Message, MessageFlag, MessageType
from sandbox.discord.news import Event, News
from sandbox.discord.permissions import IN_A_DM, in_channel
from sandbox.discord.posting import Posting
from sandbox.discord.speech import message_json
from sandbox.discord.wire import channel_json, member_json, user_json

ANSWER_WITHIN = timedelta(seconds=3)
TOKEN_LIVES = timedelta(minutes=15)
MOST_ATTACHMENT_BYTES = 10 * 1024 * 1024


class Kind(IntEnum):
    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class Answer(IntEnum):
    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


_ALLOWED: dict[Kind, tuple[Answer, ...]] = {
    Kind.COMMAND: (Answer.MESSAGE, Answer.DEFERRED_MESSAGE, Answer.MODAL),
    Kind.COMPONENT: (
        Answer.MESSAGE, Answer.DEFERRED_MESSAGE, Answer.DEFERRED_UPDATE, Answer.UPDATE, Answer.MODAL,
    ),
    Kind.AUTOCOMPLETE: (Answer.CHOICES,),
    Kind.MODAL: (Answer.MESSAGE, Answer.DEFERRED_MESSAGE, Answer.DEFERRED_UPDATE, Answer.UPDATE),
}  # fmt: skip


@dataclass(eq=False, slots=True)
class Interaction:
    id: str
    token: str
    kind: Kind
    user_id: str
    channel: Channel
    data: Json
    begun_at: datetime
    source: Message | None = None
    """The message whose component was used."""
    opener: "Interaction | None" = None
    """What opened the form that is submitted."""
    answer: Answer | None = None
    original_id: str = ""
    """The message that @original stands for."""
    is_private: bool = False
    """Whether the deferred answer will be ephemeral."""
    choices: list[Json] = field(default_factory=list)
    modal: Json | None = None
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    def allows(self, answer: Answer) -> bool:
        if self.kind is Kind.MODAL and answer in (Answer.UPDATE, Answer.DEFERRED_UPDATE):
            return self.source is not None
        return answer in _ALLOWED[self.kind]


class Interactions:
    """Begins interactions for people and takes the bot's answers."""

    def __init__(self, community: Community, news: News, posting: Posting) -> None:
        self._community = community
        self._news = news
        self._posting = posting
        self._by_id: dict[str, Interaction] = {}
        self._by_token: dict[str, Interaction] = {}

    @property
    def unanswered(self) -> list[Interaction]:
        """Those the bot can still answer for the first time."""
        since = self._community.now() - ANSWER_WITHIN
        return [one for one in self._by_id.values() if one.answer is None and one.begun_at >= since]

    def begin(
        self,
        kind: Kind,
        user_id: str,
        channel: Channel,
        data: Json,
        *,
        source: Message | None = None,
        opener: Interaction | None = None,
    ) -> Interaction:
        """Tell the bot that a person used something: a part of the source, or the form that the opener opened."""
        self._forget_old()
        interaction = Interaction(
            id=self._community.snowflakes.next(),
            token=secrets.token_urlsafe(64),
            kind=kind,
            user_id=user_id,
            channel=channel,
            data=data,
            begun_at=self._community.now(),
            source=opener.source if opener else source,
            opener=opener,
        )
        self._by_id[interaction.id] = interaction
        self._by_token[interaction.token] = interaction
        self._news.send(Event("INTERACTION_CREATE", self._payload(interaction), guild_id=channel.guild_id))
        return interaction

    def _forget_old(self) -> None:
        since = self._community.now() - TOKEN_LIVES
        for interaction in list(self._by_id.values()):
            if interaction.begun_at < since:
                del self._by_id[interaction.id], self._by_token[interaction.token]

    def _payload(self, interaction: Interaction) -> Json:
        community, channel = self._community, interaction.channel
        granted = in_channel(community, interaction.user_id, channel)
        bots = IN_A_DM if channel.is_dm else in_channel(community, community.bot_id, channel)
        payload: Json = {
            "id": interaction.id,
            "application_id": community.application_id,
            "type": int(interaction.kind),
            "token": interaction.token,
            "version": 1,
            "data": interaction.data,
            "channel_id": channel.id,
            "channel": channel_json(community, channel) | {"permissions": str(int(granted))},
            "app_permissions": str(int(bots)),
            "locale": community.users[interaction.user_id].locale,
            "entitlements": [],
            "entitlement_sku_ids": [],
            "authorizing_integration_owners": {"0": channel.guild_id or "0"},
            "context": 1 if channel.is_dm else 0,
            "attachment_size_limit": MOST_ATTACHMENT_BYTES,
        }
        if channel.guild_id:
            member = member_json(community, community.members[interaction.user_id])
            payload |= {"guild_id": channel.guild_id, "guild_locale": "en-US"}
            payload["guild"] = {"id": channel.guild_id, "locale": "en-US", "features": ["COMMUNITY", "NEWS"]}
            payload["member"] = member | {"permissions": str(int(granted))}
        else:
            payload["user"] = user_json(community.users[interaction.user_id])
        if interaction.source:
            payload["message"] = message_json(community, interaction.source)
        return payload

    # The bot's first answer

    def find_to_answer(self, interaction_id: str, token: str) -> Interaction:
        """The interaction that may still be answered; raises 10062 when it is unknown or too late, 40060 after one."""
        interaction = self._by_id.get(interaction_id)
        if interaction is None or not secrets.compare_digest(interaction.token, token):
            raise ApiError(UNKNOWN_INTERACTION)
        if interaction.answer is not None:
            raise ApiError(ALREADY_ACKNOWLEDGED)
        if self._community.now() - interaction.begun_at > ANSWER_WITHIN:
            raise ApiError(UNKNOWN_INTERACTION)
        return interaction

    def find_by_token(self, token: str) -> Interaction:
        """The interaction this webhook token belongs to; raises 50027 after its quarter of an hour."""
        interaction = self._by_token.get(token)
        if interaction is None or self._community.now() - interaction.begun_at > TOKEN_LIVES:
            raise ApiError(INVALID_WEBHOOK_TOKEN)
        return interaction

    def acknowledge(self, interaction: Interaction, answer: Answer) -> None:
        interaction.answer = answer
        interaction.answered.set()
        self._news.note("answer", interaction.channel.id, interaction=interaction.id, type=int(answer))

    def give_up(self, interaction: Interaction) -> None:
        """Nobody waits for this answer any more; the person sees that the interaction failed."""
        interaction.answered.set()
        self._news.note("answer", interaction.channel.id, interaction=interaction.id, type=0)

    def answer_with_message(self, interaction: Interaction, draft: Draft, *, is_deferred: bool) -> Message:
        """Post the first answer, or the placeholder that says 'is thinking'."""
        interaction.is_private = draft.is_ephemeral
        flags = MessageFlag.LOADING if is_deferred else NO_FLAGS
        message = self._say(interaction, draft, is_private=draft.is_ephemeral, flags=flags)
        interaction.original_id = message.id
        return message

    def answer_with_update(self, interaction: Interaction, draft: Draft | None) -> Message:
        """Edit the message whose component was used, or promise to; @original is that message."""
        source = interaction.source
        if source is None:
            raise ApiError(UNKNOWN_MESSAGE)
        interaction.original_id = source.id
        return self._posting.edit(source, draft) if draft else source

    # What the bot does with the token afterwards

    def original(self, interaction: Interaction) -> Message:
        return self.message(interaction, interaction.original_id)

    def message(self, interaction: Interaction, message_id: str) -> Message:
        """A message this token gives access to: the bot's own, sent through an interaction; raises 10008."""
        message = self._community.message(interaction.channel.id, message_id)
        if message.author_id != self._community.bot_id:
            raise ApiError(UNKNOWN_MESSAGE)
        return message

    def follow_up(self, interaction: Interaction, draft: Draft) -> Message:
        """Another message; the first one after a deferral takes the place of 'is thinking'."""
        placeholder = self._community.messages.get(interaction.channel.id, {}).get(interaction.original_id)
        if placeholder is not None and placeholder.flags & MessageFlag.LOADING:
            return self._posting.edit(placeholder, draft)
        return self._say(interaction, draft, is_private=draft.is_ephemeral)

    def _say(
        self, interaction: Interaction, draft: Draft, *, is_private: bool, flags: MessageFlag = NO_FLAGS
    ) -> Message:
        kind = MessageType.DEFAULT
        if interaction.kind is Kind.COMMAND and not interaction.original_id:
            is_slash = interaction.data["type"] == 1
            kind = MessageType.CHAT_INPUT_COMMAND if is_slash else MessageType.CONTEXT_MENU_COMMAND
        elif interaction.original_id:
            draft.reference = {"message_id": interaction.original_id, "fail_if_not_exists": False}
        return self._posting.post(
            draft,
            self._community.bot_id,
            interaction.channel,
            kind=kind,
            only_for=interaction.user_id if is_private else "",
            interaction=self._metadata(interaction),
            flags=flags,
        )

    def _metadata(self, interaction: Interaction) -> Json:
        """Who did what, as the message that answers it says."""
        data: Json = {
            "id": interaction.id,
            "type": int(interaction.kind),
            "user": user_json(self._community.users[interaction.user_id]),
            "authorizing_integration_owners": {"0": interaction.channel.guild_id or "0"},
        }
        if interaction.kind is Kind.COMMAND:
            data |= {"name": interaction.data["name"], "command_type": interaction.data["type"]}
            if target := interaction.data.get("target_id"):
                data["target_message_id"] = target
        elif interaction.opener is not None:
            data["triggering_interaction_metadata"] = self._metadata(interaction.opener)
        elif interaction.source is not None:
            data["interacted_message_id"] = interaction.source.id
        return data
