"""Reading a Web API request: its arguments from query, form or JSON, and the token from these or the header."""

from dataclasses import dataclass

import orjson
from aiohttp import web

from sandbox.slack.model import ApiError, Json


@dataclass(frozen=True, slots=True)
class Given:
    arguments: Json
    token: str


async def read_arguments(request: web.Request, *, accepts_json: bool) -> Given:
    """Merge the arguments; raises ApiError invalid_json, json_not_object or invalid_form_data.

    A method that does not take JSON ignores it, and a token is never read from it: both as Slack does.
    """
    arguments: Json = dict(request.query)
    if request.content_type == "application/json":
        body = await _json_body(request)
        if accepts_json:
            body.pop("token", None)
            arguments |= body
    elif request.can_read_body or request.method == "POST":
        try:
            form = await request.post()
        except ValueError:
            raise ApiError("invalid_form_data") from None
        arguments |= {key: value for key, value in form.items() if isinstance(value, str)}
    header = request.headers.get("Authorization", "")
    token = header.removeprefix("Bearer ").strip() if header.startswith("Bearer ") else ""
    token = token or str(arguments.get("token", ""))
    arguments.pop("token", None)
    return Given(arguments, token)


async def _json_body(request: web.Request) -> Json:
    raw = await request.read()
    if not raw:
        return {}
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise ApiError("invalid_json") from None
    if not isinstance(body, dict):
        raise ApiError("json_not_object")
    return body
