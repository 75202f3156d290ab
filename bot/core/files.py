"""What is true of files whatever the platform: names that do no harm, contents that do not lie, sizes in words."""

import re
import unicodedata

from bot.core.content import FileKind, LostFile

LONGEST_NAME = 120
_LONGEST_BYTES = 240
"""File systems take 255; a counter may be added to a name that exists."""
_LONGEST_ENDING = 16
_UNFIT = re.compile(r'[<>:"|?*]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=[. ]|$)", re.IGNORECASE)
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


_KINDS = {"image": FileKind.PICTURE, "video": FileKind.VIDEO, "audio": FileKind.AUDIO}


def kind_of(mime: str) -> FileKind:
    """What a file of this content type is to people, where its platform does not say more."""
    if mime == "image/gif":
        return FileKind.ANIMATION
    return _KINDS.get(mime.partition("/")[0], FileKind.DOCUMENT)


def safe_name(given: str, fallback: str = "file") -> str:
    """A file's name that can be shown and saved anywhere: no path, no signs that are hidden or turn the direction,
    nothing that Windows reads as a device, at most 120 characters, the ending kept.
    """
    last = unicodedata.normalize("NFC", given).replace("\\", "/").rpartition("/")[2]
    shown = "".join(sign for sign in last if unicodedata.category(sign) not in _HIDDEN)
    # A colon would name a stream behind the file, and a dot or a space at the end is dropped when it is saved.
    shown = " ".join(_UNFIT.sub("_", shown).split()).strip(" .")
    if not shown:
        return fallback
    return _clipped(f"_{shown}" if _RESERVED.match(shown) else shown)


def _clipped(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    if not dot or not stem or len(ending) > _LONGEST_ENDING:
        stem, dot, ending = name, "", ""
    kept = stem[: LONGEST_NAME - len(dot) - len(ending)]
    while len((kept + dot + ending).encode()) > _LONGEST_BYTES:
        kept = kept[:-1]
    return kept.rstrip(" .") + dot + ending if kept != stem else name


_PROGRAMS: tuple[tuple[bytes, str, frozenset[str]], ...] = (
    (b"MZ", "exe", frozenset("dll scr com sys cpl ocx efi pif mui".split())),
    (b"\x7fELF", "elf", frozenset({"", *"so bin run appimage o ko".split()})),
    (b"\xcf\xfa\xed\xfe", "macho", frozenset({"", *"dylib bundle bin o".split()})),
    (b"\xce\xfa\xed\xfe", "macho", frozenset({"", *"dylib bundle bin o".split()})),
    (b"\xca\xfe\xba\xbe", "class", frozenset({"", *"dylib bundle bin".split()})),
    (b"L\0\0\0\x01\x14\x02\0", "lnk", frozenset()),
    (b"#!", "sh", frozenset({"", *"bash zsh command py pl rb js mjs php run txt md".split()})),
)
"""(how it begins, its ending, the other endings under which it hides nothing)."""
_PAGE = re.compile(rb"\s*(?:<!doctype\s+html|<html|<head|<body|<script|<svg|<\?xml[^>]*>\s*(?:<!--.*?-->\s*)*<svg)",
                   re.IGNORECASE | re.DOTALL)  # fmt: skip
_PASSIVE = frozenset(
    "jpg jpeg png gif webp bmp tif tiff heic avif mp4 mov webm mkv avi mp3 ogg oga opus wav m4a flac aac pdf".split()
)
SNIFFED_BYTES = 512


def true_ending(name: str, beginning: bytes) -> str:
    """The ending that a dangerous content should have and its name hides; "" when the name is honest.

    Programs, shortcuts and scripts under any other name, and web pages and SVG under the name of a picture, a film,
    a sound or a PDF, which people open without a thought. `beginning` is at least SNIFFED_BYTES, or all there is.
    """
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    for sign, true, honest in _PROGRAMS:
        # Letters alone may begin any text; a program has zeros right behind them.
        if beginning.startswith(sign) and (sign != b"MZ" or b"\0" in beginning[:64]):
            return "" if ending == true or ending in honest else true
    if ending in _PASSIVE and _PAGE.match(beginning.removeprefix(b"\xef\xbb\xbf")):
        return "html"
    return ""


def size_in_words(size_bytes: int) -> str:
    """As file managers show it: '640 B', '12.3 kB', '1.2 GB'."""
    size, unit = float(size_bytes), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"


def name_and_size(one: LostFile) -> str:
    """'film.mp4 (54.5 MB)'; the name alone when nobody knows how large it is."""
    return f"{one.name} ({size_in_words(one.size_bytes)})" if one.size_bytes else one.name
