"""The journal for those who follow it: as a long-poll and as Server-Sent Events."""

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox import control_requests as ask
from sandbox.world import Entry

if TYPE_CHECKING:
    from sandbox.sandbox import Sandbox

HEARTBEAT_SECONDS = 15.0
"""A comment this often shows both ends that the stream lives."""


def read_journal(sandbox: "Sandbox") -> Handler:
    """What happened after a number, waiting for something new if you like."""

    async def handle(request: web.Request) -> web.Response:
        asked = ask.ReadJournal.model_validate(dict(request.query))
        entries = _wanted(asked, sandbox.world.journal.after(asked.after))
        if not entries and asked.wait:
            entries = await _wait_for_entries(sandbox, asked)
        body = orjson.dumps({"entries": entries, "last_entry": sandbox.world.journal.last_number})
        return web.Response(body=body, content_type="application/json")

    return handle


def journal_events(sandbox: "Sandbox") -> Handler:
    """The same as Server-Sent Events, without an end; a reconnect goes on by Last-Event-ID."""

    async def handle(request: web.Request) -> web.StreamResponse:
        asked = ask.ReadJournal.model_validate(dict(request.query))
        resumed = request.headers.get("Last-Event-ID", "")
        if resumed.isdigit():
            # A number above ours comes from a sandbox that ran here before; what counts is what happens now.
            asked = asked.model_copy(update={"after": min(int(resumed), sandbox.world.journal.last_number)})
        stream = web.StreamResponse(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        stream.content_type = "text/event-stream"
        await stream.prepare(request)
        try:
            await _stream_entries(stream, sandbox, asked)
        except ConnectionResetError:
            # The reader went away, which is how such a stream ends.
            return stream
        return stream

    return handle


async def _stream_entries(stream: web.StreamResponse, sandbox: "Sandbox", asked: ask.ReadJournal) -> None:
    await stream.write(b": the journal follows\n\n")
    async with aclosing(sandbox.world.journal.follow(asked.after)) as entries:
        coming = asyncio.ensure_future(anext(entries))
        try:
            while True:
                done, _ = await asyncio.wait({coming}, timeout=HEARTBEAT_SECONDS)
                if not done:
                    await stream.write(b": still here\n\n")
                    continue
                entry = coming.result()
                coming = asyncio.ensure_future(anext(entries))
                if _wanted(asked, [entry]):
                    await stream.write(b"id: %d\ndata: %s\n\n" % (entry.number, orjson.dumps(entry)))
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)


async def _wait_for_entries(sandbox: "Sandbox", asked: ask.ReadJournal) -> list[Entry]:
    async def first_wanted() -> list[Entry]:
        async with aclosing(sandbox.world.journal.follow(asked.after)) as entries:
            async for entry in entries:
                if _wanted(asked, [entry]):
                    return [entry]
        return []

    try:
        await asyncio.wait_for(first_wanted(), asked.wait)
    except TimeoutError:
        return []
    return _wanted(asked, sandbox.world.journal.after(asked.after))


def _wanted(asked: ask.ReadJournal, entries: list[Entry]) -> list[Entry]:
    kinds = {kind for kind in asked.kinds.split(",") if kind}
    return [
        entry
        for entry in entries
        if (not kinds or entry.kind in kinds)
        and (not asked.platform or entry.platform in (asked.platform, "sandbox"))
    ]
