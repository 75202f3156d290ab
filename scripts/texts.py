"""Bring the translation catalogue up to the code, or (--check) say whether it is.

Every text a person reads is the first argument of `text`, `texts`, `label`, `plural` or `mark`; of a `Problem`
with an article it is the second.
"""

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
LOCALES = ROOT / "bot" / "locale"
PACKAGES = ("bot", "adapters", "handlers", "knowledge", "web")
KEYWORDS = {
    "text": None,
    "label": None,
    "mark": None,
    "plural": (1, 2),
    "texts": None,
    "_texts": None,
    "Problem": (2,),
}
HEADER = "# The texts of Allhands."


def extracted() -> Catalog:
    catalog = Catalog(project="Allhands", charset="utf-8", header_comment=HEADER, fuzzy=False)
    for package in PACKAGES:
        found = extract_from_dir(ROOT / package, [("**.py", "python")], keywords=KEYWORDS)
        for name, _line, message, comments, _context in found:
            catalog.add(message, locations=[(f"{package}/{name}", None)], auto_comments=comments)
    return catalog


def template(catalog: Catalog) -> bytes:
    return _written(catalog)


def translated(catalog: Catalog, language: str) -> bytes:
    """The language's catalogue with the newest texts; English says what the code says."""
    path = LOCALES / language / "LC_MESSAGES" / "allhands.po"
    known = Catalog(locale=language, project="Allhands", header_comment=HEADER, fuzzy=False)
    if path.is_file():
        with path.open("rb") as file:
            known = read_po(file, locale=language)
    known.update(catalog, no_fuzzy_matching=True)
    known.obsolete.clear()
    if language == "en":
        for message in known:
            if message.id:
                message.string = message.id
    return _written(known)


def _written(catalog: Catalog) -> bytes:
    buffer = BytesIO()
    write_po(buffer, catalog, width=110, sort_output=True, include_lineno=False, omit_header=False)
    # The date of the last extraction would change the file every time.
    lines = [line for line in buffer.getvalue().splitlines(keepends=True)
             if not line.startswith((b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Generated-By'))]  # fmt: skip
    return b"".join(lines)


def main() -> int:
    catalog = extracted()
    languages = sorted({"en", *(path.name for path in LOCALES.glob("*") if path.is_dir())})
    files = {LOCALES / "allhands.pot": template(catalog)}
    for language in languages:
        files[LOCALES / language / "LC_MESSAGES" / "allhands.po"] = translated(catalog, language)
    stale = [path for path, content in files.items() if not path.is_file() or path.read_bytes() != content]
    if "--check" in sys.argv:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is not up to the code: run make texts")
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files[path])
    print(f"{len(list(catalog))} texts, {len(stale)} files written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
