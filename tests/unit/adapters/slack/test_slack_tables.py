"""Tables, code with its language, and what stands in a quote: all made with the menus of Slack's composer."""

from adapters.slack.payloads import Json
from adapters.slack.people import Found
from adapters.slack.scope import Me
from adapters.slack.to_commonmark import commonmark
from adapters.slack.wording import mentioned, says, spoken

ANA = {
    "type": "rich_text",
    "elements": [{"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U2"}]}],
}
CODE = {
    "type": "rich_text_preformatted",
    "elements": [{"type": "text", "text": "x = 1"}],
    "language": "python",
}
TABLE = {
    "type": "table",
    "rows": [
        [{"type": "raw_text", "text": "who"}, {"type": "raw_text", "text": "a|b ||c||"}],
        [ANA, {"type": "raw_number", "value": 3}, None],
    ],
}
MESSAGE = {"blocks": [{"type": "rich_text", "elements": [CODE]}, TABLE], "text": "x = 1"}


def test_a_table_is_a_table_and_code_says_its_language() -> None:
    text = says(MESSAGE, Me("T0", "U0"), Found(people={}))
    assert text == (
        "```python\nx = 1\n```\n\n"
        "| who | a&#124;b &#124;&#124;c&#124;&#124; |  |\n| --- | --- | --- |\n| @U2 | 3 |  |"
    )


def test_who_is_mentioned_in_a_cell_is_looked_up() -> None:
    assert mentioned(spoken(MESSAGE))[0] == {"U2"}


def _items(*words: str, indent: int = 0, border: int = 1) -> Json:
    inner = [{"type": "rich_text_section", "elements": [{"type": "text", "text": one}]} for one in words]
    made = {"type": "rich_text_list", "style": "bullet", "indent": indent, "elements": inner}
    return {**made, "border": border}


def test_lists_and_code_in_a_quote_stay_in_it() -> None:
    """Slack puts them beside the quote, with its border (docs.slack.dev/reference/block-kit/blocks/rich-text-block)."""
    quote = {"type": "rich_text_quote", "elements": [{"type": "text", "text": "They said:"}]}
    elements = [quote, _items("a"), _items("b", indent=1), {**CODE, "border": 1}, _items("mine", border=0)]
    said = "> They said:\n>\n> - a\n>   - b\n>\n> ```python\n> x = 1\n> ```\n\n- mine"
    assert commonmark(elements) == said
