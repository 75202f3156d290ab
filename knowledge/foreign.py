"""Articles of other desks: Zendesk's Help Center as its API exports it, and tables with a title and a body."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anyascii import anyascii

from bot.core.article import Audience
from bot.core.policies.writing import key_for
from knowledge.article import Article
from knowledge.folder import Problem, language_of
from knowledge.html import to_commonmark

LARGEST_EXPORT = 200_000_000
ZENDESK, TABLE = "zendesk", "table"


@dataclass(frozen=True, slots=True)
class Export:
    """What another desk gave out; what is a draft there is one here."""

    origin: str
    articles: tuple[Article, ...]
    problems: tuple[Problem, ...]
    drafts: frozenset[tuple[str, str]] = frozenset()
    """(key, language)."""


def read_export(path: Path) -> Export:
    """Read `.json` as an export of Zendesk's Help Center, `.csv` as a table; raises nothing, but explains."""
    origin = ZENDESK if path.suffix.lower() == ".json" else TABLE
    try:
        if path.stat().st_size > LARGEST_EXPORT:
            problem = Problem(path.name, "is larger than {most} MB.", {"most": LARGEST_EXPORT // 10**6})
            return Export(origin, (), (problem,))
        text = path.read_bytes().decode("utf-8-sig")
        rows = list(_zendesk(json.loads(text))) if origin == ZENDESK else list(_table(text))
    except UnicodeDecodeError as error:
        problem = Problem(
            path.name,
            "is not UTF-8 (byte {position}). Save it again with the encoding UTF-8.",
            {"position": error.start + 1},
        )
        return Export(origin, (), (problem,))
    except (OSError, ValueError, TypeError, csv.Error, RecursionError):
        problem = Problem(
            path.name,
            "cannot be read. An export is JSON with a list of articles, or CSV with the columns title and body.",
        )
        return Export(origin, (), (problem,))
    return _collected(origin, rows)


def _collected(origin: str, rows: list[tuple[Article | Problem, bool]]) -> Export:
    """Each article once; of two under one key and language the first one counts."""
    articles: dict[tuple[str, str], Article] = {}
    problems: list[Problem] = []
    drafts: set[tuple[str, str]] = set()
    for found, is_draft in rows:
        if isinstance(found, Problem):
            problems.append(found)
            continue
        place = (found.key, found.language)
        if place in articles:
            problems.append(
                Problem(
                    found.source,
                    '{first} already is the article "{key}" in language "{language}".',
                    {"first": articles[place].source, "key": found.key, "language": found.language},
                )
            )
            continue
        articles[place] = found
        if is_draft:
            drafts.add(place)
    return Export(origin, tuple(articles.values()), tuple(problems), frozenset(drafts))


def _zendesk(export: Any) -> Iterator[tuple[Article | Problem, bool]]:
    """The pages of GET /api/v2/help_center/articles, with `translations` where they were asked for beside them."""
    pages = export if isinstance(export, list) else [export]
    if all(isinstance(page, dict) and "title" in page for page in pages):
        pages = [{"articles": pages}]
    for page in pages:
        if not isinstance(page, dict) or not isinstance(page.get("articles"), list):
            raise TypeError("no articles")
        by_id: dict[str, Mapping[str, Any]] = {}
        for one in page["articles"]:
            if isinstance(one, dict):
                by_id[str(one.get("id", ""))] = one
                yield _zendesk_article(one, one)
        for other in page.get("translations") or ():
            of = by_id.get(str(other.get("source_id", ""))) if isinstance(other, dict) else None
            if of is not None and other.get("locale") != of.get("locale"):
                yield _zendesk_article(of, other)


def _zendesk_article(article: Mapping[str, Any], words: Mapping[str, Any]) -> tuple[Article | Problem, bool]:
    number = key_for(str(article.get("id", "")))
    labels = article.get("label_names")
    # Whom a segment means is not in the export: what is not for everybody is for the team until somebody has looked.
    audience = Audience.PUBLIC if article.get("user_segment_id") is None else Audience.STAFF
    found = _article(
        source=f"{ZENDESK} {number}",
        key=f"{ZENDESK}-{number}",
        title=words.get("title"),
        body=to_commonmark(str(words.get("body") or "")),
        language=str(words.get("locale") or "en"),
        tags=[str(label) for label in labels] if isinstance(labels, list) else [],
        url=str(article.get("html_url") or ""),
        audience=audience,
    )
    return found, bool(words.get("draft") or article.get("outdated"))


def _table(text: str) -> Iterator[tuple[Article | Problem, bool]]:
    """A table with a head: title and body, and where they are there key, language, tags, url, audience, format."""
    rows = csv.DictReader(io.StringIO(text, newline=""), dialect=dialect_of(text))
    names = {(name or "").strip().lower(): name for name in rows.fieldnames or ()}
    if not {"title", "body"} <= names.keys():
        raise ValueError("no title and body")
    for number, row in enumerate(rows, 2):

        def cell(name: str, row: Mapping[str, Any] = row) -> str:
            value = row.get(names[name]) if name in names else ""
            return value.strip() if isinstance(value, str) else ""

        source, body, audience = f"{TABLE} {number}", cell("body"), cell("audience").lower() or "public"
        if audience not in list(Audience):
            told = 'has the audience "{audience}". Write public, customers or staff.'
            yield Problem(source, told, {"audience": audience}), False
            continue
        is_html = cell("format").lower() == "html" or body.lstrip().startswith("<")
        yield (
            _article(
                source=source,
                key=key_for(anyascii(cell("key") or cell("id") or cell("title"))),
                title=cell("title"),
                body=to_commonmark(body) if is_html else body,
                language=cell("language") or cell("locale") or "en",
                tags=cell("tags").split(","),
                url=cell("url"),
                audience=Audience(audience),
            ),
            False,
        )


def dialect_of(text: str) -> type[csv.Dialect] | csv.Dialect:
    """Commas, semicolons or tabs, as the first line has them."""
    try:
        return csv.Sniffer().sniff(text.partition("\n")[0], ",;\t")
    except csv.Error:
        return csv.excel


def _article(
    *,
    source: str,
    key: str,
    title: object,
    body: str,
    language: str,
    tags: list[str],
    url: str,
    audience: Audience,
) -> Article | Problem:
    words, code = " ".join(str(title or "").split()), language_of(language)
    if not words:
        return Problem(source, "has no title.")
    if not body:
        return Problem(source, "has no text.")
    if code is None:
        return Problem(
            source, 'has the language "{language}". Write a code such as en, hr or pt-BR.', {"language": language}
        )  # fmt: skip
    return Article(
        key=key,
        language=code,
        title=words,
        body=body,
        tags=tuple(dict.fromkeys(tag.strip().lower() for tag in tags if tag.strip())),
        source=source,
        url=url if url.startswith(("https://", "http://")) else "",
        audience=audience,
    )
