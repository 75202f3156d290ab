"""Plain characters as CommonMark that shows exactly them: nothing a person typed may gain meaning."""

import re
import unicodedata

_INLINE = re.compile(r"[\\`*_\[\]<&~|]")
_MEANING = re.compile(
    r"[\\`*\[]|~~|\|\||(?<![^\W_])_|_(?![^\W_])|<(?!\s|3(?:\s|$))|&(?:#|[a-zA-Z][a-zA-Z0-9]{0,31};)"
)
"""Where a mark may begin: not within words, as in addresses, and not where it stands alone."""
_TABLE = r"-(?=[-:|\s]*$)|:(?=-[-:|\s]*$)"
"""A line of dashes and bars would make the line above it the head of a table."""
_LINE_START = re.compile(
    r"^(?:(?P<blank>[ \t]+)"
    rf"|(?P<mark>#{{1,6}}(?=[\s#]|$)|>|[-+=](?=[-+=\s]|$)|{_TABLE})"
    r"|(?P<number>\d{1,9})(?=[.)](?:\s|$)))"
)
_LINE_STARTS = re.compile(r"^(?:[ \t]|#|>|[-+=](?:[-+=\s]|$)|\d{1,9}[.)]|[-:|][-:| \t]*$)", re.MULTILINE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]*);")
_TAG = re.compile(r"<[a-zA-Z/!?@#:]")
_ASCII_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


def needs_none(text: str) -> bool:
    """True when the text already is its own CommonMark."""
    return _INLINE.search(text) is None and _LINE_STARTS.search(text) is None


def shows_itself(text: str) -> bool:
    """True when CommonMark shows nothing but these characters."""
    # The search for single characters is twenty times as fast, and mostly there are none.
    is_unmarked = _INLINE.search(text) is None or _MEANING.search(text) is None
    return is_unmarked and _LINE_STARTS.search(text) is None


def escaped(text: str, *, is_line_start: bool, is_in_link: bool = False) -> str:
    """One line, or a piece of one, with a backslash wherever CommonMark would see more than characters."""
    head = ""
    if is_line_start and (found := _LINE_START.match(text)):
        head, text = _line_start(found), text[found.end() :]
        if found["blank"] and text:
            return head + escaped(text, is_line_start=True, is_in_link=is_in_link)
    if not _INLINE.search(text):
        return head + text
    return head + "".join(
        "\\" + character if _has_meaning(text, index, is_in_link) else character
        for index, character in enumerate(text)
    )


def _line_start(found: re.Match[str]) -> str:
    if blank := found["blank"]:
        # Spaces at the beginning of a line mean code or nothing; these stay.
        return blank.replace("\t", "    ").replace(" ", "&nbsp;")
    if number := found["number"]:
        return number + "\\"
    return "\\" + found["mark"]


def _has_meaning(text: str, index: int, is_in_link: bool) -> bool:
    character = text[index]
    if not _INLINE.match(character):
        return False
    before, after = text[index - 1 : index], text[index + 1 : index + 2]
    match character:
        case "_":
            # Within a word it is a letter; at the rim of a piece the neighbours are not known.
            is_rim = index < 2 or index > len(text) - 3
            return is_rim or not (before.isalnum() and after.isalnum())
        case "*":
            return not (before == " " and after == " ")
        case "\\":
            return not after or after in _ASCII_PUNCTUATION
        case "~" | "|":
            return character in (before, after) or not before or not after
        case "<":
            return not after or _TAG.match(text, index) is not None
        case "&":
            return _ENTITY.match(text, index) is not None
        case "]":
            return is_in_link or after in ("(", "[", ":", "")
    return True


def is_white(character: str) -> bool:
    """Also the beginning and the end of a text, which are given as ""."""
    return not character or character.isspace()


def is_punctuation(character: str) -> bool:
    """Punctuation by every edition of CommonMark."""
    return character in _ASCII_PUNCTUATION or unicodedata.category(character).startswith("P")


def may_be_punctuation(character: str) -> bool:
    """Punctuation by at least one edition: the newer ones count symbols and emoji too."""
    return is_punctuation(character) or unicodedata.category(character).startswith("S")
