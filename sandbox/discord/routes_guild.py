"""The guild: its rooms, roles and people."""

from aiohttp import web

from sandbox.discord.channel_form import new_channel
from sandbox.discord.community import Community
from sandbox.discord.errors import (
    MISSING_ACCESS,
    MISSING_PERMISSIONS,
    UNKNOWN_ROLE,
    ApiError,
    FormErrors,
    invalid,
)
from sandbox.discord.model import Json, Member
from sandbox.discord.news import News
from sandbox.discord.permissions import Permission, in_guild
from sandbox.discord.rest import Route, answer, no_content, read_json
from sandbox.discord.snowflake import is_snowflake
from sandbox.discord.wire import (
    active_threads,
    channel_json,
    guild_json,
    member_json,
    role_json,
    thread_member_json,
    visible_channels,
)


class GuildRoutes:
    def __init__(self, community: Community, news: News) -> None:
        self._community = community
        self._news = news

    def routes(self) -> list[Route]:
        at = "/guilds/{guild_id}"
        return [
            Route("GET", at, self.guild),
            Route("GET", f"{at}/channels", self.channels),
            Route("POST", f"{at}/channels", self.create_channel),
            Route("GET", f"{at}/roles", self.roles),
            Route("GET", f"{at}/roles/{{role_id}}", self.role),
            Route("GET", f"{at}/threads/active", self.active_threads),
            Route("GET", f"{at}/members", self.members),
            Route("GET", f"{at}/members/search", self.search_members),
            Route("GET", f"{at}/members/{{user_id}}", self.member),
            Route("PUT", f"{at}/members/{{user_id}}/roles/{{role_id}}", self.add_role),
            Route("DELETE", f"{at}/members/{{user_id}}/roles/{{role_id}}", self.remove_role),
        ]

    def _here(self, request: web.Request) -> None:
        self._community.this_guild(request.match_info["guild_id"])

    async def guild(self, request: web.Request) -> web.Response:
        self._here(request)
        data = guild_json(self._community)
        if request.query.get("with_counts", "").lower() in ("1", "true"):
            people = len(self._community.members)
            data |= {"approximate_member_count": people, "approximate_presence_count": people}
        return answer(data)

    async def channels(self, request: web.Request) -> web.Response:
        self._here(request)
        return answer([channel_json(self._community, one) for one in visible_channels(self._community)])

    async def create_channel(self, request: web.Request) -> web.Response:
        self._here(request)
        if not in_guild(self._community, self._community.bot_id) & Permission.MANAGE_CHANNELS:
            raise ApiError(MISSING_PERMISSIONS)
        channel = new_channel(self._community, await read_json(request))
        self._community.channels[channel.id] = channel
        self._news.channel("CHANNEL_CREATE", channel)
        return answer(channel_json(self._community, channel), 201)

    async def roles(self, request: web.Request) -> web.Response:
        self._here(request)
        return answer([role_json(role) for role in self._community.roles.values()])

    async def role(self, request: web.Request) -> web.Response:
        self._here(request)
        role = self._community.roles.get(request.match_info["role_id"])
        if role is None:
            raise ApiError(UNKNOWN_ROLE)
        return answer(role_json(role))

    async def active_threads(self, request: web.Request) -> web.Response:
        self._here(request)
        community = self._community
        threads = sorted(active_threads(community), key=lambda one: -int(one.id))
        joined = [one for one in threads if one.thread and community.bot_id in one.thread.members]
        members = [thread_member_json(one, community.bot_id) for one in joined]
        shown = [channel_json(community, one) for one in threads]
        return answer({"threads": shown, "members": members, "has_more": False})

    async def members(self, request: web.Request) -> web.Response:
        """Everybody, in order of id; without the members intent in the portal this is refused."""
        self._here(request)
        if not self._community.members_allowed:
            raise ApiError(MISSING_ACCESS)
        limit = read_limit(request, default=1, most=1000)
        after = read_id(request, "after") or 0
        found = sorted((one for one in self._community.members.values()), key=lambda one: int(one.user_id))
        chosen = [one for one in found if int(one.user_id) > after][:limit]
        return answer([member_json(self._community, one) for one in chosen])

    async def search_members(self, request: web.Request) -> web.Response:
        self._here(request)
        query = request.query.get("query", "").casefold()
        if not query:
            raise invalid("query", "BASE_TYPE_REQUIRED", "This field is required")
        limit = read_limit(request, default=1, most=1000)
        found = [one for one in self._community.members.values() if self._is_called(one, query)]
        return answer([member_json(self._community, one) for one in found[:limit]])

    def _is_called(self, member: Member, query: str) -> bool:
        user = self._community.users[member.user_id]
        names = (user.name, user.display_name, member.nick or "")
        return any(name.casefold().startswith(query) for name in names)

    async def member(self, request: web.Request) -> web.Response:
        self._here(request)
        self._community.user(request.match_info["user_id"])
        return answer(member_json(self._community, self._community.member(request.match_info["user_id"])))

    async def add_role(self, request: web.Request) -> web.Response:
        member, role_id = self._member_and_role(request)
        if role_id not in member.roles:
            member.roles.append(role_id)
            self._news.member("GUILD_MEMBER_UPDATE", member)
        return no_content()

    async def remove_role(self, request: web.Request) -> web.Response:
        member, role_id = self._member_and_role(request)
        if role_id in member.roles:
            member.roles.remove(role_id)
            self._news.member("GUILD_MEMBER_UPDATE", member)
        return no_content()

    def _member_and_role(self, request: web.Request) -> tuple[Member, str]:
        self._here(request)
        community = self._community
        member, role_id = community.member(request.match_info["user_id"]), request.match_info["role_id"]
        if role_id not in community.roles:
            raise ApiError(UNKNOWN_ROLE)
        mine = [community.roles[one].position for one in community.members[community.bot_id].roles]
        may = in_guild(community, community.bot_id) & Permission.MANAGE_ROLES
        # A bot cannot hand out a role as high as its own.
        if not may or community.roles[role_id].position >= max(mine, default=0):
            raise ApiError(MISSING_PERMISSIONS)
        return member, role_id


def read_limit(request: web.Request, *, default: int, most: int, least: int = 1) -> int:
    """The `limit` of a query; raises ApiError 50035 outside its bounds."""
    text = request.query.get("limit")
    if text is None:
        return default
    errors = FormErrors()
    errors.number("limit", int(text) if text.lstrip("-").isdigit() else text, least, most)
    errors.raise_if_any()
    return int(text)


def read_id(request: web.Request, key: str) -> int | None:
    """A snowflake of the query; raises ApiError 50035 when it is none."""
    text = request.query.get(key)
    if text is None:
        return None
    if not is_snowflake(text):
        raise invalid(key, "NUMBER_TYPE_COERCE", f'Value "{text}" is not snowflake.')
    return int(text)


def read_id_list(body: Json, key: str) -> list[str]:
    """A list of snowflakes of a body, as strings; raises ApiError 50035."""
    errors = FormErrors()
    values = body.get(key) or []
    for index, one in enumerate(values):
        if not is_snowflake(one):
            errors.add(f"{key}.{index}", "NUMBER_TYPE_COERCE", f'Value "{one}" is not snowflake.')
    errors.raise_if_any()
    return [str(one) for one in values]
