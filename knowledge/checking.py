"""What to mend in a set of articles that can be read all the same: dead links, doubles, languages nobody speaks."""

import posixpath
import re
from collections.abc import Iterator, Sequence

from babel import localedata

from knowledge.article import Article
from knowledge.folder import Problem

_LINK = re.compile(r"\[[^\[\]\n]*\]\(\s*<?([^)\s>]+)")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//|#|/")


def remarks(articles: Sequence[Article]) -> list[Problem]:
    """Everything that is worth a look, article by article."""
    return [*_dead_links(articles), *_doubles(articles), *_odd_languages(articles)]


def _dead_links(articles: Sequence[Article]) -> Iterator[Problem]:
    """Links to other files of the base that are not there; addresses elsewhere are not looked at."""
    sources = {article.source for article in articles}
    for article in articles:
        for target in _LINK.findall(article.body):
            path = target.partition("#")[0]
            if _SCHEME.match(target) or not path.lower().endswith((".md", ".markdown")):
                continue
            meant = posixpath.normpath(posixpath.join(posixpath.dirname(article.source), path))
            if meant not in sources:
                yield Problem(article.source, "links to {file}, which is not there.", {"file": path})


def _doubles(articles: Sequence[Article]) -> Iterator[Problem]:
    by_title: dict[tuple[str, str], Article] = {}
    by_text: dict[tuple[str, str], Article] = {}
    for article in articles:
        title = (article.language, " ".join(article.title.casefold().split()))
        text = (article.language, " ".join(article.body.casefold().split()))
        same_text, same_title = by_text.setdefault(text, article), by_title.setdefault(title, article)
        if same_text is not article:
            yield Problem(article.source, "has the same text as {other}.", {"other": same_text.source})
        elif same_title is not article:
            yield Problem(article.source, "has the same title as {other}.", {"other": same_title.source})


def _odd_languages(articles: Sequence[Article]) -> Iterator[Problem]:
    for article in articles:
        if not localedata.exists(article.language.partition("-")[0]):
            yield Problem(
                article.source,
                'has the language "{language}", which is not known. Is it a code such as en or hr?',
                {"language": article.language},
            )
