"""`python -m sandbox`: the three platforms and their page, without a bot, until Ctrl-C."""

import argparse
import asyncio
import json
import shlex
import signal
import sys
from pathlib import Path

from sandbox.sandbox import PLATFORMS, Ports, Sandbox, platform_servers


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="where to listen (default: only this machine)")
    parser.add_argument("--port", type=int, default=9000, help="the page; the platforms take the next three")
    parser.add_argument("--staff", choices=PLATFORMS, default="slack", help="where the staff space is")
    parser.add_argument(
        "--slack-manifest", type=Path, help="the Slack app's manifest (JSON): commands, shortcuts"
    )
    parser.add_argument(
        "bot",
        nargs=argparse.REMAINDER,
        help="a bot's command line after '--', to be run with the settings below",
    )
    return parser


async def run(given: argparse.Namespace) -> None:
    port = given.port
    ports = Ports(page=port, slack=port + 1, discord=port + 2, telegram=port + 3) if port else Ports.free()
    command = given.bot[1:] if given.bot[:1] == ["--"] else given.bot
    manifest = json.loads(given.slack_manifest.read_text("utf-8")) if given.slack_manifest else None
    sandbox = Sandbox(
        host=given.host,
        ports=ports,
        staff_platform=given.staff,
        bot_command=command,
        servers=platform_servers(manifest),
    )
    ended = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(sign, ended.set)
    await sandbox.start()
    try:
        sys.stdout.write(welcome(sandbox))
        sys.stdout.flush()
        await ended.wait()
    finally:
        await sandbox.stop()


def welcome(sandbox: Sandbox) -> str:
    """The addresses, and the environment that a bot needs, ready for a shell."""
    settings = "\n".join(f"export {name}={shlex.quote(value)}" for name, value in sandbox.settings().items())
    return f"The sandbox is at {sandbox.page_url}\n\nA bot finds it with:\n\n{settings}\n\nCtrl-C ends it.\n"


def main() -> int:
    try:
        asyncio.run(run(arguments().parse_args()))
    except OSError as error:
        sys.stderr.write(f"The sandbox cannot start: {error.strerror or error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
