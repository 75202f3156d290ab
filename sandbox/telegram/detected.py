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
_OPENING = {")": "(", "]": "[", "}": "{"}


def find_entities(text: str) -> list[Entity]:
    """Entities that do not touch each other, in order; what comes first in the list of patterns wins."""
    taken = bytearray(len(text))
    spans: list[tuple[int, int, str]] = []
    for kind, pattern in _PATTERNS:
        for found in pattern.finditer(text):
            begin = found.start()
            end = begin + _link_length(found[0]) if kind == "url" else found.end()
            if any(taken[begin:end]) or (kind == "url" and not checked_link(text[begin:end])):
                continue
            taken[begin:end] = b"\1" * (end - begin)
            spans.append((begin, end, kind))
    offsets = utf16.positions(text)
    return [Entity(kind, offsets[begin], offsets[end] - offsets[begin]) for begin, end, kind in sorted(spans)]


def _link_length(link: str) -> int:
    """How much of it is the link: a full stop or an unopened bracket at the end is not."""
    count = {bracket: link.count(bracket) for bracket in "()[]{}"}
    end = len(link)
    while end:
        last = link[end - 1]
        is_unopened = last in _OPENING and count[last] > count[_OPENING[last]]
        if last not in _NEVER_LAST and not is_unopened:
            return end
        if last in count:
            count[last] -= 1
        end -= 1
    return 0
