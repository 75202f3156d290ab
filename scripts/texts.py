"""Bring the translation catalogues up to the code, or (--check) say whether they are, and complete.

Every text a person reads is the first argument of `text`, `texts`, `label`, `plural` or `mark`; of a `Problem`
with an article it is the second. A new language is a folder `bot/locale/<language>/LC_MESSAGES`.
"""

import ast
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from babel.plural import to_gettext

from bot.runtime.catalogue import LOCALES, NAMES
from scripts.translations import lacking, problems

ROOT = Path(__file__).parent.parent
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
HEADER = "# The texts of Allhands. The terms are in docs/languages.md."


def extracted() -> Catalog:
    catalog = Catalog(project="Allhands", charset="utf-8", header_comment=HEADER, fuzzy=False)
    for package in PACKAGES:
        found = extract_from_dir(ROOT / package, [("**.py", "python")], keywords=KEYWORDS)
        for name, _line, message, comments, _context in found:
            catalog.add(message, locations=[_place(f"{package}/{name}")], auto_comments=comments)
        for path in sorted((ROOT / package).rglob("*.py")):
            for said in _in_f_strings(path):
                catalog.add(said, locations=[_place(path.relative_to(ROOT).as_posix())])
    return catalog


def _place(path: str) -> Any:
    """A file without a line, which would change with every edit above it; Babel writes it, its types do not know it."""
    return path, None


def _in_f_strings(path: Path) -> Iterator[str]:
    """Texts that are looked up inside an f-string, where Babel does not look before Python 3.12."""
    for outer in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(outer, ast.JoinedStr):
            continue
        for call in ast.walk(outer):
            if not isinstance(call, ast.Call) or not call.args or not isinstance(call.args[0], ast.Constant):
                continue
            name = getattr(call.func, "attr", None) or getattr(call.func, "id", None)
            if KEYWORDS.get(str(name), ()) is None and isinstance(call.args[0].value, str):
                yield call.args[0].value


def template(catalog: Catalog) -> bytes:
    return _written(catalog)


def translated(catalog: Catalog, language: str) -> Catalog:
    """The language's catalogue with the newest texts; English says what the code says."""
    path = po_file(language)
    known = Catalog(locale=language, project="Allhands", fuzzy=False)
    if path.is_file():
        with path.open("rb") as file:
            known = read_po(file, locale=language)
    known.header_comment = HEADER
    # The plural rules are those of CLDR: what gettext's own tables say of Latvian is what nobody says.
    rules = to_gettext(Locale.parse(language, sep="-").plural_form)
    known.mime_headers = [("Plural-Forms", rules)]
    # A copy: new messages become part of the catalogue that they are added to.
    known.update(deepcopy(catalog), no_fuzzy_matching=True)
    known.obsolete.clear()
    if language == "en":
        for message in known:
            if message.id:
                message.string = message.id
    return known


def po_file(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / "allhands.po"


def _written(catalog: Catalog) -> bytes:
    buffer = BytesIO()
    write_po(buffer, catalog, width=110, sort_output=True, include_lineno=False, omit_header=False)
    # The date of the last extraction would change the file every time.
    lines = [line for line in buffer.getvalue().splitlines(keepends=True)
             if not line.startswith((b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Generated-By'))]  # fmt: skip
    return b"".join(lines)


def names_of(codes: Sequence[str]) -> bytes:
    """What each language is called: by itself, and by all of them, as CLDR has it."""
    locales = {code: Locale.parse(code, sep="-") for code in codes}
    return (
        json.dumps({code: _named(code, locales) for code in codes}, ensure_ascii=False, indent=1).encode()
        + b"\n"
    )


def _named(code: str, locales: Mapping[str, Locale]) -> dict[str, object]:
    own = locales[code].get_display_name(code) or code
    called = {locales[code].get_display_name(other) or code for other in locales.values()}
    names = sorted({code, *(one.lower() for one in called)})
    return {"name": own[:1].upper() + own[1:], "names": names}


def main() -> int:
    catalog = extracted()
    languages = sorted({"en", *(path.name for path in LOCALES.glob("*") if path.is_dir())})
    catalogues = {language: translated(catalog, language) for language in languages}
    files = {LOCALES / "allhands.pot": template(catalog)}
    files[LOCALES / NAMES] = names_of(languages)
    files |= {po_file(language): _written(one) for language, one in catalogues.items()}
    stale = [path for path, content in files.items() if not path.is_file() or path.read_bytes() != content]
    said = [f"{language}: {line}" for language, one in catalogues.items() for line in lacking(one)]
    wrong = [f"{language}: {line}" for language, one in catalogues.items() for line in problems(one)]
    for line in [*said, *wrong]:
        print(line)
    if "--check" in sys.argv:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is not up to the code: run make texts")
        return 1 if stale or said or wrong else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files[path])
    counts = f"{len(said)} not translated, {len(wrong)} wrong"
    print(f"{len(catalog)} texts, {len(languages)} languages, {len(stale)} files written, {counts}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
