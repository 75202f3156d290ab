"""The editors' page: how every article does, and which deserve a look. Built as a tree, so that no word is markup."""

from xml.etree.ElementTree import Element, SubElement, tostring  # built here, nothing is parsed

from bot.core.policies.reviewing import Overview, Standing
from bot.core.policies.watching import Watch
from bot.core.survey import OfferOutcome
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
    "td.n{text-align:right}tr.look,p.look{background:#fff6dd}"
)


def articles_page(found: Overview, watch: Watch, texts: Texts) -> bytes:
    """The page as UTF-8: the last weeks, then the articles, those that deserve a look first."""
    page = Element("html", lang="en")
    head, body = SubElement(page, "head"), SubElement(page, "body")
    SubElement(head, "meta", charset="utf-8")
    _words(head, "title", texts.label("Articles"))
    _words(head, "style", _STYLE)
    _words(body, "h1", texts.label("Articles"))
    covered = ", ".join(f"{language} {count}/{found.topics}" for language, count in found.coverage.items())
    _words(body, "p", texts.label("Topics by language: {languages}", languages=covered or "-"))
    _weeks(body, watch, texts)
    _words(body, "h2", texts.label("Each article"))
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
