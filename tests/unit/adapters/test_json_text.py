"""What a server writes is read as far as it can be, and what is no JSON is none."""

from typing import Any

import pytest

from adapters.json_text import loads


@pytest.mark.parametrize(
    ("written", "read"),
    [
        pytest.param('{"a": "\\ud83d\\ude00"}', {"a": "😀"}, id="two halves are one character"),
        pytest.param('{"a": "x\\ud83d", "b": 1}', {"a": "x?", "b": 1}, id="half a character"),
        pytest.param('{"\\ud83d": 1}', {"?": 1}, id="half a character in a name"),
        pytest.param(b'{"a": "\xff", "b": 1}', {"a": "�", "b": 1}, id="a byte that is no letter"),
        pytest.param(b'\xef\xbb\xbf{"a": 1}', {"a": 1}, id="behind a mark of its order"),
        pytest.param('{"a": NaN, "b": -Infinity, "c": 1}', {"a": None, "b": None, "c": 1}, id="no numbers"),
        pytest.param('{"a": 1e999, "b": 2.5}', {"a": None, "b": 2.5}, id="a number out of range"),
        pytest.param(
            f'{{"a": {"9" * 5000}, "b": {2**64 - 1}}}', {"a": None, "b": 2**64 - 1}, id="a number without end"
        ),
        pytest.param('["\\ud83d", -9007199254740993]', ["?", -9007199254740993], id="numbers stay exact"),
    ],
)
def test_one_odd_value_does_not_take_the_rest_with_it(written: Any, read: Any) -> None:
    assert loads(written) == read


@pytest.mark.parametrize("written", [b"", b"{", "<html>", b"\x1f\x8b", "[" * 5000, "[" * 5000 + "]" * 5000])
def test_what_is_no_json_is_none(written: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - json's and orjson's errors are kinds of it
        loads(written)
