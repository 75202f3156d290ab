"""Messages over REST: posting, reading, editing, deleting, reacting, pinning."""

from datetime import timedelta

from aiohttp import web

from sandbox.discord.community import Community
from sandbox.discord.draft import check_voice, read_draft, refuse_empty
from sandbox.discord.emoji import is_emoji
from sandbox.discord.errors import (
    BULK_DELETE_COUNT,
    CANNOT_REPLY_UNREAD,
    MISSING_ACCESS,
    NOT_A_TEXT_CHANNEL,
    NOT_ON_A_DM,
    NOT_YOUR_MESSAGE,
    TOO_OLD_TO_BULK_DELETE,
    UNKNOWN_EMOJI,
    UNKNOWN_MESSAGE,
    VOICE_NOT_HERE,
    ApiError,
)
from sandbox.discord.model import Channel, ChannelType, Message
from sandbox.discord.permissions import NOTHING, Permission, demand, in_channel
from sandbox.discord.posting import Posting
from sandbox.discord.rest import CREATING, POSTING, Route, answer, no_content, read_json, read_message_body
from sandbox.discord.routes_guild import read_id, read_id_list, read_limit
from sandbox.discord.snowflake import born_at, iso
from sandbox.discord.speech import bot_view
from sandbox.discord.wire import user_json

_BULK_AGE = timedelta(days=14)


class MessageRoutes:
    def __init__(self, community: Community, posting: Posting) -> None:
        self._community = community
        self._posting = posting
        self._bot = community.bot_id

    def routes(self) -> list[Route]:
        at = "/channels/{channel_id}/messages"
        one = f"{at}/{{message_id}}"
        emoji = f"{one}/reactions/{{emoji}}"
        return [
            Route("POST", at, self.post, CREATING),
            Route("GET", at, self.history),
            Route("POST", f"{at}/bulk-delete", self.bulk_delete),
            Route("GET", f"{at}/pins", self.pins),
            Route("PUT", f"{at}/pins/{{message_id}}", self.pin),
            Route("DELETE", f"{at}/pins/{{message_id}}", self.unpin),
            Route("GET", "/channels/{channel_id}/pins", self.pins_as_list),
            Route("PUT", "/channels/{channel_id}/pins/{message_id}", self.pin),
            Route("DELETE", "/channels/{channel_id}/pins/{message_id}", self.unpin),
            Route("GET", one, self.message),
            Route("PATCH", one, self.edit, POSTING),
            Route("DELETE", one, self.delete),
            Route("DELETE", f"{one}/reactions", self.clear_reactions),
            Route("PUT", f"{emoji}/@me", self.react),
            Route("DELETE", f"{emoji}/{{user_id}}", self.unreact),
            Route("GET", emoji, self.reactors),
            Route("DELETE", emoji, self.clear_reactions),
            Route("POST", "/channels/{channel_id}/typing", self.type),
        ]

    def _room(self, request: web.Request, needed: Permission = NOTHING) -> Channel:
        channel = self._community.channel(request.match_info["channel_id"])
        demand(self._community, self._bot, channel, needed)
        return channel

    def _found(self, request: web.Request, needed: Permission = NOTHING) -> tuple[Channel, Message]:
        channel = self._room(request, needed)
        message = self._community.message(channel.id, request.match_info["message_id"])
        # An ephemeral message exists only for the interaction's own token.
        if message.only_for:
            raise ApiError(UNKNOWN_MESSAGE)
        return channel, message

    async def post(self, request: web.Request) -> web.Response:
        channel = self._room(request)
        body, uploads = await read_message_body(request)
        if channel.type is ChannelType.FORUM:
            raise ApiError(NOT_A_TEXT_CHANNEL)
        demand(self._community, self._bot, channel, sending_right(channel))
        draft = read_draft(body, uploads)
        refuse_empty(draft)
        check_voice(draft)
        granted = in_channel(self._community, self._bot, channel)
        if uploads:
            demand(self._community, self._bot, channel, Permission.ATTACH_FILES)
        if draft.embeds:
            demand(self._community, self._bot, channel, Permission.EMBED_LINKS)
        if draft.is_voice and not granted & Permission.SEND_VOICE_MESSAGES:
            raise ApiError(VOICE_NOT_HERE)
        if draft.reference and not granted & Permission.READ_MESSAGE_HISTORY:
            raise ApiError(CANNOT_REPLY_UNREAD)
        message = self._posting.said_before(draft, self._bot, channel)
        if message is None:
            message = self._posting.post(draft, self._bot, channel)
        return answer(bot_view(self._community, message))

    async def history(self, request: web.Request) -> web.Response:
        """Newest first, whatever was asked for; `after` gives the oldest ones after that id."""
        channel = self._room(request)
        limit = read_limit(request, default=50, most=100)
        ids = {key: read_id(request, key) for key in ("before", "after", "around")}
        if not in_channel(self._community, self._bot, channel) & Permission.READ_MESSAGE_HISTORY:
            return answer([])
        said = [one for one in self._community.history(channel.id) if not one.only_for]
        said.sort(key=lambda one: int(one.id))
        if (around := ids["around"]) is not None:
            earlier = [one for one in said if int(one.id) < around][-(limit // 2) :]
            later = [one for one in said if int(one.id) >= around][: limit - len(earlier)]
            said = earlier + later
        elif (after := ids["after"]) is not None:
            said = [one for one in said if int(one.id) > after][:limit]
        else:
            before = ids["before"]
            said = [one for one in said if before is None or int(one.id) < before][-limit:]
        return answer([bot_view(self._community, one) for one in reversed(said)])

    async def message(self, request: web.Request) -> web.Response:
        channel, message = self._found(request)
        demand(self._community, self._bot, channel, Permission.READ_MESSAGE_HISTORY)
        return answer(bot_view(self._community, message))

    async def edit(self, request: web.Request) -> web.Response:
        channel, message = self._found(request)
        body, uploads = await read_message_body(request)
        if message.author_id != self._bot:
            # A moderator may hide a stranger's embeds, and nothing else.
            if set(body) != {"flags"}:
                raise ApiError(NOT_YOUR_MESSAGE)
            demand(self._community, self._bot, channel, Permission.MANAGE_MESSAGES)
        draft = read_draft(body, uploads, previous_flags=message.flags)
        return answer(bot_view(self._community, self._posting.edit(message, draft)))

    async def delete(self, request: web.Request) -> web.Response:
        channel, message = self._found(request)
        if message.author_id != self._bot:
            if channel.is_dm:
                raise ApiError(NOT_ON_A_DM)
            demand(self._community, self._bot, channel, Permission.MANAGE_MESSAGES)
        self._posting.delete([message])
        return no_content()

    async def bulk_delete(self, request: web.Request) -> web.Response:
        channel = self._room(request)
        if channel.is_dm:
            raise ApiError(NOT_ON_A_DM)
        demand(self._community, self._bot, channel, Permission.MANAGE_MESSAGES)
        ids = read_id_list(await read_json(request), "messages")
        if not 2 <= len(ids) <= 100:
            raise ApiError(BULK_DELETE_COUNT)
        oldest = self._community.now() - _BULK_AGE
        if any(born_at(one) < oldest for one in ids):
            raise ApiError(TOO_OLD_TO_BULK_DELETE)
        there = self._community.messages.get(channel.id, {})
        found = [there[one] for one in ids if one in there]
        if found:
            self._posting.delete(found)
        return no_content()

    def _emoji(self, request: web.Request) -> str:
        emoji = request.match_info["emoji"]
        if not is_emoji(emoji):
            raise ApiError(UNKNOWN_EMOJI)
        return emoji

    async def react(self, request: web.Request) -> web.Response:
        channel, message = self._found(request, Permission.READ_MESSAGE_HISTORY)
        emoji = self._emoji(request)
        if emoji not in message.reactions:
            demand(self._community, self._bot, channel, Permission.ADD_REACTIONS)
        self._posting.react(message, self._bot, emoji, is_on=True)
        return no_content()

    async def unreact(self, request: web.Request) -> web.Response:
        channel, message = self._found(request)
        user_id = request.match_info["user_id"]
        if user_id == "@me":
            user_id = self._bot
        if user_id != self._bot:
            demand(self._community, self._bot, channel, Permission.MANAGE_MESSAGES)
            self._community.user(user_id)
        self._posting.react(message, user_id, self._emoji(request), is_on=False)
        return no_content()

    async def clear_reactions(self, request: web.Request) -> web.Response:
        _, message = self._found(request, Permission.MANAGE_MESSAGES)
        emoji = self._emoji(request) if "emoji" in request.match_info else ""
        self._posting.clear_reactions(message, emoji)
        return no_content()

    async def reactors(self, request: web.Request) -> web.Response:
        _, message = self._found(request, Permission.READ_MESSAGE_HISTORY)
        limit = read_limit(request, default=25, most=100)
        after = read_id(request, "after") or 0
        people = sorted(message.reactions.get(self._emoji(request), []), key=int)
        chosen = [one for one in people if int(one) > after][:limit]
        return answer([user_json(self._community.users[one]) for one in chosen])

    async def type(self, request: web.Request) -> web.Response:
        channel = self._room(request)
        demand(self._community, self._bot, channel, sending_right(channel))
        self._posting.news.typing(channel, self._bot)
        return no_content()

    async def pin(self, request: web.Request) -> web.Response:
        return self._set_pin(request, is_on=True)

    async def unpin(self, request: web.Request) -> web.Response:
        return self._set_pin(request, is_on=False)

    def _set_pin(self, request: web.Request, *, is_on: bool) -> web.Response:
        _, message = self._found(request, Permission.PIN_MESSAGES)
        self._posting.pin(message, self._bot, is_on=is_on)
        return no_content()

    def _pinned(self, request: web.Request) -> list[Message]:
        channel = self._room(request)
        if not in_channel(self._community, self._bot, channel) & Permission.READ_MESSAGE_HISTORY:
            raise ApiError(MISSING_ACCESS)
        pinned = [one for one in self._community.history(channel.id) if one.pinned_at]
        return sorted(pinned, key=lambda one: one.pinned_at or one.sent_at, reverse=True)

    async def pins(self, request: web.Request) -> web.Response:
        limit = read_limit(request, default=50, most=50)
        before = request.query.get("before")
        pinned = [
            one
            for one in self._pinned(request)
            if one.pinned_at and (not before or iso(one.pinned_at) < before)
        ]
        items = [
            {"pinned_at": iso(one.pinned_at), "message": bot_view(self._community, one)}
            for one in pinned[:limit]
            if one.pinned_at
        ]
        return answer({"items": items, "has_more": len(pinned) > limit})

    async def pins_as_list(self, request: web.Request) -> web.Response:
        return answer([bot_view(self._community, one) for one in self._pinned(request)])


def sending_right(channel: Channel) -> Permission:
    """What one needs to speak in this room."""
    return Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permission.SEND_MESSAGES
