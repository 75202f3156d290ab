"""A local service that speaks OpenAI's chat interface, and misbehaves as it is told: bytes, not a web framework."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

Asked = dict[str, Any]
Behaviour = Callable[[asyncio.StreamWriter, Asked], Awaitable[None]]


class ModelService:
    """Answers in its usual manner, after it did what stands in `odd`, one thing a request."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        """The body of each request."""
        self.heads: list[str] = []
        self.odd: list[Behaviour] = []
        self.usual: Behaviour = properly
        self.address = ""
        self.cut_off = 0
        """Requests whose asker was gone before the answer."""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode():
                length = next(
                    int(line.split(":")[1])
                    for line in head.splitlines()
                    if line.lower().startswith("content-length")
                )
                self.asked.append(json.loads(await reader.readexactly(length)))
                self.heads.append(head)
                await (self.odd.pop(0) if self.odd else self.usual)(writer, self.asked[-1])
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            self.cut_off += 1
        finally:
            writer.close()

    def data(self, number: int = -1) -> Asked:
        """What a question was put in as data."""
        content: Asked = json.loads(self.asked[number]["messages"][1]["content"])
        return content


@asynccontextmanager
async def model_service() -> AsyncIterator[ModelService]:
    service = ModelService()
    tasks: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with suppress(asyncio.CancelledError):
            await service._serve(reader, writer)
        tasks.discard(task)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    service.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield service
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


# What it may say


def cites(text: str, quote: str, passage: int = 1, **more: Any) -> Asked:
    return {"text": text, "citations": [{"passage": passage, "quote": quote}], **more}


def says(*sentences: Asked) -> Behaviour:
    """An answer of these sentences."""
    return writes(json.dumps({"sentences": sentences}))


def writes(content: str | None, **choice: Any) -> Behaviour:
    """These words of the model, whatever they are."""
    message = {"role": "assistant", "content": content}
    return sends(json.dumps({"choices": [{"message": message, "finish_reason": "stop", **choice}]}).encode())


def sends(body: bytes, status: int = 200, **headers: str) -> Behaviour:
    """This body, with its true length unless the headers say otherwise."""

    async def behave(writer: asyncio.StreamWriter, _: Asked) -> None:
        given = {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
        lines = [
            f"HTTP/1.1 {status} X",
            *(f"{name.replace('_', '-')}: {value}" for name, value in given.items()),
        ]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)

    return behave


async def properly(writer: asyncio.StreamWriter, asked: Asked) -> None:
    """The first sentence of the first passage, word by word."""
    passage = json.loads(asked["messages"][1]["content"])["passages"][0]["text"]
    sentence = passage.partition(". ")[0].rstrip(".") + "."
    await says(cites(sentence, sentence))(writer, asked)


# How it may fail


async def says_nothing(_: asyncio.StreamWriter, __: Asked) -> None:
    await asyncio.Event().wait()


async def hangs_up(writer: asyncio.StreamWriter, _: Asked) -> None:
    writer.transport.abort()


async def drips(writer: asyncio.StreamWriter, _: Asked) -> None:
    """A byte now and then, so that no pause is long."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def drips_headers(writer: asyncio.StreamWriter, _: Asked) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-A: b\r\n")
        await writer.drain()
        await asyncio.sleep(0.02)


async def streams_forever(writer: asyncio.StreamWriter, _: Asked) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
    line = b'data: {"choices": [{"delta": {"content": "a"}}]}\n\n' * 200
    while True:
        writer.write(b"%x\r\n%s\r\n" % (len(line), line))
        await writer.drain()
        await asyncio.sleep(0)


async def floods_headers(writer: asyncio.StreamWriter, _: Asked) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n" + b"X-A: " + b"b" * 2_000_000 + b"\r\n\r\n")
    await writer.drain()


async def speaks_no_http(writer: asyncio.StreamWriter, _: Asked) -> None:
    writer.write(b"220 mail.example ESMTP\r\n\r\n")


async def ends_early(writer: asyncio.StreamWriter, _: Asked) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{"choices": [')
    await writer.drain()
    writer.transport.abort()


HUGE = sends(b'{"choices": "' + b"a" * 1_000_000 + b'"}')
BOMB = sends(gzip.compress(b" " * 50_000_000), Content_Encoding="gzip")
DEEP = sends(b"[" * 100_000)
