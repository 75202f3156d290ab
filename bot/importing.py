"""`allhands knowledge import` and `export`: what comes in, what changed by it, what should be mended."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Protocol

import frontmatter
from anyascii import anyascii
from sqlalchemy import Engine

from bot.core.article import ArticleState, Audience
from bot.core.policies.writing import key_for
from bot.core.texts import mark
from bot.runtime.catalogue import operator_texts
from bot.runtime.librarian import FINGERPRINT, IMPORTED_AT_ONCE, stored_of
from bot.settings import Settings
from knowledge.article import Article
from knowledge.checking import remarks
from knowledge.checkout import checkout_of
from knowledge.folder import FolderReport, fingerprint, read_folder
from knowledge.foreign import Export, read_export
from storage import Replacement, StoredArticle, UnitOfWork, read, write
from storage.migrate import migrate


class Outcome(Enum):
    """What came of one article; the value is how it is told."""

    NEW = mark("new")
    CHANGED = mark("changed")
    REMOVED = mark("removed")
    UNCHANGED = mark("unchanged")
    KEPT = mark("stays as it was, for its file cannot be read")
    DRAFT = mark("new, as a draft")
    WAITS = mark("changed here since: the new text waits as a draft")


@dataclass(slots=True)
class Report:
    """What an import did, article by article."""

    outcomes: dict[tuple[str, str], Outcome] = field(default_factory=dict)
    titles: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, key: str, language: str, title: str, outcome: Outcome) -> None:
        self.outcomes[key, language] = outcome
        self.titles[key, language] = title

    def join(self, other: "Report") -> None:
        self.outcomes |= other.outcomes
        self.titles |= other.titles

    def count(self, *outcomes: Outcome) -> int:
        return sum(one in outcomes for one in self.outcomes.values())


class Portion(Protocol):
    """A part of an import, for one transaction."""

    def __call__(self, work: UnitOfWork, report: Report) -> None: ...


def import_path(settings: Settings, engine: Engine, path: Path, *, is_dry: bool = False) -> int:
    """Bring a folder, a Git checkout or another desk's export in; 1 when something could not be taken."""
    if not path.exists():
        _say("! " + operator_texts().label("There is no file and no folder {path}.", path=path))
        return 1
    if path.is_dir():
        found = read_folder(path)
        articles, problems = found.articles, found.problems
        portions = partial(_of_folder, engine, found, fingerprint(path), checkout_of(path))
    else:
        export = read_export(path)
        articles, problems = export.articles, export.problems
        portions = partial(_of_export, export, path.name)
    for problem in problems:
        _say(f"! {problem.told(operator_texts().label)}")
    if problems and not articles:
        return 1
    for remark in remarks(articles):
        _say(f"? {remark.told(operator_texts().label)}")
    migrate(engine)
    if not _run(engine, portions(), len(articles), is_dry=is_dry):
        return 1
    if path.is_dir():
        _tell_folder(settings, path)
    return 1 if problems else 0


def _run(engine: Engine, portions: Iterable[Portion], count: int, *, is_dry: bool) -> bool:
    """Do it portion by portion, so that a running bot can work in between, and tell what was stored; False when
    somebody stopped it. Or do all of it and take it back: a dry run tells exactly what would happen.
    """
    report = Report()
    if is_dry:

        def try_all(work: UnitOfWork) -> None:
            for portion in portions:
                portion(work, report)

        read(engine, datetime.now(UTC), try_all)
        _tell(report, count)
        _say(operator_texts().label("This was a dry run: nothing of it was stored."))
        return True
    try:
        for portion in portions:
            # What is not stored is not told.
            done = Report()
            write(engine, datetime.now(UTC), partial(portion, report=done))
            report.join(done)
    except BaseException as error:
        _tell(report, count)
        _say(
            operator_texts().label(
                "It was cut off: what stands above is stored, the rest is not. Run it again."
            )
        )
        if isinstance(error, KeyboardInterrupt):
            return False
        raise
    _tell(report, count)
    return True


def _of_folder(engine: Engine, found: FolderReport, newest: str, note: str) -> Iterator[Portion]:
    """What lets the folder's articles be exactly these."""
    stored = [stored_of(one) for one in found.articles]
    due = read(engine, datetime.now(UTC), lambda work: work.library.replacement(stored, unread=found.unread))

    def replace(work: UnitOfWork, report: Report, part: Replacement) -> None:
        work.library.replace(part, note=note)
        for some, outcome in (
            (part.new, Outcome.NEW),
            (part.changed, Outcome.CHANGED),
            (part.gone, Outcome.REMOVED),
        ):
            for one in some:
                report.add(one.key, one.language, one.title, outcome)

    for part in due.portions(IMPORTED_AT_ONCE):
        yield partial(replace, part=part)

    def end(work: UnitOfWork, report: Report) -> None:
        # Last, so that the bot takes up what was cut off.
        work.marks.set(FINGERPRINT, newest)
        for one in due.kept:
            report.add(one.key, one.language, one.title, Outcome.KEPT)

    yield end


def _of_export(export: Export, note: str) -> Iterator[Portion]:
    """What takes each article in once, however often it comes; what was edited here since is not written over."""

    def take(work: UnitOfWork, report: Report, some: Sequence[Article]) -> None:
        for one in some:
            is_draft = (one.key, one.language) in export.drafts
            outcome = _take(work, stored_of(one, export.origin), note, is_draft=is_draft)
            report.add(one.key, one.language, one.title, outcome)

    for start in range(0, len(export.articles), IMPORTED_AT_ONCE):
        yield partial(take, some=export.articles[start : start + IMPORTED_AT_ONCE])


def _take(work: UnitOfWork, article: StoredArticle, note: str, *, is_draft: bool) -> Outcome:
    known = work.versions.of(article.key, article.language, limit=100)
    imported = next((one for one in known if one.written_by is None), None)
    if imported is not None and imported.text == article.text:
        return Outcome.UNCHANGED
    state = ArticleState.DRAFT
    if known and known[0].written_by is not None:
        work.versions.write(article.key, article.language, article.text, None, note=note, state=state)
        return Outcome.WAITS
    if is_draft:
        work.versions.write(article.key, article.language, article.text, None, note=note, state=state)
        return Outcome.DRAFT
    work.library.put(article, note=note)
    return Outcome.CHANGED if known else Outcome.NEW


def _tell(report: Report, count: int) -> None:
    texts = operator_texts()
    for (key, language), outcome in report.outcomes.items():
        if outcome is not Outcome.UNCHANGED:
            _say(f"  {key} ({language}) {report.titles[key, language]}: {texts.label(outcome.value)}")
    told = texts.plural(
        "{n} article: {added} new, {changed} changed, {removed} removed.",
        "{n} articles: {added} new, {changed} changed, {removed} removed.",
        count,
        added=report.count(Outcome.NEW, Outcome.DRAFT),
        changed=report.count(Outcome.CHANGED, Outcome.WAITS),
        removed=report.count(Outcome.REMOVED),
    )
    _say(told)


def _tell_folder(settings: Settings, path: Path) -> None:
    texts = operator_texts().label
    if state := checkout_of(path):
        _say(texts("Git checkout: {state}", state=state))
    if path.resolve() != settings.knowledge_dir.resolve():
        _say(
            texts(
                "Set KNOWLEDGE_DIR={folder}: at its next start Allhands reads that folder again.", folder=path
            )
        )


def export_to(engine: Engine, folder: Path) -> int:
    """Write every published article as a Markdown file, as the import reads it; only into an empty folder."""
    texts = operator_texts()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        _say(texts.label("{folder} is not empty. Name a new folder.", folder=folder))
        return 1
    migrate(engine)
    stored = read(engine, datetime.now(UTC), lambda work: work.library.all())
    taken: set[Path] = set()
    for article in stored:
        file = _file_for(article, folder, taken)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_markdown(article), encoding="utf-8")
    _say(texts.plural("{n} article written.", "{n} articles written.", len(stored)))
    return 0


def _file_for(article: StoredArticle, folder: Path, taken: set[Path]) -> Path:
    """A file below the folder, whatever the key is: keys are what people write."""
    parts = [key_for(anyascii(part)) for part in article.key.split("/") if part.strip(". ")] or ["article"]
    name, number = folder.joinpath(*parts[:-1]), 1
    file = name / f"{parts[-1]}.{article.language}.md"
    while file in taken:
        number += 1
        file = name / f"{parts[-1]}-{number}.{article.language}.md"
    taken.add(file)
    return file


def _markdown(article: StoredArticle) -> str:
    facts: dict[str, object] = {"title": article.title, "key": article.key, "language": article.language}
    lists = {"tags": article.tags, "products": article.products, "phrasings": article.phrasings}
    facts |= {name: list(words) for name, words in lists.items() if words}
    if article.url:
        facts["url"] = article.url
    if article.audience is not Audience.PUBLIC:
        facts["audience"] = article.audience.value
    for name, moment in (("valid_from", article.valid_from), ("valid_until", article.valid_until)):
        if moment is not None:
            facts[name] = moment.isoformat()
    post = frontmatter.Post(article.body)
    post.metadata = facts
    return f"{frontmatter.dumps(post)}\n"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
