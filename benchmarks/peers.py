"""Other bots that pass messages on, against the same local Telegram in the same rounds.

A peer is installed from its registry into a folder of its own when it is measured. One that cannot be is left out,
with the reason.
"""

import asyncio
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import orjson

from benchmarks.bots import Bot, allhands_bot, bring_up, measure, stop
from benchmarks.children import Child, free_port
from benchmarks.lean_caller import LeanCaller
from benchmarks.lean_platforms import Telegram
from benchmarks.lean_server import Request

_INSTALLS_WITHIN_SECONDS = 240
OPSDROID = ("opsdroid==0.31.0", "emoji>=2.1", "setuptools<81")
"""With what its Telegram connector and its loader import without naming it."""
_PEER = Path(__file__).with_name("peer_opsdroid.py")
NOT_RUN = (
    "telegram-support-bot and Modmail keep their data in MongoDB and are in no package registry; "
    "tg-feedback-bot-ru needs Python 3.9."
)


class WebhookTelegram(Telegram):
    """Telegram for bots that want to be called."""

    name = "telegram webhook"

    def __init__(self) -> None:
        super().__init__()
        self._path = ""

    def say(self, customer: int, text: str) -> None:
        super().say(customer, text)
        while self._updates:
            self.callers[0].post(self._path, "", orjson.dumps(self._updates.popleft()))

    def answer(self, request: Request) -> None:
        path, _, query = request.path.partition("?")
        if path.endswith("/setWebhook"):
            url = urlsplit(parse_qs(query or request.body.decode())["url"][0])
            assert url.port is not None
            self.callers, self._path = [LeanCaller(url.port)], url.path
            request.respond({"ok": True, "result": True})
            self.connected.set()
            return
        super().answer(request)


@dataclass(slots=True)
class Peers:
    ours: Bot
    peers: list[Bot]
    skipped: str
    """Why there are fewer than there should be, or ""."""


def install(packages: Sequence[str], folder: Path) -> Path | str:
    """The Python that has them; or in words why there is none."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    command: list[str | Path] = [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        *packages,
    ]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_INSTALLS_WITHIN_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return f"{packages[0]} could not be installed within {_INSTALLS_WITHIN_SECONDS} seconds"
    return python if done.returncode == 0 else f"{packages[0]} cannot be installed from the registry"


def opsdroid(python: Path, folder: Path) -> Bot:
    platform, port = WebhookTelegram(), free_port()

    def start(_: Path) -> Child:
        arguments = [str(_PEER), str(folder), platform.api_url, str(port), "1:bench", str(platform.staff)]
        # Not on our path: opsdroid brings its own libraries.
        return Child(
            arguments, {"PYTHONPATH": "", "HOME": str(folder)}, folder / "opsdroid.log", python=python
        )

    return Bot("peers: opsdroid", platform, False, start, port)


async def run(rounds: int, seconds: float, folder: Path) -> Peers:
    python = await asyncio.to_thread(install, OPSDROID, folder / "opsdroid")
    found = Peers(allhands_bot("peers: allhands", Telegram()), [], "")
    if isinstance(python, str):
        found.skipped = python
        print(f"skipped: {python}", file=sys.stderr)
        return found
    found.peers.append(opsdroid(python, folder))
    everybody = [found.ours, *found.peers]
    try:
        await _turns(rounds, seconds, everybody, folder)
    finally:
        await stop(everybody)
    return found


async def _turns(rounds: int, seconds: float, bots: Sequence[Bot], folder: Path) -> None:
    loads = [await bring_up(bot, folder) for bot in bots]
    for number in range(rounds):
        print(f"peers, round {number + 1} of {rounds} ...", file=sys.stderr)
        for bot, load in zip(bots, loads, strict=True):
            bot.windows.append(await measure(bot, load, seconds))
