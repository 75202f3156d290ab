"""How a Web API method is registered, and what it is called with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from sandbox.slack.happenings import Happenings
from sandbox.slack.manifest import Manifest
from sandbox.slack.model import ApiError, Json
from sandbox.slack.responses import Responses
from sandbox.slack.sockets import Sockets
from sandbox.slack.views import Views
from sandbox.slack.workspace import Workspace

_TRUE = frozenset({"1", "true", "True", "TRUE", "yes"})


@dataclass(frozen=True, slots=True)
class Platform:
    """Everything a method may need."""

    workspace: Workspace
    manifest: Manifest
    happenings: Happenings
    views: Views
    responses: Responses
    sockets: Sockets

    @property
    def address(self) -> str:
        return self.happenings.address


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the bot, with its arguments merged from query, form and JSON."""

    platform: Platform
    arguments: Mapping[str, Any]

    @property
    def workspace(self) -> Workspace:
        return self.platform.workspace

    @property
    def happenings(self) -> Happenings:
        return self.platform.happenings

    def text(self, name: str, default: str = "") -> str:
        value = self.arguments.get(name)
        return default if value is None else str(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.arguments.get(name)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        return str(value) in _TRUE

    def number(self, name: str, default: int, *, most: int, error: str = "invalid_limit") -> int:
        """A count from 1 to `most`; 0 stands for the default. Raises ApiError with the given error."""
        value = self.arguments.get(name)
        if value is None or value == "":
            return default
        try:
            count = int(value)
        except (TypeError, ValueError):
            raise ApiError(error) from None
        if not 0 <= count <= most:
            raise ApiError(error)
        return count or default

    def json(self, name: str, error: str = "") -> Any:
        """A structure, which forms carry as a JSON string; None when it is not given.

        Raises ApiError with the given error for a string that is no JSON, or invalid_arguments with the reason.
        """
        value = self.arguments.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, str):
            try:
                return orjson.loads(value)
            except orjson.JSONDecodeError:
                if error:
                    raise ApiError(error) from None
                message = f"[ERROR] must be a valid {name} [json-pointer:/{name}]"
                raise ApiError("invalid_arguments", messages=[message]) from None
        return value


@dataclass(frozen=True, slots=True)
class Method:
    name: str
    run: Callable[[Call], Json]
    required: tuple[str, ...]
    scopes: tuple[str, ...]
    """One of these must have been granted."""
    tier: int
    """Slack's rate tier; 0 for special rules."""
    accepts_json: bool
    is_posting: bool
    """It puts something in front of people: what rate limits, 500s and the like in the fault switch are about."""
    takes_app_token: bool = False
    needs_token: bool = True


METHODS: dict[str, Method] = {}


def method(
    name: str,
    *,
    required: tuple[str, ...] = (),
    scopes: tuple[str, ...] = (),
    tier: int = 3,
    accepts_json: bool = True,
    is_posting: bool = False,
    takes_app_token: bool = False,
    needs_token: bool = True,
) -> Callable[[Callable[[Call], Json]], Callable[[Call], Json]]:
    """Register the function as a Web API method; it returns the answer without `"ok": true`."""

    def register(run: Callable[[Call], Json]) -> Callable[[Call], Json]:
        METHODS[name] = Method(
            name, run, required, scopes, tier, accepts_json, is_posting, takes_app_token, needs_token
        )
        return run

    return register
