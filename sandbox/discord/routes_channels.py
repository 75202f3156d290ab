"""Channels and threads over REST: reading and changing them, beginning threads and posts, who is in them."""

from aiohttp import web

from sandbox.discord.channel_form import change_channel, check_overwrite, read_overwrite
from sandbox.discord.community import Community
from sandbox.discord.draft import read_draft, refuse_empty
from sandbox.discord.errors import (
    MISSING_ACCESS,
    MISSING_PERMISSIONS,
    NOT_ON_A_DM,
    THREAD_ARCHIVED,
    UNKNOWN_MEMBER,
    UNKNOWN_OVERWRITE,
    WRONG_CHANNEL_TYPE,
    ApiError,
    FormErrors,
)
from sandbox.discord.model import Channel, ChannelType, Json
from sandbox.discord.news import News
from sandbox.discord.permissions import NOTHING, Permission, can_see, demand, in_channel
from sandbox.discord.posting import Posting
from sandbox.discord.rest import CREATING, POSTING, Route, answer, no_content, read_json, read_message_body
from sandbox.discord.routes_guild import read_id, read_limit
from sandbox.discord.snowflake import iso
from sandbox.discord.speech import bot_view
from sandbox.discord.thread_form import ThreadForm, read_new_thread, read_thread_change
from sandbox.discord.threads import Threads
from sandbox.discord.wire import channel_json, member_json, thread_member_json


class ChannelRoutes:
    def __init__(self, community: Community, news: News, posting: Posting, threads: Threads) -> None:
        self._community = community
        self._news = news
        self._posting = posting
        self._threads = threads
        self._bot = community.bot_id

    def routes(self) -> list[Route]:
        at = "/channels/{channel_id}"
        members = f"{at}/thread-members"
        return [
            Route("GET", at, self.channel),
            Route("PATCH", at, self.change),
            Route("DELETE", at, self.delete),
            Route("PUT", f"{at}/permissions/{{target_id}}", self.allow),
            Route("DELETE", f"{at}/permissions/{{target_id}}", self.forget_permissions),
            Route("POST", f"{at}/messages/{{message_id}}/threads", self.thread_on_message, POSTING),
            Route("POST", f"{at}/threads", self.start_thread, CREATING),
            Route("GET", f"{at}/threads/archived/public", self.archived_public),
            Route("GET", f"{at}/threads/archived/private", self.archived_private),
            Route("GET", f"{at}/users/@me/threads/archived/private", self.archived_joined),
            Route("GET", members, self.thread_members),
            Route("GET", f"{members}/{{user_id}}", self.thread_member),
            Route("PUT", f"{members}/{{user_id}}", self.add_member),
            Route("DELETE", f"{members}/{{user_id}}", self.remove_member),
        ]

    def _room(self, request: web.Request, needed: Permission = NOTHING) -> Channel:
        channel = self._community.channel(request.match_info["channel_id"])
        demand(self._community, self._bot, channel, needed)
        return channel

    def _json(self, channel: Channel) -> Json:
        return channel_json(self._community, channel)

    async def channel(self, request: web.Request) -> web.Response:
        return answer(self._json(self._room(request)))

    async def change(self, request: web.Request) -> web.Response:
        channel = self._room(request)
        body = await read_json(request)
        if channel.is_dm:
            raise ApiError(NOT_ON_A_DM)
        if channel.is_thread:
            form = read_thread_change(self._community, channel, body)
            self._demand_thread_rights(channel, form)
            self._threads.change(channel, self._bot, form.apply)
        else:
            demand(self._community, self._bot, channel, Permission.MANAGE_CHANNELS)
            change_channel(self._community, channel, body)
            self._news.channel("CHANNEL_UPDATE", channel)
        return answer(self._json(channel))

    def _demand_thread_rights(self, channel: Channel, form: ThreadForm) -> None:
        """Archived threads can only be woken; a stranger's thread, or a locked one, needs MANAGE_THREADS."""
        thread = channel.thread
        if thread is None or in_channel(self._community, self._bot, channel) & Permission.MANAGE_THREADS:
            if thread and thread.is_archived and form.is_archived is not False:
                raise ApiError(THREAD_ARCHIVED)
            return
        only_wakes = form.given == {"archived"} and form.is_archived is False
        is_mine = thread.owner_id == self._bot
        if thread.is_locked or not (is_mine or (only_wakes and self._bot in thread.members)):
            raise ApiError(MISSING_PERMISSIONS)
        if thread.is_archived and form.is_archived is not False:
            raise ApiError(THREAD_ARCHIVED)

    async def delete(self, request: web.Request) -> web.Response:
        """Delete a channel or thread; a DM is only closed, and opens again when it is asked for."""
        channel = self._room(request)
        data = self._json(channel)
        if not channel.is_dm:
            needed = Permission.MANAGE_THREADS if channel.is_thread else Permission.MANAGE_CHANNELS
            demand(self._community, self._bot, channel, needed)
            self._threads.delete(channel)
        return answer(data)

    async def allow(self, request: web.Request) -> web.Response:
        channel = self._room(request, Permission.MANAGE_ROLES)
        if channel.is_thread or channel.is_dm:
            raise ApiError(WRONG_CHANNEL_TYPE)
        body, target = await read_json(request), request.match_info["target_id"]
        errors = FormErrors()
        check_overwrite(body, "", errors)
        errors.raise_if_any()
        kept = [one for one in channel.overwrites if one.id != target]
        channel.overwrites = [*kept, read_overwrite(target, body)]
        self._news.channel("CHANNEL_UPDATE", channel)
        return no_content()

    async def forget_permissions(self, request: web.Request) -> web.Response:
        channel = self._room(request, Permission.MANAGE_ROLES)
        kept = [one for one in channel.overwrites if one.id != request.match_info["target_id"]]
        if len(kept) == len(channel.overwrites):
            raise ApiError(UNKNOWN_OVERWRITE)
        channel.overwrites = kept
        self._news.channel("CHANNEL_UPDATE", channel)
        return no_content()

    # Threads

    async def thread_on_message(self, request: web.Request) -> web.Response:
        parent = self._room(request, Permission.CREATE_PUBLIC_THREADS)
        if parent.type is not ChannelType.TEXT:
            raise ApiError(WRONG_CHANNEL_TYPE)
        message = self._community.message(parent.id, request.match_info["message_id"])
        form = read_new_thread(parent, await read_json(request))
        thread = self._threads.start(
            parent, form.name, self._bot, archive_minutes=form.archive_minutes,
            from_message=message, slow_seconds=form.slow_seconds,
        )  # fmt: skip
        return answer(self._json(thread), 201)

    async def start_thread(self, request: web.Request) -> web.Response:
        parent = self._room(request)
        body, uploads = await read_message_body(request)
        if parent.type is ChannelType.FORUM:
            # In a forum SEND_MESSAGES is the right to create posts.
            demand(self._community, self._bot, parent, Permission.SEND_MESSAGES)
            form = read_new_thread(parent, body)
            draft = read_draft(body.get("message") or {}, uploads)
            refuse_empty(draft)
            thread = self._threads.start(
                parent, form.name, self._bot, archive_minutes=form.archive_minutes, tags=form.tags,
                slow_seconds=form.slow_seconds,
            )  # fmt: skip
            message = self._posting.post(draft, self._bot, thread, message_id=thread.id)
            return answer(self._json(thread) | {"message": bot_view(self._community, message)}, 201)
        if parent.type is not ChannelType.TEXT:
            raise ApiError(WRONG_CHANNEL_TYPE)
        form = read_new_thread(parent, body)
        is_private = form.kind is ChannelType.PRIVATE_THREAD
        right = Permission.CREATE_PRIVATE_THREADS if is_private else Permission.CREATE_PUBLIC_THREADS
        demand(self._community, self._bot, parent, right)
        thread = self._threads.start(
            parent, form.name, self._bot, kind=form.kind, archive_minutes=form.archive_minutes,
            is_invitable=form.is_invitable, slow_seconds=form.slow_seconds,
        )  # fmt: skip
        return answer(self._json(thread), 201)

    async def archived_public(self, request: web.Request) -> web.Response:
        return self._archived(request, ChannelType.PUBLIC_THREAD)

    async def archived_private(self, request: web.Request) -> web.Response:
        self._room(request, Permission.MANAGE_THREADS)
        return self._archived(request, ChannelType.PRIVATE_THREAD)

    async def archived_joined(self, request: web.Request) -> web.Response:
        return self._archived(request, ChannelType.PRIVATE_THREAD, is_mine=True)

    def _archived(self, request: web.Request, kind: ChannelType, *, is_mine: bool = False) -> web.Response:
        """Latest archived first; `before` is a time, or an id where only the bot's own are asked for."""
        parent = self._room(request, Permission.READ_MESSAGE_HISTORY)
        limit = read_limit(request, default=50, most=100)
        if is_mine:
            read_id(request, "before")
        before = request.query.get("before", "")
        found = [
            (int(one.id) if is_mine else one.thread.archive_changed_at, one)
            for one in self._community.threads()
            if one.thread and one.thread.is_archived and one.parent_id == parent.id and one.type is kind
            if not is_mine or self._bot in one.thread.members
        ]
        found.sort(key=lambda pair: pair[0], reverse=True)
        threads = [one for _, one in found if not before or self._is_before(one, before, is_mine=is_mine)]
        joined = [one for one in threads[:limit] if one.thread and self._bot in one.thread.members]
        return answer(
            {
                "threads": [self._json(one) for one in threads[:limit]],
                "members": [thread_member_json(one, self._bot) for one in joined],
                "has_more": len(threads) > limit,
            }
        )

    def _is_before(self, channel: Channel, before: str, *, is_mine: bool) -> bool:
        if is_mine:
            return int(channel.id) < int(before)
        return channel.thread is not None and iso(channel.thread.archive_changed_at) < before

    def _thread(self, request: web.Request) -> Channel:
        channel = self._room(request)
        if not channel.is_thread:
            raise ApiError(WRONG_CHANNEL_TYPE)
        return channel

    def _who(self, request: web.Request) -> str:
        user_id = request.match_info["user_id"]
        return self._bot if user_id == "@me" else user_id

    async def thread_members(self, request: web.Request) -> web.Response:
        channel = self._thread(request)
        if not self._community.members_allowed:
            raise ApiError(MISSING_ACCESS)
        members = channel.thread.members if channel.thread else {}
        return answer([self._thread_member(request, channel, one) for one in members])

    async def thread_member(self, request: web.Request) -> web.Response:
        channel, user_id = self._thread(request), self._who(request)
        if channel.thread is None or user_id not in channel.thread.members:
            raise ApiError(UNKNOWN_MEMBER)
        return answer(self._thread_member(request, channel, user_id))

    def _thread_member(self, request: web.Request, channel: Channel, user_id: str) -> Json:
        data = thread_member_json(channel, user_id)
        member = self._community.members.get(user_id)
        wanted = request.query.get("with_member", "").lower() in ("1", "true")
        return data | ({"member": member_json(self._community, member)} if wanted and member else {})

    async def add_member(self, request: web.Request) -> web.Response:
        channel, user_id = self._thread(request), self._who(request)
        if channel.thread and channel.thread.is_archived:
            raise ApiError(THREAD_ARCHIVED)
        self._community.member(user_id)
        if not can_see(self._community, user_id, self._community.channels[channel.parent_id]):
            raise ApiError(MISSING_ACCESS)
        self._threads.join(channel, user_id)
        return no_content()

    async def remove_member(self, request: web.Request) -> web.Response:
        channel, user_id = self._thread(request), self._who(request)
        if channel.thread and channel.thread.is_archived:
            raise ApiError(THREAD_ARCHIVED)
        if user_id != self._bot:
            demand(self._community, self._bot, channel, Permission.MANAGE_THREADS)
        self._threads.leave(channel, user_id)
        return no_content()
