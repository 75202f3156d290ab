"""Checking arguments against published schemas of the Web API as well, where a folder with them is given.

The folder holds `methods.min.json` of the public project slack-api-ref: the methods by name, each with `args` as a
JSON Schema. Nothing needs it: the rules that the sandbox always applies are written in its own code.
"""

from pathlib import Path
from typing import Any

import orjson

from sandbox.slack.model import Json

_FILE = "methods.min.json"


class Schemas:
    """Raises FileNotFoundError when the folder has no such file, ImportError without the package jsonschema."""

    def __init__(self, folder: Path) -> None:
        # jsonschema is needed only by those who bring the schemas.
        from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it brings no types

        methods = orjson.loads((folder / _FILE).read_bytes())
        # Besides the methods the file holds a list of them.
        self._arguments: dict[str, Json] = {
            name: method["args"] for name, method in methods.items() if isinstance(method, dict)
        }
        self._validator = Draft202012Validator

    def knows(self, method: str) -> bool:
        return method in self._arguments

    def arguments_of(self, method: str) -> set[str]:
        return set(self._arguments[method].get("properties", {}))

    def required_of(self, method: str) -> set[str]:
        return set(self._arguments[method].get("required", [])) - {"token"}

    def problems(self, method: str, arguments: Json) -> list[str]:
        """Return whose shape is wrong in the words of `response_metadata.messages`.

        What is missing is for the methods themselves to say: Slack has other errors for some of it.
        """
        schema = self._arguments.get(method)
        if schema is None:
            return []
        known: dict[str, Any] = schema.get("properties", {})
        whole = {
            "type": "object",
            "properties": {name: _rule(one) for name, one in known.items()},
        }
        coerced = {name: _coerced(value, known.get(name, {})) for name, value in arguments.items()}
        return [
            f"[ERROR] {error.message[:200]} [json-pointer:/{'/'.join(map(str, error.absolute_path))}]"
            for error in self._validator(whole).iter_errors(coerced)
        ]


def _rule(described: Json) -> Json:
    """Only the words that JSON Schema knows: the published files use `schema` and `subtype` for other things."""
    words = ("type", "enum", "maxLength", "minLength")
    rule: Json = {word: described[word] for word in words if word in described}
    if "items" in described:
        rule["items"] = {"type": described["items"]["type"]} if "type" in described["items"] else {}
    return rule


def _coerced(value: Any, described: Json) -> Any:
    """Forms carry everything as a string: read it as what the schema asks for, if it can be read so."""
    wanted = described.get("type")
    if not isinstance(value, str) or wanted in {None, "string"}:
        return value
    try:
        read = orjson.loads(value)
    except orjson.JSONDecodeError:
        return value
    return bool(read) if wanted == "boolean" and read in (0, 1) else read
