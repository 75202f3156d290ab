"""The check of translations finds what a program can find, and names it."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from bot.runtime.catalogue import LOCALES, languages
from scripts import texts
from scripts.translations import lacking, problems

FORMS = ("{n} karta", "{n} karte", "{n} karata")


def catalogue(text: str | tuple[str, str], said: str | tuple[str, ...], *, fuzzy: bool = False) -> Catalog:
    made = Catalog(locale="hr", fuzzy=False)
    made.add(text, said, locations=[("handlers/cards.py", None)], flags=["fuzzy"] if fuzzy else [])
    return made


@pytest.mark.parametrize(
    ("text", "said", "found"),
    [
        ("Hello {name}", "Bok", "other places to fill"),
        ("Hello {name}", "Bok {ime}", "other places to fill"),
        ("Hello {name}, {name}", "Bok {name}", "other places to fill"),
        ("where (default: %(default)s)", "gdje", "other places to fill"),
        ("**Bold**", "Masno", "other number of '**'"),
        ("write `{link}`", "pišite {link}", "other number of '`'"),
        ("One.\n\nTwo.", "Jedan. Dva.", "other number of '\\n\\n'"),
        ("📎 a file", "datoteka", "other emoji"),
        ("and ", "i", "other spaces at the edges"),
        ("no “{key}”", "nema «{key}»", "quotes of another language"),
        (("{n} card", "{n} cards"), ("{n} karta", "{n} karte"), "2 plural forms in place of 3"),
        (("{n} card", "{n} cards"), ("{n} karta", "{n} karte", "karata"), "other places to fill"),
    ],
)
def test_what_does_not_match_is_named(
    text: str | tuple[str, str], said: str | tuple[str, ...], found: str
) -> None:
    [line] = problems(catalogue(text, said))
    assert line.startswith(found)


def test_what_is_right_is_passed_over() -> None:
    assert not list(problems(catalogue("**{name}**: hello 📎", "📎 bok, **{name}**")))
    assert not list(problems(catalogue(("{n} card", "{n} cards"), FORMS)))
    assert not list(problems(catalogue("no “{key}”", "nema „{key}”")))


def test_a_guess_of_gettext_is_no_translation() -> None:
    assert [*problems(catalogue("Hello", "Bok", fuzzy=True))] == ["marked as fuzzy: 'Hello'"]


@pytest.mark.parametrize("said", ["", ("{n} karta", "", "{n} karata")])
def test_what_is_missing_is_named_with_its_place(said: str | tuple[str, ...]) -> None:
    text: str | tuple[str, str] = "{n} card" if isinstance(said, str) else ("{n} card", "{n} cards")
    assert [*lacking(catalogue(text, said))] == ["not translated: '{n} card' (handlers/cards.py)"]


def test_plural_rules_of_another_language_are_found() -> None:
    made = catalogue(("{n} card", "{n} cards"), FORMS)
    made.mime_headers = [("Plural-Forms", "nplurals=2; plural=(n != 1);")]
    assert next(iter(problems(made))).startswith("the plural rules are not those of hr")


def test_texts_inside_f_strings_are_found(tmp_path: Path) -> None:
    source = tmp_path / "handler.py"
    source.write_text(
        "shown = f\"✓ {texts.text('Solved')} {ctx.of('No text')} {texts.text(name)}\"\n", encoding="utf-8"
    )
    assert list(texts._in_f_strings(source)) == ["Solved"]


def test_a_new_text_waits_for_its_translation_in_every_language_but_english() -> None:
    template = Catalog(fuzzy=False)
    template.add("Something new", locations=[("handlers/cards.py", None)])
    template.add(("{n} new", "{n} newer"), locations=[("handlers/cards.py", None)])
    waiting = {
        language: [*lacking(texts.translated(template, language))] for language in ("en", "hr", "en", "lv")
    }
    assert [len(waiting[language]) for language in ("en", "hr", "lv")] == [0, 2, 2]


def test_every_language_is_up_to_the_code_and_complete(capsys: pytest.CaptureFixture[str]) -> None:
    catalog = texts.extracted()
    for language in languages():
        assert (LOCALES / language).is_dir()
        known = texts.translated(catalog, language)
        assert [*lacking(known), *problems(known)] == []
    assert not capsys.readouterr().out
