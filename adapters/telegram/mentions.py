"""Keeping a message of ours from pinging anyone: Telegram finds `@names` in any text by itself."""

import re

from adapters.telegram.formatted import Formatted, Span

WORD_JOINER = "\u2060"
"""Invisible and of no width; an account's name cannot contain it."""

_MENTION = re.compile(r"(?<!\w)@(?=\w)")
_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://\S+", re.IGNORECASE)


def without_mentions(whole: Formatted) -> Formatted:
    """The same to the eye, but no account is found in it; addresses of pages and code stay exact."""
    if "@" not in whole.text:
        return whole
    spared = [address.span() for address in _ADDRESS.finditer(whole.text)]
    spared += [(span.start, span.end) for span in whole.spans if span.kind in ("code", "pre")]
    covered = bytearray(len(whole.text) + 1)
    for start, end in spared:
        covered[start:end] = b"\x01" * (end - start)
    cuts = [found.end() for found in _MENTION.finditer(whole.text) if not covered[found.start()]]
    return _inserted(whole, cuts) if cuts else whole


def _inserted(whole: Formatted, cuts: list[int]) -> Formatted:
    parts: list[str] = []
    moved = list(range(len(whole.text) + 1))
    start = 0
    for number, cut in enumerate(cuts, start=1):
        parts += [whole.text[start:cut], WORD_JOINER]
        end = cuts[number] if number < len(cuts) else len(whole.text)
        moved[cut : end + 1] = range(cut + number, end + 1 + number)
        start = cut
    parts.append(whole.text[start:])
    spans = (
        Span(span.kind, moved[span.start], moved[span.end], span.url, span.language) for span in whole.spans
    )
    return Formatted("".join(parts), tuple(spans))
