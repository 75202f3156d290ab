"""The command line: `allhands run`, `sandbox`, `doctor`, `migrate`, `knowledge`."""

import argparse
import asyncio
import gc
import os
import signal
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from adapters import Translate
from bot.core.threshold import AIM
from bot.logs import set_up
from bot.runtime.catalogue import operator_texts
from bot.settings import Settings, SettingsError, load

SWITCH_SECONDS = 0.001
YOUNG_OBJECTS = 5_000
"""So many new ones make the garbage collector look: a batch of events has some thousands in hand, and lets them go."""
_ENDS = (signal.SIGINT, signal.SIGTERM)
LEAST_AIM, GREATEST_AIM = 0.5, 0.99


def main() -> None:
    """Parse the command line and do it; ends with status 1 and a sentence when that is not possible."""
    arguments = _parser().parse_args()
    try:
        settings = load()
    except SettingsError as error:
        told = operator_texts().label("These settings cannot work; mend them in the environment or in .env:")
        sys.exit(f"{told}\n{error}")
    set_up(settings.log_format, settings.secrets)
    try:
        status = arguments.do(arguments, settings)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has seen enough, as `| head` has: https://docs.python.org/3/library/signal.html#note-on-sigpipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    sys.exit(status)


def _parser() -> argparse.ArgumentParser:
    texts = operator_texts().label
    parser = argparse.ArgumentParser(
        prog="allhands",
        description=texts(
            "A support desk inside Slack, Discord and Telegram. Settings come from the environment and from .env; "
            ".env.example names them all."
        ),
    )
    commands = parser.add_subparsers(title=texts("commands"), required=True, metavar="COMMAND")
    _add(commands, "run", texts("connect every platform whose token is set, and work"), _run)
    sandbox = _add(
        commands,
        "sandbox",
        texts("try everything out: local Slack, Discord and Telegram with a web page"),
        _sandbox,
    )
    sandbox.add_argument(
        "--host", default="127.0.0.1", help=texts("where the page listens (default: %(default)s)")
    )
    sandbox.add_argument(
        "--port", type=int, default=9000, help=texts("the page's port; the platforms take the next three")
    )
    sandbox.add_argument("--staff", choices=("slack", "discord", "telegram"), default="slack",
                         help=texts("the platform that the staff space is on (default: %(default)s)"))  # fmt: skip
    doctor = _add(
        commands, "doctor", texts("check every setting, token, scope, permission and migration"), _doctor
    )
    doctor.add_argument(
        "--slack-manifest", action="store_true", help=texts("print the Slack app manifest and nothing else")
    )
    _add(commands, "migrate", texts("bring the database to the newest schema"), _migrate)
    _add_knowledge(commands, texts)
    return parser


def _add_knowledge(commands: Any, texts: Translate) -> None:
    knowledge = commands.add_parser(
        "knowledge", help=texts("import articles, export them, ask them something, choose when to answer")
    )
    parts = knowledge.add_subparsers(title=texts("commands"), required=True, metavar="COMMAND")
    importer = _add(parts, "import", texts("read a folder of Markdown articles"), _import)
    importer.add_argument(
        "path", metavar="PATH", help=texts("the folder, or another desk's export (.json, .csv)")
    )
    importer.add_argument(
        "--dry-run", action="store_true", help=texts("tell what would happen, and store nothing of it")
    )
    exporter = _add(parts, "export", texts("write every published article into a new folder"), _export)
    exporter.add_argument("folder", metavar="DIR")
    asker = _add(parts, "ask", texts("show what a question would find, and how surely"), _ask)
    asker.add_argument("text", metavar="TEXT")
    _add_tuning(parts, texts)


def _add_tuning(parts: Any, texts: Translate) -> None:
    tuner = _add(
        parts, "tune", texts("choose how sure an answer must be, from questions that were judged"), _tune
    )
    tuner.add_argument("--questions", metavar="FILE", type=Path,
                       help=texts("a list instead: CSV with the columns question and article"))  # fmt: skip
    tuner.add_argument(
        "--precision", metavar="SHARE", type=_share, default=AIM,
        help=texts("which share of the answers is to be right (default: %(default)s)"),
    )  # fmt: skip
    what = tuner.add_mutually_exclusive_group()
    what.add_argument("--apply", action="store_true", help=texts("take the threshold that is proposed"))
    what.add_argument("--reset", action="store_true", help=texts("go back to the threshold that is shipped"))


def _share(word: str) -> float:
    """A share as people write it: 0.95, 95 or 95%."""
    try:
        share = float(word.rstrip("% "))
    except ValueError:
        share = 0.0
    share = share / 100 if share > 1 else share
    if not LEAST_AIM <= share <= GREATEST_AIM:
        raise argparse.ArgumentTypeError(
            operator_texts().label("{word} is not a share from 0.5 to 0.99", word=word)
        )
    return share


def _add(commands: Any, name: str, summary: str, do: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=summary, description=summary)
    parser.set_defaults(do=do)
    return parser


def _run(_arguments: argparse.Namespace, settings: Settings) -> int:
    if not settings.enabled_platforms:
        told = operator_texts().label(
            "No platform is switched on: set SLACK_BOT_TOKEN, DISCORD_TOKEN or TELEGRAM_TOKEN (.env.example says how), "
            "or try everything out with: allhands sandbox"
        )
        sys.exit(told)
    from bot.assembly import House
    from bot.library import too_new
    from bot.waiting import DatabaseAwayError, WaitingRoom
    from storage import AlreadyInUseError
    from storage.migrate import TooNewError

    async def work() -> None:
        async with _told_to_stop() as told:
            if not await WaitingRoom(settings).until_reached(told):
                return
        async with House(settings):
            # Modules and tables stay: the garbage collector need not look at them again and again, which takes it long
            # enough for people to wait.
            gc.collect()
            gc.freeze()
            gc.set_threshold(YOUNG_OBJECTS)
            await _until_told_to_stop()

    try:
        _in_loop(work())
    except DatabaseAwayError as error:
        sys.exit(str(error))
    except TooNewError as error:
        sys.exit(too_new(error))
    except AlreadyInUseError as error:
        told = operator_texts().label(
            "Another Allhands works on this database already ({lock} is locked). SQLite serves one process: stop the "
            "other one, or set DATABASE_URL to a PostgreSQL database for several.",
            lock=error,
        )
        sys.exit(told)
    return 0


def _sandbox(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.trying_out import run_sandbox

    _in_loop(run_sandbox(settings, arguments.host, arguments.port, arguments.staff, _until_told_to_stop))
    return 0


def _doctor(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.doctor import examine, print_manifest

    if arguments.slack_manifest:
        print_manifest(settings)
        return 0
    return asyncio.run(examine(settings))


def _migrate(_arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.library import migrate_now

    return migrate_now(settings)


def _import(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.importing import import_path
    from bot.library import reachable_engine

    return import_path(settings, reachable_engine(settings), Path(arguments.path), is_dry=arguments.dry_run)


def _export(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.importing import export_to
    from bot.library import reachable_engine

    return export_to(reachable_engine(settings), Path(arguments.folder))


def _ask(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.library import ask

    return ask(settings, arguments.text)


def _tune(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.library import reachable_engine
    from bot.tuning import Wish, reset, tune

    engine = reachable_engine(settings)
    if arguments.reset:
        return reset(engine)
    return tune(settings, engine, Wish(arguments.questions, arguments.precision, arguments.apply))


@asynccontextmanager
async def _told_to_stop() -> AsyncIterator[asyncio.Event]:
    """Set when somebody ends the process; outside, it ends as any other would."""
    yield _listening()
    for number in _ENDS:
        asyncio.get_running_loop().remove_signal_handler(number)


async def _until_told_to_stop() -> None:
    # It goes on listening: told twice, a process that is ending in order still ends in order.
    await _listening().wait()


def _listening() -> asyncio.Event:
    told = asyncio.Event()
    for number in _ENDS:
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    return told


def _in_loop(work: Coroutine[Any, Any, None]) -> None:
    """Run on uvloop where it can be had: a tenth to a fifth more events per second."""
    # The store's thread wants the interpreter once for each batch, to say that it is committed; until then everything
    # waits for it.
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        from uvloop import new_event_loop
    except ImportError:
        asyncio.run(work)
        return
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(work)


if __name__ == "__main__":
    main()
