"""Who the bot is, whom it can write to, and where the gateway stands."""

from aiohttp import web

from sandbox.discord.community import Community
from sandbox.discord.errors import MISSING_ACCESS, ApiError, FormErrors, invalid
from sandbox.discord.rest import Route, answer, read_json
from sandbox.discord.snowflake import is_snowflake
from sandbox.discord.wire import application_json, channel_json, guild_json, user_json


class SelfRoutes:
    def __init__(self, community: Community) -> None:
        self._community = community

    def routes(self) -> list[Route]:
        return [
            Route("GET", "/gateway", self.gateway),
            Route("GET", "/gateway/bot", self.gateway_bot),
            Route("GET", "/users/@me", self.me),
            Route("PATCH", "/users/@me", self.rename_me),
            Route("GET", "/users/@me/guilds", self.my_guilds),
            Route("POST", "/users/@me/channels", self.open_dm),
            Route("GET", "/users/{user_id}", self.user),
            Route("GET", "/oauth2/applications/@me", self.application),
            Route("GET", "/applications/@me", self.application),
        ]

    def _gateway_url(self) -> str:
        return self._community.base_url.replace("http", "ws", 1) + "/gateway/"

    async def gateway(self, _request: web.Request) -> web.Response:
        return answer({"url": self._gateway_url()})

    async def gateway_bot(self, _request: web.Request) -> web.Response:
        starts = {"total": 1000, "remaining": 1000, "reset_after": 86_400_000, "max_concurrency": 1}
        return answer({"url": self._gateway_url(), "shards": 1, "session_start_limit": starts})

    async def me(self, _request: web.Request) -> web.Response:
        bot = user_json(self._community.users[self._community.bot_id])
        return answer(
            bot | {"email": None, "verified": True, "mfa_enabled": False, "locale": "en-US", "bio": ""}
        )

    async def rename_me(self, request: web.Request) -> web.Response:
        """Change the bot's name; the sandbox draws avatars itself, so an image is refused."""
        body = await read_json(request)
        errors = FormErrors()
        if body.get("username") is not None:
            errors.length("username", body["username"], 2, 32)
        if body.get("avatar") or body.get("banner"):
            errors.add("avatar", "IMAGE_INVALID", "The sandbox keeps no pictures of the bot")
        errors.raise_if_any()
        if body.get("username") is not None:
            self._community.users[self._community.bot_id].name = body["username"]
        return await self.me(request)

    async def my_guilds(self, _request: web.Request) -> web.Response:
        guild = guild_json(self._community)
        kept = {key: guild[key] for key in ("id", "name", "icon", "banner", "features")}
        return answer([kept | {"owner": False, "permissions": "0"}])

    async def open_dm(self, request: web.Request) -> web.Response:
        """The DM channel with a person, the same every time; whether they can be written to shows when one tries."""
        recipient = (await read_json(request)).get("recipient_id")
        if not is_snowflake(recipient):
            raise invalid("recipient_id", "NUMBER_TYPE_COERCE", f'Value "{recipient}" is not snowflake.')
        user = self._community.user(str(recipient))
        if user.is_bot:
            raise ApiError(MISSING_ACCESS)
        return answer(channel_json(self._community, self._community.dm_with(user.id)))

    async def user(self, request: web.Request) -> web.Response:
        return answer(user_json(self._community.user(request.match_info["user_id"])))

    async def application(self, _request: web.Request) -> web.Response:
        return answer(application_json(self._community))
