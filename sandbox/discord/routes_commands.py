"""The bot's commands: registered globally or for the guild, listed, changed, deleted."""

from typing import Any

from aiohttp import web

from sandbox.discord.command_form import check_command, check_counts
from sandbox.discord.community import Community
from sandbox.discord.errors import UNKNOWN_APPLICATION, UNKNOWN_COMMAND, ApiError, FormErrors, invalid
from sandbox.discord.model import Json
from sandbox.discord.news import News
from sandbox.discord.rest import Route, answer, no_content, read_json, read_json_value


class CommandRoutes:
    def __init__(self, community: Community, news: News) -> None:
        self._community = community
        self._news = news

    def routes(self) -> list[Route]:
        found: list[Route] = []
        for at in ("/applications/{application_id}", "/applications/{application_id}/guilds/{guild_id}"):
            one = f"{at}/commands/{{command_id}}"
            found += [
                Route("GET", f"{at}/commands", self.commands),
                Route("PUT", f"{at}/commands", self.replace),
                Route("POST", f"{at}/commands", self.create),
                Route("GET", one, self.command),
                Route("PATCH", one, self.change),
                Route("DELETE", one, self.delete),
            ]
        return found

    def _scope(self, request: web.Request) -> str:
        if request.match_info["application_id"] != self._community.application_id:
            raise ApiError(UNKNOWN_APPLICATION)
        guild_id = request.match_info.get("guild_id", "")
        if guild_id:
            self._community.this_guild(guild_id)
        return guild_id

    def _registered(self, scope: str) -> list[Json]:
        return self._community.commands.setdefault(scope, [])

    async def commands(self, request: web.Request) -> web.Response:
        return answer(self._registered(self._scope(request)))

    async def replace(self, request: web.Request) -> web.Response:
        scope = self._scope(request)
        body = await read_json_value(request)
        if not isinstance(body, list) or not all(isinstance(one, dict) for one in body):
            raise invalid("_errors", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        errors = FormErrors()
        for index, one in enumerate(body):
            check_command(one, f"{index}.", errors)
        names = [(one.get("type", 1), one.get("name")) for one in body]
        for index, name in enumerate(names):
            if name in names[:index]:
                message = "Application command names must be unique"
                errors.add(f"{index}.name", "APPLICATION_COMMANDS_DUPLICATE_NAME", message)
        errors.raise_if_any()
        check_counts(body)
        before = {(one["type"], one["name"]): one for one in self._registered(scope)}
        self._community.commands[scope] = [
            self._stored(one, scope, before.get((one.get("type", 1), one["name"]))) for one in body
        ]
        self._news.note("commands", names=[one["name"] for one in body], guild=scope)
        return answer(self._registered(scope))

    async def create(self, request: web.Request) -> web.Response:
        """Register one command; the same name and kind replaces what was there."""
        scope = self._scope(request)
        body = await read_json(request)
        errors = FormErrors()
        check_command(body, "", errors)
        errors.raise_if_any()
        registered = self._registered(scope)
        key = (body.get("type", 1), body["name"])
        existing = next((one for one in registered if (one["type"], one["name"]) == key), None)
        others = [one for one in registered if one is not existing]
        check_counts([*others, body])
        stored = self._stored(body, scope, existing)
        self._community.commands[scope] = [*others, stored]
        self._news.note("commands", names=[body["name"]], guild=scope)
        return answer(stored, 200 if existing else 201)

    def _stored(self, body: Json, scope: str, existing: Json | None) -> Json:
        contexts: Any = body.get("contexts")
        if contexts is None and not scope:
            contexts = [0, 1] if body.get("dm_permission", True) else [0]
        data: Json = {
            "id": existing["id"] if existing else self._community.snowflakes.next(),
            "application_id": self._community.application_id,
            "version": self._community.snowflakes.next(),
            "type": body.get("type", 1),
            "name": body["name"],
            "name_localizations": body.get("name_localizations"),
            "description": body.get("description") or "",
            "description_localizations": body.get("description_localizations"),
            "default_member_permissions": body.get("default_member_permissions"),
            "dm_permission": body.get("dm_permission", True),
            "contexts": contexts,
            "integration_types": body.get("integration_types") or [0],
            "nsfw": bool(body.get("nsfw")),
        }
        if body.get("options"):
            data["options"] = body["options"]
        return data | ({"guild_id": scope} if scope else {})

    def _found(self, request: web.Request) -> tuple[str, Json]:
        scope = self._scope(request)
        wanted = request.match_info["command_id"]
        for one in self._registered(scope):
            if one["id"] == wanted:
                return scope, one
        raise ApiError(UNKNOWN_COMMAND)

    async def command(self, request: web.Request) -> web.Response:
        return answer(self._found(request)[1])

    async def change(self, request: web.Request) -> web.Response:
        scope, existing = self._found(request)
        body = existing | await read_json(request)
        errors = FormErrors()
        check_command(body, "", errors)
        errors.raise_if_any()
        stored = self._stored(body, scope, existing)
        registered = self._registered(scope)
        registered[registered.index(existing)] = stored
        self._news.note("commands", names=[stored["name"]], guild=scope)
        return answer(stored)

    async def delete(self, request: web.Request) -> web.Response:
        scope, existing = self._found(request)
        self._registered(scope).remove(existing)
        self._news.note("commands", names=[], guild=scope)
        return no_content()
