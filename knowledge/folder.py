"""Reading a folder of Markdown articles: what can be read is taken, what cannot is explained, nothing is raised."""

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import frontmatter
import yaml
from babel import localedata
from frontmatter.default_handlers import YAMLHandler

from bot.core.article import Audience, moment_of
from knowledge.article import Article

DEFAULT_LANGUAGE = "en"
FORMAT = b"2"
"""Changes when more is read from a file than before, so that files which have not changed are read again."""
# An article of a megabyte is no article; reading it would stall the start.
LARGEST_FILE = 1_000_000

_SUFFIXES = frozenset({".md", ".markdown"})
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_LISTS = {"tags": ",", "products": ",", "phrasings": "\n"}
"""Fields that hold several texts, and what parts them where they are written as one."""
_HEADING = re.compile(r"^#\s+(.+?)\s*#*\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a file or folder, and what to do about it, in words for its author."""

    source: str
    text: str
    """English; {named} places stand for the values."""
    values: Mapping[str, object] = field(default_factory=dict)
    is_about_readers: bool = False
    """For whom or until when it is: what was published of such a file must not stay so."""

    def told(self, translate: Callable[..., str]) -> str:
        """The problem in words that `translate(text, **values)` chooses."""
        said = translate(self.text, **self.values)
        return f"{self.source}: {said}" if self.source else said

    def __str__(self) -> str:
        return self.told(str.format)


@dataclass(frozen=True, slots=True)
class FolderReport:
    """What a folder holds: articles that can be used, and problems to tell their author about."""

    articles: tuple[Article, ...]
    problems: tuple[Problem, ...]

    @property
    def unread(self) -> frozenset[str]:
        """Files that are there and could not be read: whatever was published of them is not gone."""
        return frozenset(one.source for one in self.problems if not one.is_about_readers)


def read_folder(path: Path | str) -> FolderReport:
    """Read every Markdown file below `path`; a file with a problem is left out and explained."""
    root = Path(path)
    if not root.is_dir():
        return FolderReport((), (_missing(root),))
    articles: list[Article] = []
    problems: list[Problem] = []
    taken: dict[tuple[str, str], str] = {}
    for file in _files(root):
        source = file.relative_to(root).as_posix()
        article = _read_file(file, source) if _lies_in(file, root) else _link_out(source)
        if isinstance(article, Problem):
            problems.append(article)
            continue
        first = taken.setdefault((article.key, article.language), source)
        if first != source:
            problems.append(_second(article, first))
            continue
        articles.append(article)
    return FolderReport(tuple(articles), tuple(problems))


def _missing(root: Path) -> Problem:
    if root.exists():
        return Problem(
            "",
            "The knowledge folder {folder} is a file, not a folder. Create it or change KNOWLEDGE_DIR.",
            {"folder": root},
        )
    return Problem(
        "",
        "The knowledge folder {folder} does not exist. Create it or change KNOWLEDGE_DIR.",
        {"folder": root},
    )


def _second(article: Article, first: str) -> Problem:
    return Problem(
        article.source,
        '{first} already is the article "{key}" in language "{language}". '
        'Give one of the two another "key" or "language".',
        {"first": first, "key": article.key, "language": article.language},
    )


def fingerprint(path: Path | str) -> str:
    """Return a string that changes when a Markdown file below `path` does; reads names, sizes and times only."""
    root = Path(path)
    digest = hashlib.sha256(FORMAT)
    for file in _files(root) if root.is_dir() else ():
        try:
            facts = file.stat()
        except OSError:
            continue
        digest.update(
            f"{file.relative_to(root).as_posix()}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode(
                "utf-8", "replace"
            )
        )
    return digest.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    """Yield the articles' files in a stable order; hidden ones and a README are about the folder, not in it."""
    for folder, names_of_folders, names in os.walk(root):
        names_of_folders[:] = sorted(name for name in names_of_folders if not name.startswith("."))
        for name in sorted(names):
            file = Path(folder, name)
            if (
                file.suffix.lower() in _SUFFIXES
                and not name.startswith(".")
                and file.stem.upper() != "README"
            ):
                yield file


def _lies_in(file: Path, root: Path) -> bool:
    """A folder from elsewhere, such as a checkout, must not make this machine's other files into articles."""
    return not file.is_symlink() or file.resolve().is_relative_to(root.resolve())


def _link_out(source: str) -> Problem:
    return Problem(source, "is a link to a file outside of the folder. Put the file itself there.")


def _read_file(file: Path, source: str) -> Article | Problem:
    try:
        if file.stat().st_size > LARGEST_FILE:
            return Problem(
                source,
                "is larger than {most} kB. Split it into several articles.",
                {"most": LARGEST_FILE // 1000},
            )
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Problem(
            source,
            "is not UTF-8 (byte {position}). Save it again with the encoding UTF-8.",
            {"position": error.start + 1},
        )
    except OSError as error:
        reason = error.strerror or error
        return Problem(source, "cannot be read: {reason}. Check its permissions.", {"reason": reason})
    try:
        facts, body = frontmatter.parse(text, handler=YAMLHandler())
    # A value such as 2026-13-45 is a ValueError, brackets nested by the thousand are a RecursionError.
    except (ValueError, RecursionError):
        return Problem(source, "has front matter that cannot be understood. Quote its values.")
    except yaml.YAMLError as error:
        return _not_yaml(error, source)
    return _article(facts, body.strip(), source)


def _not_yaml(error: yaml.YAMLError, source: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return Problem(source, "has front matter that is not valid YAML. Quote values that hold a colon.")
    return Problem(
        source,
        "has front matter that is not valid YAML (line {line}). Quote values that hold a colon.",
        {"line": mark.line + 1},
    )


def _article(facts: Mapping[str, Any], body: str, source: str) -> Article | Problem:
    key, named_language = _from_path(source)
    language = facts.get("language", named_language or DEFAULT_LANGUAGE)
    # YAML reads a bare "no" as false, and Norwegian is a language.
    language = "no" if language is False else str(language).strip()
    heading = _HEADING.search(body)
    title = _line(facts.get("title")) or (heading.group(1) if heading else "")
    if not title:
        return Problem(source, 'has no title. Begin the file with front matter: "---", "title: ...", "---".')
    code = language_of(language)
    if code is None:
        return Problem(
            source,
            'has the language "{language}". Write a code such as en, hr or pt-BR.',
            {"language": language},
        )
    if not body:
        return Problem(source, "has no text below its front matter. Write the answer there.")
    lists = {name: _texts(facts.get(name), separator) for name, separator in _LISTS.items()}
    tags, products, phrasings = (lists[name] for name in _LISTS)
    if tags is None or products is None or phrasings is None:
        name = next(name for name, words in lists.items() if words is None)
        return Problem(
            source, 'has "{name}" that is no list of texts. Write {name}: [one, two].', {"name": name}
        )
    limits = _limits(facts, source)
    if isinstance(limits, Problem):
        return limits
    return Article(
        key=_line(facts.get("key")) or key,
        language=code,
        title=title,
        body=_without_title(body, heading, title),
        tags=tuple(dict.fromkeys(tag.lower() for tag in tags)),
        phrasings=tuple(dict.fromkeys(phrasings)),
        source=source,
        url=_line(facts.get("url")),
        audience=limits.audience,
        products=tuple(dict.fromkeys(products)),
        valid_from=limits.valid_from,
        valid_until=limits.valid_until,
    )


@dataclass(frozen=True, slots=True)
class _Limits:
    """For whom and when."""

    audience: Audience
    valid_from: datetime | None
    valid_until: datetime | None


def _limits(facts: Mapping[str, Any], source: str) -> _Limits | Problem:
    """Whatever cannot be understood keeps the article out: a mistyped "staff" must not show it to everybody."""
    audience = _line(facts.get("audience", Audience.PUBLIC)).lower()
    if audience not in list(Audience):
        return Problem(
            source,
            'has the audience "{audience}". Write public, customers or staff.',
            {"audience": audience},
            is_about_readers=True,
        )
    moments: list[datetime | None] = []
    for name in ("valid_from", "valid_until"):
        value = facts.get(name)
        moment = None if value is None else moment_of(value, is_end=name == "valid_until")
        if value is not None and moment is None:
            return Problem(
                source,
                'has "{name}" that is no date. Write {name}: 2026-12-31 or {name}: 2026-12-31 18:00.',
                {"name": name},
                is_about_readers=True,
            )
        moments.append(moment)
    return _Limits(Audience(audience), *moments)


def _from_path(source: str) -> tuple[str, str | None]:
    """Return the key and language a path tells.

    "returns.hr.md" and "hr/returns.md" both are the Croatian "returns".
    """
    *folders, name = source.split("/")
    stem = name.rsplit(".", 1)[0]
    language = None
    if "." in stem and _is_language(stem.rsplit(".", 1)[1]):
        stem, language = stem.rsplit(".", 1)
    for position, folder in enumerate(folders):
        if language is None and _is_language(folder):
            language = folder
            del folders[position]
    return "/".join([*folders, stem]), language


def _is_language(text: str) -> bool:
    """Return whether a part of a path names a language: "it" does, "qa" does not."""
    return _LANGUAGE.fullmatch(text) is not None and localedata.exists(re.split("[-_]", text)[0].lower())


def language_of(text: str) -> str | None:
    """A language code as BCP 47 writes it; None for what is none."""
    return _normal(text) if _LANGUAGE.fullmatch(text) else None


def _normal(language: str) -> str:
    """Write a language code as BCP 47 does: "pt_br" becomes "pt-BR"."""
    first, *rest = re.split("[-_]", language)
    return "-".join([first.lower(), *(part.upper() if len(part) == 2 else part.title() for part in rest)])


def _line(value: object) -> str:
    return " ".join(str(value).split()) if isinstance(value, str | int | float) and value is not False else ""


def _texts(value: object, separator: str) -> list[str] | None:
    """Return a list from front matter as texts; a single text may hold several."""
    if value is None:
        return []
    if isinstance(value, str):
        value = value.split(separator)
    if not isinstance(value, list) or any(isinstance(entry, list | dict) for entry in value):
        return None
    return [text for entry in value if (text := _line(entry))]


def _without_title(body: str, heading: re.Match[str] | None, title: str) -> str:
    """A body that opens with its own title would show it twice."""
    if heading is not None and heading.start() == 0 and heading.group(1).casefold() == title.casefold():
        return body[heading.end() :].strip()
    return body
