"""A language model behind any service that speaks OpenAI's chat interface: POST {address}/chat/completions."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

import httpx
import msgspec

from knowledge.retry_after import seconds_to_wait
from knowledge.unwritten import NotWrittenError, Unwritten

_MOST_TOKENS = 1_500
_LARGEST_ANSWER = 256 * 1024
_MOST_CONNECTIONS = 16
_NOT_UNDERSTOOD = frozenset({400, 422, 501})
"""What services say to a parameter that they do not know."""
_LIMITS = {"temperature": 0, "max_tokens": _MOST_TOKENS}
_NEWER_LIMITS = {"max_completion_tokens": _MOST_TOKENS}
"""Models that think first take neither of the older ones."""


class LanguageModel:
    """Asked for a text in a given form. What it is sent leaves this machine, and what it says is not to be trusted."""

    def __init__(self, address: str, model: str, key: str = "", *, seconds: float) -> None:
        """Name the service; nothing is asked of it yet. No question takes longer than `seconds`, come what may."""
        self.name = model
        self.seconds = seconds
        self._url = f"{address.rstrip('/')}/chat/completions"
        # Nothing is decompressed, so that what comes is as large as what was read.
        headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {key}"} if key else {})
        # No redirects: the key and customers' words go where the settings say, and nowhere else.
        self._client = httpx.AsyncClient(
            headers=headers,
            follow_redirects=False,
            # Of each step; of all together there is a deadline of its own.
            timeout=seconds,
            limits=httpx.Limits(max_connections=_MOST_CONNECTIONS),
        )
        self._dialect = 0

    async def reply(self, instructions: str, question: str, form: Mapping[str, Any]) -> str:
        """Return what the model says to a question, in a form given as JSON Schema. Raises NotWrittenError."""
        try:
            async with asyncio.timeout(self.seconds):
                return await self._reply(instructions, question, form)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise NotWrittenError(Unwritten.SLOW) from error
        except httpx.HTTPError as error:
            raise NotWrittenError(Unwritten.UNREACHABLE, type(error).__name__) from error
        except httpx.InvalidURL as error:
            raise NotWrittenError(Unwritten.UNREACHABLE, "the address is not one") from error

    async def close(self) -> None:
        await self._client.aclose()

    async def _reply(self, instructions: str, question: str, form: Mapping[str, Any]) -> str:
        body = {
            "model": self.name,
            "messages": [
                {"role": "system", "content": instructions},
                {"role": "user", "content": question},
            ],
            "stream": False,
        }
        dialects = _dialects(form)
        for number in range(self._dialect, len(dialects)):
            answer = await self._ask({**body, **dialects[number]}, is_last=number + 1 == len(dialects))
            if answer is not None:
                self._dialect = number
                return _content(answer)
        raise NotWrittenError(Unwritten.STATUS)

    async def _ask(self, body: Mapping[str, Any], *, is_last: bool) -> bytes | None:
        """The body of the answer; None when the service may understand the question put in another way."""
        async with self._client.stream("POST", self._url, json=body) as response:
            if response.status_code in _NOT_UNDERSTOOD and not is_last:
                return None
            _check(response)
            received = bytearray()
            async for part in response.aiter_raw():
                received += part
                if len(received) > _LARGEST_ANSWER:
                    raise NotWrittenError(Unwritten.TOO_LARGE)
        return bytes(received)


def _dialects(form: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """Ways to ask for the same, the strictest first: not every service knows every parameter."""
    schema = {"name": "answer", "strict": True, "schema": form}
    strict = {"response_format": {"type": "json_schema", "json_schema": schema}}
    return (
        {**strict, **_LIMITS},
        {**strict, **_NEWER_LIMITS},
        {"response_format": {"type": "json_object"}, **_LIMITS},
        _LIMITS,
    )


def _check(response: httpx.Response) -> None:
    # What the service says may repeat what it was asked, so only its status is told.
    told = f"status {response.status_code}"
    if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
        raise NotWrittenError(
            Unwritten.LIMITED, told, seconds_to_wait(response.headers.get("Retry-After", ""))
        )
    if response.status_code != httpx.codes.OK:
        raise NotWrittenError(Unwritten.STATUS, told)
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise NotWrittenError(Unwritten.NO_COMPLETION, "compressed")


class _Message(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: str | None = None


class _Completion(msgspec.Struct):
    choices: Annotated[list[_Choice], msgspec.Meta(min_length=1)]


def _content(answer: bytes) -> str:
    try:
        choice = msgspec.json.decode(answer, type=_Completion).choices[0]
    except (msgspec.DecodeError, RecursionError) as error:
        raise NotWrittenError(Unwritten.NO_COMPLETION) from error
    if choice.message.refusal or choice.finish_reason == "content_filter":
        raise NotWrittenError(Unwritten.REFUSED)
    if choice.finish_reason == "length":
        raise NotWrittenError(Unwritten.CUT_OFF)
    if choice.message.content is None:
        raise NotWrittenError(Unwritten.FORM)
    return choice.message.content
