"""The editors' page: how every article does, and which deserve a look. Built as a tree, so that no word is markup."""

from xml.etree.ElementTree import Element, SubElement, tostring  # built here, nothing is parsed

from bot.core.policies.reviewing import Overview, Standing
from bot.core.texts import Texts

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_STYLE = (
    "body{font:15px system-ui;margin:2rem;max-width:80rem}table{border-collapse:collapse;width:100%}"
    "td,th{padding:.3rem .6rem;border-bottom:1px solid #ccc;text-align:left;vertical-align:top}"
    "td.n{text-align:right}tr.look{background:#fff6dd}"
)


def articles_page(found: Overview, texts: Texts) -> bytes:
    """The page as UTF-8; those that deserve a look first."""
    page = Element("html", lang="en")
    head, body = SubElement(page, "head"), SubElement(page, "body")
    SubElement(head, "meta", charset="utf-8")
    _words(head, "title", texts.label("Articles"))
    _words(head, "style", _STYLE)
    _words(body, "h1", texts.label("Articles"))
    covered = ", ".join(f"{language} {count}/{found.topics}" for language, count in found.coverage.items())
    _words(body, "p", texts.label("Topics by language: {languages}", languages=covered or "-"))
    _words(body, "p", texts.label("Figures of the last ninety days."))
    table = SubElement(body, "table")
    titles = (texts.label("Article"), texts.label("Language"), texts.label("For"), texts.label("Offered"),
              texts.label("Solved"), texts.label("Rejected"), texts.label("Last read"),
              texts.label("Look at it because"))  # fmt: skip
    row = SubElement(table, "tr")
    for title in titles:
        _words(row, "th", title)
    for one in sorted(found.articles, key=lambda standing: not standing.remarks):
        _row(table, one, texts)
    written: bytes = tostring(page, encoding="utf-8", method="html")
    return b"<!doctype html>\n" + written


def _row(table: Element, one: Standing, texts: Texts) -> None:
    row = SubElement(table, "tr", {"class": "look"} if one.remarks else {})
    _words(row, "td", f"{one.article.title} ({one.article.key})")
    _words(row, "td", one.article.language)
    _words(row, "td", one.article.audience.value)
    for number in (one.tally.shown, one.tally.solved, one.tally.rejected):
        _words(row, "td", str(number)).set("class", "n")
    _words(row, "td", f"{one.article.read_at:%Y-%m-%d}")
    _words(row, "td", "; ".join(texts.label(remark.value) for remark in one.remarks))


def _words(parent: Element, name: str, words: str) -> Element:
    element = SubElement(parent, name)
    element.text = words
    return element
