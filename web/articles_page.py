"""The editors' page: how every article does, and which deserve a look. Built as a tree, so that no word is markup."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring  # built here, nothing is parsed

from bot.core.knowledge import AUDIENCES
from bot.core.policies.reviewing import Overview, Standing, titles_of
from bot.core.policies.watching import Watch
from bot.core.survey import OfferOutcome
from bot.core.texts import Texts

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
MOST_SHOWN = 500
"""Articles; a browser takes seconds to lay out thousands of rows, and nobody reads them."""
MOST_CONTRADICTIONS = 50
_STYLE = """
:root{color-scheme:light dark;--line:#8884;--look:#f5b80022}
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:80rem;padding:0 1rem}
h1{margin:0 0 .5rem}
form{display:flex;gap:.75rem;flex-wrap:wrap;align-items:center;margin:1rem 0}
input,button{font:inherit;padding:.25rem .5rem}
dl{display:flex;gap:.4rem 1.5rem;flex-wrap:wrap;margin:.5rem 0}
dl div{display:flex;gap:.4rem}dt{font-weight:600}dd{margin:0}
table{border-collapse:collapse;width:100%}
th,td{padding:.3rem .6rem;text-align:left;vertical-align:top}
thead th{position:sticky;top:0;background:Canvas;border-bottom:2px solid var(--line);white-space:nowrap}
tbody{border-bottom:1px solid var(--line)}tbody th{font-weight:600;max-width:22rem}
.n{text-align:right;font-variant-numeric:tabular-nums}.day{white-space:nowrap}.look td,p.look{background:var(--look)}
small{font-weight:400;opacity:.75;display:block;overflow-wrap:anywhere}
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of it somebody wants to see."""

    word: str = ""
    """Only articles with this in their key, title or tags."""
    is_only_look: bool = False
    """Only those that deserve a look."""


def articles_page(
    found: Overview, watch: Watch, texts: Texts, languages: Sequence[str], wanted: Wanted
) -> bytes:
    """The page as UTF-8: the last weeks, then the articles, those that deserve a look first.

    An article is named in the first of these languages that it has.
    """
    page = Element("html", lang=texts.language)
    head, body = SubElement(page, "head"), SubElement(page, "body")
    SubElement(head, "meta", charset="utf-8")
    SubElement(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    _words(head, "title", texts.label("Articles"))
    _words(head, "style", _STYLE)
    _words(body, "h1", texts.label("Articles"))
    _coverage(body, found, texts)
    _weeks(body, watch, texts)
    _words(body, "h2", texts.label("Each article"))
    _form(body, wanted, texts)
    shown = _chosen(found, wanted)
    looked_at = sum(any(one.remarks for one in versions) for versions in shown)
    counted = texts.plural("{n} article", "{n} articles", len(shown))
    _words(body, "p", texts.label("{articles}; to be looked at: {n}. Figures of the last ninety days.",
                                  articles=counted, n=texts.number(looked_at)))  # fmt: skip
    _table(body, shown[:MOST_SHOWN], titles_of(found, languages), found, texts)
    _contradictions(body, found, texts)
    if len(shown) > MOST_SHOWN:
        _words(body, "p", texts.label("… and {n} more", n=texts.number(len(shown) - MOST_SHOWN)))
    written: bytes = tostring(page, encoding="utf-8", method="html")
    return b"<!doctype html>\n" + written


def _weeks(body: Element, watch: Watch, texts: Texts) -> None:
    _words(body, "h2", texts.label("How right the answers are"))
    if watch.is_below_aim:
        told = texts.label(
            "Last four weeks: rejected {rejected} of {judged} judged answers, more than the threshold promises ({aim} "
            "right). Mend the articles below that are rejected, or have the threshold chosen anew: "
            "allhands knowledge tune",
            rejected=watch.rejected,
            judged=watch.judged,
            aim=texts.percent(watch.aim),
        )
        _words(body, "p", told).set("class", "look")
    table = SubElement(body, "table")
    row = SubElement(table, "tr")
    titles = (texts.label("Week of"), texts.label("Answers"), texts.label("Solved"), texts.label("Rejected"),
              texts.label("Followed by a person"), texts.label("Not judged"),
              texts.label("Questions without an answer"))  # fmt: skip
    for title in titles:
        _words(row, "th", title)
    for week in reversed(watch.weeks):
        row = SubElement(table, "tr")
        _words(row, "td", f"{week.begins_on}")
        shown = (OfferOutcome.SOLVED, OfferOutcome.REJECTED, OfferOutcome.PERSON, OfferOutcome.OPEN)
        for number in (week.answers, *map(week.of, shown), week.unanswered):
            _words(row, "td", str(number)).set("class", "n")


def _chosen(found: Overview, wanted: Wanted) -> list[list[Standing]]:
    """Each article in all its languages: those that deserve a look first, then what was offered most."""
    by_key: dict[str, list[Standing]] = {}
    for one in found.articles:
        by_key.setdefault(one.article.key, []).append(one)
    word = wanted.word.strip().casefold()
    chosen = [
        versions
        for versions in by_key.values()
        if (not wanted.is_only_look or any(one.remarks for one in versions))
        and any(
            word in " ".join([one.article.key, one.article.title, *one.article.tags]).casefold()
            for one in versions
        )
    ]
    return sorted(
        chosen,
        key=lambda versions: (
            not any(one.remarks for one in versions),
            -sum(one.tally.shown for one in versions),
        ),
    )


def _coverage(body: Element, found: Overview, texts: Texts) -> None:
    _words(body, "p", texts.label("Topics by language: {languages}", languages="").rstrip())
    listed = SubElement(body, "dl")
    for language, count in found.coverage.items():
        pair = SubElement(listed, "div")
        _words(pair, "dt", language)
        share = texts.percent(count / found.topics)
        _words(pair, "dd", f"{count}/{found.topics} ({share})")


def _form(body: Element, wanted: Wanted, texts: Texts) -> None:
    form = SubElement(body, "form", method="get")
    label = _words(form, "label", texts.label("Word"))
    label.tail = " "
    SubElement(form, "input", name="word", type="search", value=wanted.word)
    only = SubElement(form, "label")
    ticked = {"checked": "checked"} if wanted.is_only_look else {}
    box = SubElement(only, "input", {"name": "look", "type": "checkbox", "value": "1", **ticked})
    box.tail = f" {texts.label('Only what deserves a look')}"
    _words(form, "button", texts.label("Show"))


def _contradictions(body: Element, found: Overview, texts: Texts) -> None:
    """Passages that say nearly the same with other numbers, side by side."""
    if not found.contradictions:
        return
    _words(body, "h2", texts.label("May contradict"))
    table = SubElement(body, "table")
    for one in found.contradictions[:MOST_CONTRADICTIONS]:
        row = SubElement(SubElement(table, "tbody"), "tr")
        for key, passage in ((one.key, one.passage), (one.other_key, one.other_passage)):
            cell = _words(row, "td", passage)
            cell.set("lang", one.language)
            _words(cell, "small", f"{key} ({one.language})")


def _table(
    body: Element,
    shown: Sequence[Sequence[Standing]],
    titles: dict[str, str],
    found: Overview,
    texts: Texts,
) -> None:
    table = SubElement(body, "table")
    row = SubElement(SubElement(table, "thead"), "tr")
    numbers = (texts.label("Offered"), texts.label("Solved"), texts.label("Rejected"))
    heads = (texts.label("Article"), texts.label("Language"), texts.label("For"), *numbers,
             texts.label("Last read"), texts.label("Look at it because"))  # fmt: skip
    for head in heads:
        cell = _words(row, "th", head)
        cell.set("scope", "col")
        if head in numbers:
            cell.set("class", "n")
    for versions in shown:
        _article(SubElement(table, "tbody"), versions, titles[versions[0].article.key], found, texts)


def _article(body: Element, versions: Sequence[Standing], title: str, found: Overview, texts: Texts) -> None:
    key = versions[0].article.key
    for at, one in enumerate(versions):
        row = SubElement(body, "tr", {"class": "look"} if one.remarks else {})
        if at == 0:
            named = _words(row, "th", title)
            named.set("scope", "rowgroup")
            named.set("rowspan", str(len(versions)))
            _words(named, "small", key)
            spoken = {other.article.language for other in versions}
            if missing := [language for language in found.coverage if language not in spoken]:
                _words(named, "small", texts.label("Not in: {languages}", languages=", ".join(missing)))
        _version(row, one, title, texts)


def _version(row: Element, one: Standing, title: str, texts: Texts) -> None:
    language = _words(row, "td", one.article.language)
    if one.article.title != title:
        _words(language, "small", one.article.title).set("lang", one.article.language)
    _words(row, "td", texts.label(AUDIENCES[one.article.audience]))
    for number in (one.tally.shown, one.tally.solved, one.tally.rejected):
        _words(row, "td", texts.number(number)).set("class", "n")
    _words(row, "td", f"{one.article.read_at:%Y-%m-%d}").set("class", "day")
    _words(row, "td", "; ".join(texts.label(remark.value) for remark in one.remarks))


def _words(parent: Element, name: str, words: str) -> Element:
    element = SubElement(parent, name)
    element.text = words
    return element
