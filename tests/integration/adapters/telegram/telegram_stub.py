"""A Bot API that answers as a test tells it: for what the local server does not do, and for small foreign servers."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web

from adapters.telegram import TelegramAdapter, TelegramSettings
from bot.core.places import Place
from tests.integration.adapters.telegram.telegram_stage import Stage

ME = {"id": 900, "is_bot": True, "first_name": "Allhands", "username": "allhands_bot"}
Answer = Callable[[dict[str, Any]], Any]
DANA = "5"
DESK = Place("telegram", channel="-1001")
CHAT = {"id": 5, "type": "private"}


class RefusalError(Exception):
    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


@dataclass
class Stub:
    """Knows only the methods that a test gives it, besides getMe and getUpdates."""

    answers: dict[str, Answer] = field(default_factory=dict)
    updates: list[dict[str, Any]] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    url: str = ""
    puts_errors_into_200: bool = False
    leaves_out_results: bool = False
    """Answer what is not known with nothing but an ok ..."""
    result: dict[str, Any] = field(default_factory=dict)
    """... and this."""

    def called(self, method: str) -> list[dict[str, Any]]:
        return [fields for name, fields in self.calls if name == method]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        fields = {name: _value(value) for name, value in (await request.post()).items()}
        self.calls.append((method, fields))
        if self.leaves_out_results and method not in (*self.answers, "getMe", "getUpdates"):
            return _json({"ok": True, **self.result}, 200)
        try:
            result = self._result(method, fields)
        except RefusalError as error:
            body = {"ok": False, "error_code": error.code, "description": error.description}
            status = 200 if self.puts_errors_into_200 else error.code
            return _json(body | ({"parameters": error.parameters} if error.parameters else {}), status)
        return _json({"ok": True, "result": result}, 200)

    def _result(self, method: str, fields: dict[str, Any]) -> Any:
        if method in self.answers:
            return self.answers[method](fields)
        if method == "getMe":
            return ME
        if method == "getUpdates":
            waiting = [update for update in self.updates if update["update_id"] >= fields.get("offset", 0)]
            return waiting[:100]
        raise RefusalError(404, "Not Found")


def _value(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value


def _json(body: dict[str, Any], status: int) -> web.Response:
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json")


@asynccontextmanager
async def serving(stub: Stub) -> AsyncIterator[Stub]:
    application = web.Application()
    application.router.add_post("/bot{token}/{method}", stub.handle)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    stub.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield stub
    finally:
        await runner.cleanup()


@asynccontextmanager
async def in_front_of(stub: Stub, stage: Stage) -> AsyncIterator[TelegramAdapter]:
    """An adapter that knows no other server; not connected."""
    adapter = TelegramAdapter(
        stage.context(staff_space=DESK, support_places=()), TelegramSettings("900:x", stub.url + "/")
    )
    yield adapter
    await adapter.close()


def update(number: int, text: str) -> dict[str, Any]:
    author = {"id": 5, "is_bot": False, "first_name": "Dana"}
    body = {"message_id": number, "date": 1795331003, "chat": CHAT, "from": author, "text": text}
    return {"update_id": number, "message": body}


def refuse(code: int, description: str, **parameters: Any) -> Any:
    def answer(_fields: dict[str, Any]) -> Any:
        raise RefusalError(code, description, **parameters)

    return answer
