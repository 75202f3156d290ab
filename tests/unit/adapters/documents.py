"""Documents for generated tests: trees of blocks and words, what is to be read of them, and how the house writes them.

The writer here is simple on purpose and knows nothing of the adapters: every sign of CommonMark is escaped, styles
begin and end with a letter and stand between spaces, so that it is beyond doubt what a document says.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from hypothesis import strategies as st

LETTERS = "αβγδεζהשלוםنصسلचख漢字ёж"
"""What is counted: signs that stand in no marker, address or escape of any platform."""
_PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
_HOSTILE = (
    *(
        "**",
        "__",
        "*",
        "_",
        "~~",
        "||",
        "`",
        "```",
        "> ",
        "- ",
        "1. ",
        "# ",
        "-# ",
        "\\",
        "[",
        "](",
        "<",
        ">",
        "&lt;",
    ),
    *(
        "<@12>",
        "<!channel>",
        "@everyone",
        ":tada:",
        "<u>",
        "</u>",
        "|",
        "---",
        "===",
        "<t:5:R>",
        "moment:5",
        "\u200b",
    ),
    *("\u202e", "Z\u0301", "न\u094d", "👍🏽", "👩\u200d🚒", "🇭🇷", "é", "1", "x.y", "a@b.c", "\u2066"),
)


@dataclass(frozen=True, slots=True)
class Words:
    text: str
    styles: frozenset[str] = frozenset()
    url: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, rule or code of words, or a quote, list or item of blocks."""

    kind: str
    words: tuple[Words, ...] = ()
    blocks: tuple["Block", ...] = ()
    number: int = 0
    """A heading's size, a numbered list's first number; 0 for a list with bullets."""


def letters(text: str) -> str:
    return "".join(sign for sign in text if sign in LETTERS)


def read_words(block: Block) -> Iterator[Words]:
    """Every word of the document, in the order in which it is read."""
    yield from block.words
    for inner in block.blocks:
        yield from read_words(inner)


def styled_letters(block: Block, smallest_heading: int) -> list[tuple[str, frozenset[str]]]:
    """Each letter with its styles; headings that are smaller are bold."""
    is_bold = block.kind == "heading" and block.number > smallest_heading
    found = [
        (sign, words.styles | ({"bold"} if is_bold else set()))
        for words in block.words
        for sign in letters(words.text)
    ]
    return found + [sign for inner in block.blocks for sign in styled_letters(inner, smallest_heading)]


# -- how the house writes them


def house_text(document: Block) -> str:
    return "\n\n".join(_written(block) for block in document.blocks)


def _written(block: Block) -> str:
    match block.kind:
        case "rule":
            return "***"
        case "code":
            code = "".join(words.text for words in block.words)
            return f"~~~~~~~~py\n{code}\n~~~~~~~~"
        case "heading":
            return f"{'#' * block.number} {_line(block.words)}"
        case "quote":
            return "\n".join(f"> {line}" for line in "\n\n".join(map(_written, block.blocks)).split("\n"))
        case "list":
            return "\n".join(_item(item, at, block.number) for at, item in enumerate(block.blocks))
    return _line(block.words)


def _item(item: Block, at: int, first: int) -> str:
    marker = f"{first + at}. " if first else "- "
    inner = "\n\n".join(map(_written, item.blocks))
    return marker + inner.replace("\n", "\n" + " " * len(marker))


def _line(words: tuple[Words, ...]) -> str:
    return " ".join(map(_marked, words))


def _marked(words: Words) -> str:
    if "code" in words.styles:
        return f"`` {words.text.replace('`', '')} ``"
    text = "".join(f"\\{sign}" if sign in _PUNCTUATION else sign for sign in words.text)
    if words.url:
        text = f"[{text}](<{words.url}>)"
    for style, (before, after) in _MARKS.items():
        if style in words.styles:
            text = f"{before}{text}{after}"
    return text


_MARKS = {
    "spoiler": ("||", "||"),
    "underline": ("<u>", "</u>"),
    "strike": ("~~", "~~"),
    "italic": ("*", "*"),
    "bold": ("**", "**"),
}


# -- strategies

_letter = st.sampled_from(LETTERS)
_hostile = st.lists(st.one_of(st.sampled_from(_HOSTILE), _letter, st.just(" ")), max_size=5).map("".join)
_texts = st.builds(
    lambda first, middle, last: " ".join(f"{first}{middle}{last}".split()), _letter, _hostile, _letter
)
_long_texts = st.builds(
    lambda text, times: " ".join([text] * times), _texts, st.integers(min_value=20, max_value=400)
)
_styles = st.one_of(
    st.just(frozenset[str]()),
    st.just(frozenset({"code"})),
    st.sets(st.sampled_from(list(_MARKS)), max_size=3),
).map(frozenset)
_urls = st.sampled_from(["", "", "", "https://example.org/a_b(c)?d=1&e=*2*", "https://example.org"])
_words = st.builds(Words, _texts, _styles, _urls)
_lines = st.lists(_words, min_size=1, max_size=3).map(tuple)
_code = st.lists(st.one_of(_texts, st.just(""), _hostile), min_size=1, max_size=4).map(
    lambda lines: (Words(f"α{chr(10).join(lines)}ж", frozenset({"code"})),)
)
_leaves = st.one_of(
    st.builds(Block, st.just("paragraph"), _lines),
    st.builds(Block, st.just("paragraph"), _lines),
    st.builds(Block, st.just("heading"), _lines, st.just(()), st.integers(1, 6)),
    st.builds(Block, st.just("code"), _code),
    st.just(Block("rule")),
)
_paragraphs = st.builds(Block, st.just("paragraph"), _lines)


def _around(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    blocks = st.lists(inner, min_size=1, max_size=3).map(tuple)
    items = st.builds(
        lambda first, others: Block("item", (), (first, *others)), _paragraphs, st.lists(inner, max_size=1)
    )
    return st.one_of(
        st.builds(Block, st.just("quote"), st.just(()), blocks),
        st.builds(
            Block,
            st.just("list"),
            st.just(()),
            st.lists(items, min_size=1, max_size=3).map(tuple),
            st.sampled_from([0, 0, 1, 7]),
        ),
    )


_blocks = st.recursive(_leaves, _around, max_leaves=6)
documents = st.lists(_blocks, min_size=1, max_size=4).map(lambda blocks: Block("document", (), tuple(blocks)))
_long_blocks = st.one_of(
    st.builds(
        lambda text, styles, url: Block("paragraph", (Words(text, styles, url),)),
        _long_texts,
        _styles,
        st.just(""),
    ),
    st.builds(
        lambda text: Block("code", (Words(text.replace(" ", "\n"), frozenset({"code"})),)), _long_texts
    ),
    st.builds(lambda text: Block("quote", (), (Block("paragraph", (Words(text),)),)), _long_texts),
    st.builds(
        lambda text, count: Block("paragraph", (Words(text * count),)),
        _texts.map(lambda t: t.replace(" ", "")),
        st.integers(100, 700),
    ),
)
long_documents = st.lists(st.one_of(_long_blocks, _blocks), min_size=1, max_size=3).map(
    lambda blocks: Block("document", (), tuple(blocks))
)
