"""Rich messages of Telegram: every block and every kind of text of the published API has its form in CommonMark."""

from typing import Any

import pytest

from adapters.telegram.rich import rich_to_commonmark


def paragraph(*text: Any) -> dict[str, Any]:
    return {"type": "paragraph", "text": list(text)}


def typed(kind: str, text: Any = "x", **more: Any) -> dict[str, Any]:
    return {"type": kind, "text": text, **more}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a *b*", "a \\*b\\*", id="a string is literal"),
        pytest.param(typed("bold", typed("italic")), "**_x_**", id="styles nest"),
        pytest.param(typed("underline"), "<u>x</u>", id="underline"),
        pytest.param(typed("strikethrough"), "~~x~~", id="strike"),
        pytest.param(typed("spoiler"), "||x||", id="spoiler"),
        pytest.param(typed("code"), "`x`", id="code"),
        pytest.param(typed("marked"), "**x**", id="what is marked is bold"),
        pytest.param(typed("subscript"), "x", id="subscript is words"),
        pytest.param(typed("superscript"), "x", id="superscript is words"),
        pytest.param(
            typed("date_time", "soon", unix_time=5, date_time_format="r"), "[soon](moment:5:R)", id="moment"
        ),
        pytest.param(
            typed("date_time", "soon", unix_time=5, date_time_format=""),
            "soon ([1970-01-01 00:00 UTC](moment:5))",
            id="words that a moment explains",
        ),
        pytest.param(typed("text_mention", "Dana", user={"id": 1}), "@Dana", id="a person by name"),
        pytest.param({"type": "custom_emoji", "alternative_text": "🎉"}, "🎉", id="custom emoji"),
        pytest.param({"type": "mathematical_expression", "expression": "x^2"}, "`x^2`", id="formula"),
        pytest.param(typed("url", url="https://a.b"), "[x](https://a.b)", id="link"),
        *(
            pytest.param(typed(kind), "x", id=f"{kind} is words")
            for kind in (
                *("email_address", "phone_number", "bank_card_number", "mention", "hashtag", "cashtag"),
                *("bot_command", "anchor_link", "reference", "reference_link"),
            )
        ),
        pytest.param({"type": "anchor", "name": "n"}, "", id="an anchor shows nothing"),
        pytest.param(typed("of_tomorrow"), "x", id="a later kind is words"),
    ],
)
def test_every_kind_of_rich_text(text: Any, expected: str) -> None:
    assert rich_to_commonmark({"blocks": [paragraph(text)]}) == expected


ITEM = {"label": "", "blocks": [paragraph("x"), {"type": "list", "items": [{"blocks": [paragraph("y")]}]}]}


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        pytest.param(paragraph("a\nb"), "a\nb", id="paragraph"),
        pytest.param(typed("heading", size=2), "## x", id="heading"),
        pytest.param(typed("pre", "a\n\n*b*", language="py"), "```py\na\n\n*b*\n```", id="pre"),
        pytest.param(typed("footer"), "x", id="footer"),
        pytest.param({"type": "divider"}, "---", id="divider"),
        pytest.param(
            {"type": "mathematical_expression", "expression": "x"}, "```latex\nx\n```", id="formula"
        ),
        pytest.param({"type": "anchor", "name": "n"}, "", id="anchor"),
        pytest.param({"type": "list", "items": [ITEM]}, "- x\n\n  - y", id="list"),
        pytest.param(
            {
                "type": "list",
                "items": [
                    {"value": 3, "blocks": [paragraph("x")]},
                    {"blocks": [paragraph("y")], "has_checkbox": True, "is_checked": True},
                    {"blocks": [paragraph("z")], "has_checkbox": True},
                ],
            },
            "3. x\n- [x] y\n- [ ] z",
            id="numbers and boxes",
        ),
        pytest.param(
            {"type": "blockquote", "blocks": [paragraph("x"), paragraph("y")], "credit": "Z"},
            "> x\n>\n> y\n>\n> — Z",
            id="quote",
        ),
        pytest.param(typed("pullquote", credit="Z"), "> x\n>\n> — Z", id="pull quote"),
        pytest.param(
            {"type": "collage", "blocks": [{"type": "photo"}], "caption": {"text": "c"}},
            "🖼\n\nc",
            id="collage",
        ),
        pytest.param({"type": "slideshow", "blocks": [{"type": "video"}]}, "🎞", id="slideshow"),
        pytest.param(
            {
                "type": "table",
                "cells": [[{"text": "a|b"}, {"text": "c"}], [{"text": "d", "colspan": 2}]],
                "caption": "t",
            },
            "t\n\n| a&#124;b | c |\n| --- | --- |\n| d |  |",
            id="table",
        ),
        pytest.param(
            {"type": "details", "summary": "s", "blocks": [paragraph("x")]}, "**s**\n\nx", id="details"
        ),
        pytest.param(
            {"type": "map", "location": {"latitude": 1, "longitude": 2}},
            "📍 [1.00000, 2.00000](https://www.openstreetmap.org/?mlat=1.00000&mlon=2.00000)",
            id="map",
        ),
        pytest.param({"type": "animation"}, "🎞", id="animation"),
        pytest.param({"type": "audio"}, "🎵", id="audio"),
        pytest.param({"type": "photo", "caption": {"text": "c", "credit": "Z"}}, "🖼\n\nc\n\n— Z", id="photo"),
        pytest.param({"type": "video"}, "🎞", id="video"),
        pytest.param({"type": "voice_note"}, "🎤", id="voice note"),
        pytest.param(typed("thinking"), "x", id="thinking"),
    ],
)
def test_every_kind_of_block(block: Any, expected: str) -> None:
    assert rich_to_commonmark({"blocks": [block]}) == expected


def test_what_is_nested_without_end_ends() -> None:
    text: Any = "x"
    block: Any = paragraph("x")
    for _ in range(500):
        text = typed("bold", text)
        block = {"type": "blockquote", "blocks": [block]}
    assert rich_to_commonmark({"blocks": [paragraph("a", text), block]}).startswith("a")
