"""An article as people write it in a chat: a few lines that say what it is, an empty line, and the text."""

import re
from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from bot.core.article import ArticleText, Audience, moment_of

LONGEST_KEY = 60

_FACT = re.compile(
    r"(title|audience|tags|products|phrasing|url|valid_from|valid_until)[ \t]*:[ \t]*(.*)", re.I
)
_RULE = re.compile(r"-{3,}[ \t]*")
_SEPARATORS = re.compile(r"[^a-z0-9]+")


class Unreadable(Struct, frozen=True):
    """What of it cannot be understood."""

    name: str
    value: str


def parse_article(written: str) -> ArticleText | Unreadable:
    """The article that somebody wrote; without a `title:` the first line is the title."""
    lines = written.strip().splitlines()
    if lines and _RULE.fullmatch(lines[0]):
        del lines[0]
    facts = _leading_facts(lines)
    if lines and _RULE.fullmatch(lines[0]):
        del lines[0]
    if not facts.get("title") and lines:
        facts["title"] = [lines.pop(0).strip().removeprefix("#").strip()]
        # Whoever begins with the title puts what else is to be said right below it.
        for name, values in _leading_facts(lines).items():
            facts.setdefault(name, []).extend(values)
    return article_from(facts, "\n".join(lines))


def _leading_facts(lines: list[str]) -> dict[str, list[str]]:
    """Take the lines of facts off the beginning."""
    facts: dict[str, list[str]] = {}
    while lines and (found := _FACT.fullmatch(lines[0].strip())):
        facts.setdefault(found[1].lower(), []).append(found[2].strip())
        del lines[0]
    return facts


def article_from(facts: Mapping[str, list[str]], body: str) -> ArticleText | Unreadable:
    """The article of these facts by name; names that no article has are passed over."""
    title, audience = _one(facts, "title").strip(), _one(facts, "audience").lower() or Audience.PUBLIC.value
    if not title or not body.strip():
        return Unreadable("text" if title else "title", "")
    if audience not in list(Audience):
        return Unreadable("audience", audience)
    moments: dict[str, datetime | None] = {}
    for name in ("valid_from", "valid_until"):
        value = _one(facts, name)
        moments[name] = moment_of(value, is_end=name == "valid_until") if value else None
        if value and moments[name] is None:
            return Unreadable(name, value)
    return ArticleText(
        title=" ".join(title.split()),
        body=body.strip(),
        tags=tuple(one.lower() for one in _list(facts, "tags")),
        phrasings=tuple(dict.fromkeys(one for one in facts.get("phrasing", ()) if one)),
        url=_one(facts, "url"),
        audience=Audience(audience),
        products=_list(facts, "products"),
        **moments,
    )


def facts_of(text: ArticleText) -> str:
    """Everything but title, audience, phrasings and text, as it is parsed again."""
    lines = {
        "tags": ", ".join(text.tags),
        "products": ", ".join(text.products),
        "url": text.url,
        "valid_from": text.valid_from.isoformat() if text.valid_from else "",
        "valid_until": text.valid_until.isoformat() if text.valid_until else "",
    }
    return "\n".join(f"{name}: {value}" for name, value in lines.items() if value)


def written(text: ArticleText) -> str:
    """The whole article as `parse_article` reads it."""
    head = [
        f"title: {text.title}",
        f"audience: {text.audience}",
        *(f"phrasing: {one}" for one in text.phrasings),
    ]
    return "\n".join([*head, *filter(None, [facts_of(text)]), "", text.body])


def parse_facts(written: str) -> dict[str, list[str]]:
    """The facts in lines of 'name: value'; other lines are passed over."""
    facts: dict[str, list[str]] = {}
    for line in written.splitlines():
        if found := _FACT.fullmatch(line.strip()):
            facts.setdefault(found[1].lower(), []).append(found[2].strip())
    return facts


def key_for(title: str) -> str:
    """A short key for commands and addresses, of a title in ASCII letters; 'article' for one without any."""
    words = _SEPARATORS.sub("-", title.lower()).strip("-")
    if len(words) > LONGEST_KEY:
        words = words[: LONGEST_KEY + 1].rpartition("-")[0] or words[:LONGEST_KEY]
    return words or "article"


def _one(facts: Mapping[str, list[str]], name: str) -> str:
    return facts.get(name, [""])[-1]


def _list(facts: Mapping[str, list[str]], name: str) -> tuple[str, ...]:
    words = (one.strip() for line in facts.get(name, ()) for one in line.strip("[]").split(","))
    return tuple(dict.fromkeys(one for one in words if one))
