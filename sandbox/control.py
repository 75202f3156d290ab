"""The sandbox's HTTP control API and its page, on one port. docs/sandbox.md shows every call."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
from aiohttp import BodyPartReader, web
from aiohttp.typedefs import Handler
from pydantic import ValidationError

from sandbox import control_requests as ask
from sandbox.control_extras import EXTRA_CALLS
from sandbox.control_guard import guard
from sandbox.control_journal import journal_events, read_journal
from sandbox.control_surface import CALLS, Call, Platform
from sandbox.page_files import add_page
from sandbox.surface import Server, SurfaceError

if TYPE_CHECKING:
    from sandbox.sandbox import Sandbox

LARGEST_BODY_BYTES = 256 * 1024 * 1024
"""Above every platform's own limit, so that it is the platform that says no to a file."""

Asked = TypeVar("Asked", bound=ask.Request)
Answer = Callable[["Sandbox", Asked], Awaitable[dict[str, Any]]]


def control_app(sandbox: "Sandbox") -> web.Application:
    """Everything that the page's port answers."""
    app = web.Application(middlewares=[guard, _errors], client_max_size=LARGEST_BODY_BYTES)
    app.router.add_get("/control", _describe)
    for method, path, model, answer in SANDBOX_CALLS:
        app.router.add_route(method, path, _sandbox_handler(sandbox, model, answer))
    app.router.add_get("/control/journal", read_journal(sandbox))
    app.router.add_get("/control/journal/events", journal_events(sandbox))
    for call in (*CALLS, *EXTRA_CALLS):
        app.router.add_route(
            call.method, f"/control/{{platform}}/{call.name}", _surface_handler(sandbox, call)
        )
    add_page(app, sandbox)
    return app


async def state(sandbox: "Sandbox", _: ask.Nothing) -> dict[str, Any]:
    """Everything at a glance: people, faults, clock, bot, where the staff is, the journal's last number."""
    return {
        "platforms": {
            name: {"people": server.people(), "faults": sandbox.world.faults[name].as_dict()}
            for name, server in sandbox.servers.items()
        },
        "staff_platform": sandbox.staff_platform,
        "clock": _clock(sandbox),
        "bot": sandbox.bot.state.as_dict(),
        "last_entry": sandbox.world.journal.last_number,
    }


async def settings(sandbox: "Sandbox", _: ask.Nothing) -> dict[str, Any]:
    """The environment with which a bot finds the sandbox."""
    return {"settings": sandbox.settings()}


async def reset(sandbox: "Sandbox", asked: ask.Reset) -> dict[str, Any]:
    """Begin afresh: new platforms, the bot with an empty database, the staff space where you say."""
    try:
        await sandbox.reset(asked.staff_platform)
    except ValueError as error:
        raise SurfaceError(str(error)) from error
    return {"last_entry": sandbox.world.journal.last_number}


async def read_clock(sandbox: "Sandbox", asked: ask.ReadClock) -> dict[str, Any]:
    """The clock, at once, or as soon as its offset differs from the known one."""
    if asked.known is not None:
        await sandbox.world.clock.wait_for_change(asked.known, asked.wait)
    return _clock(sandbox)


async def advance(sandbox: "Sandbox", asked: ask.Advance) -> dict[str, Any]:
    """Move the clock forward."""
    sandbox.world.clock.advance(asked.seconds)
    sandbox.world.journal.add("sandbox", "clock", **_clock(sandbox))
    return _clock(sandbox)


async def bot(sandbox: "Sandbox", _: ask.Nothing) -> dict[str, Any]:
    """Whether the bot runs."""
    return {"bot": sandbox.bot.state.as_dict()}


async def start_bot(sandbox: "Sandbox", _: ask.Nothing) -> dict[str, Any]:
    """Start the bot, or start it again, with the database it has."""
    if not sandbox.bot.has_command:
        raise SurfaceError(
            "The sandbox was started without a bot: start one yourself with GET /control/settings."
        )
    await sandbox.start_bot()
    return {"bot": sandbox.bot.state.as_dict()}


async def stop_bot(sandbox: "Sandbox", _: ask.Nothing) -> dict[str, Any]:
    """Ask the bot to finish (SIGTERM); it stays down until it is started."""
    await sandbox.bot.stop()
    return {"bot": sandbox.bot.state.as_dict()}


async def kill_bot(sandbox: "Sandbox", _: ask.Nothing) -> dict[str, Any]:
    """Kill the bot as a power cut would (SIGKILL); it stays down until it is started."""
    await sandbox.bot.kill()
    return {"bot": sandbox.bot.state.as_dict()}


async def bot_log(sandbox: "Sandbox", asked: ask.ReadLog) -> dict[str, Any]:
    """The bot's log lines after a number, waiting for new ones if you like."""
    return {"lines": await sandbox.bot.wait_for_log(asked.after, asked.wait)}


SANDBOX_CALLS: tuple[tuple[str, str, type[ask.Request], Answer[Any]], ...] = (
    ("GET", "/control/state", ask.Nothing, state),
    ("GET", "/control/settings", ask.Nothing, settings),
    ("POST", "/control/reset", ask.Reset, reset),
    ("GET", "/clock", ask.ReadClock, read_clock),
    ("POST", "/clock", ask.Advance, advance),
    ("GET", "/control/bot", ask.Nothing, bot),
    ("POST", "/control/bot/start", ask.Nothing, start_bot),
    ("POST", "/control/bot/stop", ask.Nothing, stop_bot),
    ("POST", "/control/bot/kill", ask.Nothing, kill_bot),
    ("GET", "/control/bot/log", ask.ReadLog, bot_log),
)


def _clock(sandbox: "Sandbox") -> dict[str, Any]:
    clock = sandbox.world.clock
    return {"offset_seconds": clock.offset_seconds, "now": clock.now().timestamp()}


async def _describe(_: web.Request) -> web.Response:
    """Every call there is, with the JSON schema of what it takes."""
    rows = [(method, path, model, answer.__doc__ or "") for method, path, model, answer in SANDBOX_CALLS]
    rows += [
        ("GET", "/control/journal", ask.ReadJournal, read_journal.__doc__ or ""),
        ("GET", "/control/journal/events", ask.ReadJournal, journal_events.__doc__ or ""),
    ]
    rows += [
        (call.method, f"/control/{{platform}}/{call.name}", call.request, call.does)
        for call in (*CALLS, *EXTRA_CALLS)
    ]
    described = [
        {"method": method, "path": path, "does": does.splitlines()[0], "takes": model.model_json_schema()}
        for method, path, model, does in rows
    ]
    return _json({"calls": described})


def _sandbox_handler(sandbox: "Sandbox", model: type[Asked], answer: Answer[Asked]) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        return _json(await answer(sandbox, await _asked(request, model)))

    return handle


def _surface_handler(sandbox: "Sandbox", call: Call[Any]) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        server = _server(sandbox, request.match_info["platform"])
        return _json(await call.answer(Platform(server, sandbox.world), await _asked(request, call.request)))

    return handle


def _server(sandbox: "Sandbox", platform: str) -> Server:
    server = sandbox.servers.get(platform)
    if server is None:
        raise web.HTTPNotFound(text=f"There is no platform {platform!r} here: {', '.join(sandbox.servers)}.")
    return server


async def _asked(request: web.Request, model: type[Asked]) -> Asked:
    """Read and check the arguments; the errors are answered by the middleware."""
    if request.method == "GET":
        return model.model_validate(dict(request.query))
    if request.content_type == "multipart/form-data":
        return model.model_validate(await _multipart(request))
    if not request.can_read_body:
        return model.model_validate({})
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(
            text="Send JSON with Content-Type: application/json (curl --json)."
        )
    return model.model_validate_json(await request.read())


async def _multipart(request: web.Request) -> dict[str, Any]:
    """Fields as they are, and every part with a file name as a file."""
    values: dict[str, Any] = {}
    files = []
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise web.HTTPBadRequest(text="A part inside a part is not understood.")
        if part.filename:
            mime = part.headers.get("Content-Type", "application/octet-stream")
            # Already bytes: the model decodes base64 for JSON only, so this skips one copy of a large file.
            files.append(
                ask.FileIn.model_construct(name=part.filename, mime=mime, content=bytes(await part.read()))
            )
        else:
            values[part.name or ""] = await part.text()
    return {**values, "files": tuple(files)} if files else values


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except SurfaceError as error:
        return _json({"error": str(error)}, status=409)
    except ValidationError as error:
        return _json({"error": _explain(error)}, status=400)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _json({"error": error.text or error.reason}, status=error.status)


def _explain(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(str(part) for part in problem['loc']) or 'body'}: {problem['msg']}"
        for problem in error.errors(include_url=False, include_input=False)
    )


def _json(value: dict[str, Any], status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(value), status=status, content_type="application/json")
