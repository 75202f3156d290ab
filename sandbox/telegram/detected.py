"""What Telegram finds in a text by itself: links, mentions, commands, hashtags, addresses and numbers."""

import re

from sandbox.telegram import utf16
from sandbox.telegram.links import checked_link
from sandbox.telegram.model import Entity

_TOP_LEVEL = (
    "com|org|net|edu|gov|info|biz|io|ai|app|dev|shop|store|online|site|me|tv|co|cc|ly|gg|test|example|"
    "eu|de|uk|us|fr|it|es|nl|pl|cz|sk|at|ch|be|dk|se|no|fi|pt|hr|si|rs|ua|ru|jp|cn|in|br|ca|au|nz|kr"
)
_PATTERNS = (
    ("url", re.compile(r"(?<![\w@.])(?:https?|ftp|tg|ton|tonsite)://[^\s<>\"`|]+", re.IGNORECASE)),
    (
        "email",
        re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,18}(?!\w)"),
    ),
    (
        "url",
        re.compile(
            rf"(?<![\w@./:-])(?:[\w-]+\.)+(?:{_TOP_LEVEL})(?![\w-])(?::\d{{1,5}})?(?:[/?#][^\s<>\"`|]*)?",
            re.IGNORECASE,
        ),
    ),
    (
        "bot_command",
        re.compile(r"(?<![\w/<>\\])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>])"),
    ),
    ("mention", re.compile(r"(?<![\w/@])@[A-Za-z][A-Za-z0-9_]{2,31}(?!\w)")),
    ("hashtag", re.compile(r"(?<![\w#/&])#(?=\w*[^\W\d_])\w{1,256}(?:@[A-Za-z]\w{2,31})?(?![\w#])")),
    ("cashtag", re.compile(r"(?<![\w$])\$[A-Z]{1,8}(?![\w$])")),
    ("phone_number", re.compile(r"(?<![\w+])\+\d[\d\s()-]{5,18}\d(?!\w)")),
)
_NEVER_LAST = ".,:;!?'\"…"


def find_entities(text: str) -> list[Entity]:
    """Entities that do not touch each other, in order; what comes first in the list of patterns wins."""
    taken: list[tuple[int, int, str]] = []
    for kind, pattern in _PATTERNS:
        for found in pattern.finditer(text):
            begin, end = found.start(), _end_of(kind, found)
            if any(begin < other_end and other_begin < end for other_begin, other_end, _ in taken):
                continue
            if kind == "url" and not checked_link(text[begin:end]):
                continue
            taken.append((begin, end, kind))
    offsets = utf16.positions(text)
    return [Entity(kind, offsets[begin], offsets[end] - offsets[begin]) for begin, end, kind in sorted(taken)]


def _end_of(kind: str, found: re.Match[str]) -> int:
    """Where it ends: a full stop or an unopened bracket after a link is no part of it."""
    if kind != "url":
        return found.end()
    link = found[0]
    while link and (
        link[-1] in _NEVER_LAST
        or (link[-1] in ")]}" and link.count(link[-1]) > link.count(_opening(link[-1])))
    ):
        link = link[:-1]
    return found.start() + len(link)


def _opening(bracket: str) -> str:
    return "([{"[")]}".index(bracket)]
