"""Collecting what is wrong with a piece of JSON, with a pointer to where."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.slack.model import Json


@dataclass(frozen=True, slots=True)
class Problems:
    found: list[str]
    pointer: str

    def at(self, key: str) -> "Problems":
        return Problems(self.found, f"{self.pointer}/{key}")

    def add(self, text: str, key: str = "") -> None:
        pointer = f"{self.pointer}/{key}" if key else self.pointer
        self.found.append(f"[ERROR] {text} [json-pointer:{pointer}]")

    def keys(self, thing: Json, required: frozenset[str], optional: frozenset[str]) -> None:
        """Every required key is there, and none that Slack does not know; an explicit null counts as absent."""
        for key in sorted(required):
            if thing.get(key) is None:
                self.add(f"missing required field: {key}")
        for key in thing:
            if key not in required and key not in optional and key != "type":
                self.add(f"invalid additional property: {key}")

    def string(self, thing: Json, key: str, longest: int, *, shortest: int = 1) -> None:
        """The value, where there is one, is a string of a length that Slack takes."""
        value = thing.get(key)
        if value is None:
            return
        if not isinstance(value, str):
            self.add("must be a string", key)
        elif len(value) > longest:
            self.add(f"must be less than {longest + 1} characters", key)
        elif len(value) < shortest:
            self.add(f"must be more than {shortest - 1} characters", key)

    def number(self, thing: Json, key: str, least: int, most: int) -> None:
        value = thing.get(key)
        if value is not None and (not isinstance(value, int) or not least <= value <= most):
            self.add(f"must be a number between {least} and {most}", key)

    def one_of(self, thing: Json, key: str, values: frozenset[str]) -> None:
        value = thing.get(key)
        if value is not None and value not in values:
            self.add(f"must be one of {', '.join(sorted(values))}", key)

    def text(self, thing: Json, key: str, longest: int, *, kinds: tuple[str, ...] = ("plain_text",)) -> None:
        """The value is a text object."""
        self.at(key).text_object(thing.get(key), longest, kinds=kinds)

    def text_object(self, value: Any, longest: int, *, kinds: tuple[str, ...] = ("plain_text",)) -> None:
        if not isinstance(value, dict):
            self.add("must be an object")
            return
        if value.get("type") not in kinds:
            self.add(f"unsupported type: {value.get('type')}", "type")
            return
        flag = "emoji" if value["type"] == "plain_text" else "verbatim"
        self.keys(value, frozenset({"text"}), frozenset({flag}))
        self.string(value, "text", longest)

    def items(self, thing: Json, key: str, least: int, most: int) -> Iterator[tuple[Any, "Problems"]]:
        """Each item of the list with the place where its problems go."""
        at, value = self.at(key), thing.get(key)
        if not isinstance(value, list):
            at.add("must be an array")
            return
        if len(value) > most:
            at.add(f"no more than {most} items allowed")
        if len(value) < least:
            at.add(f"no fewer than {least} items required")
        for number, item in enumerate(value):
            yield item, at.at(str(number))
