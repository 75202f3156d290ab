"""What stands on buttons, in forms and in menus fits the narrowest platform, in every language."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.discord.commands import SHORTCUTS
from adapters.slack.manifest import build_manifest
from bot.runtime.catalogue import languages, texts_in

HANDLERS = Path(__file__).parents[3] / "handlers"
# Slack's buttons (Discord's may have 80), Slack's titles and ends of modals, Discord's labels of fields.
BUTTON, TITLE, FIELD = 75, 24, 45
PLACES = {"Button": {0: BUTTON}, "Form": {1: TITLE, 2: TITLE}, "FormField": {1: FIELD}}
LARGE_NUMBER = 999_999
# Slack's own, for names and descriptions of message shortcuts, and for the line about the app.
SHORTCUT, SHORTCUT_IN_WORDS, APP = 24, 150, 140


def labels() -> Iterator[tuple[str, int]]:
    """Every text that a handler puts on a button or into a form, with how long it may be."""
    for path in sorted(HANDLERS.glob("*.py")):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(function, ast.FunctionDef):
                continue
            named = {target.id: one.value for one in ast.walk(function) if isinstance(one, ast.Assign)
                     for target in one.targets if isinstance(target, ast.Name)}  # fmt: skip
            for call in ast.walk(function):
                limits = PLACES.get(getattr(getattr(call, "func", None), "id", ""), {})
                for place, limit in limits.items():
                    said = call.args[place]
                    yield from ((text, limit) for text in texts_of(named.get(getattr(said, "id", ""), said)))


def texts_of(said: ast.expr) -> Iterator[str]:
    """The texts that are looked up in an expression."""
    for call in ast.walk(said):
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "label":
            assert isinstance(call.args[0], ast.Constant)
            yield str(call.args[0].value)


LABELS = sorted(set(labels()))


def test_the_labels_are_found() -> None:
    """By the ways in which handlers write them: at once, by a name, one of two."""
    found = dict(LABELS)
    assert found["Claim #{number}"] == found["Versions"] == BUTTON
    assert found["Edit the article"] == found["Write an article"] == found["Save"] == TITLE
    assert found["Questions that it answers, one a line"] == FIELD


@pytest.mark.parametrize("language", languages())
def test_labels_fit(language: str) -> None:
    said = texts_in(language)
    shown = [(str(said.label(text, number=LARGE_NUMBER)), limit) for text, limit in LABELS]
    assert not [(text, len(text)) for text, limit in shown if len(text) > limit]


@pytest.mark.parametrize("language", languages())
def test_menus_and_the_app_itself_fit(language: str) -> None:
    said = texts_in(language).label
    assert all(len(said(label)) <= SHORTCUT for label in SHORTCUTS.values())
    made = build_manifest([], "", "", True, texts=said)
    assert len(made["display_information"]["description"]) <= APP
    assert all(len(one["description"]) <= SHORTCUT_IN_WORDS for one in made["features"]["shortcuts"])
