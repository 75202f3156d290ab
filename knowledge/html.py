"""HTML of other systems as CommonMark: words, lists, tables and links; nothing that runs, nothing that is fetched."""

import re

_RUNS = ("script", "style", "iframe", "object", "embed", "form", "noscript", "template")
_SAFE = re.compile(r"(https?://|mailto:|tel:|[^:]*$)", re.IGNORECASE)
_GAPS = re.compile(r"\n{3,}")


def to_commonmark(html: str) -> str:
    """The text with its structure; pictures give way to their descriptions, links that run something to their words."""
    # Only imports need it, and it takes a tenth of a second to load.
    from bs4 import BeautifulSoup
    from markdownify import ATX, MarkdownConverter

    soup = BeautifulSoup(html, "html.parser")
    for element in soup(_RUNS):
        element.decompose()
    for picture in soup("img"):
        picture.replace_with(str(picture.get("alt") or ""))
    for link in soup("a"):
        if not _SAFE.match(str(link.get("href") or "").strip()):
            link.unwrap()
    converted: str = MarkdownConverter(heading_style=ATX, bullets="-").convert_soup(soup)
    return _GAPS.sub("\n\n", "\n".join(line.rstrip() for line in converted.splitlines())).strip()
