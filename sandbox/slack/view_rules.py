"""Which views Slack accepts (docs.slack.dev/reference/views)."""

from typing import Any

import orjson

from sandbox.slack.block_rules import check_blocks
from sandbox.slack.model import ApiError, Json
from sandbox.slack.problems import Problems

LARGEST_VIEW = 250_000
_COMMON = frozenset({"blocks"})
_MODAL = (
    "close submit private_metadata callback_id clear_on_close notify_on_close external_id submit_disabled"
)
_OPTIONAL = {
    "modal": frozenset(_MODAL.split()),
    "home": frozenset({"private_metadata", "callback_id", "external_id"}),
}


def read_view(view: Any, *types: str) -> Json:
    """Return the view; raises ApiError invalid_arguments with the reasons, or view_too_large."""
    if not isinstance(view, dict):
        raise ApiError("invalid_arguments", messages=["[ERROR] must be a valid view [json-pointer:/view]"])
    if len(orjson.dumps(view)) > LARGEST_VIEW:
        raise ApiError("view_too_large")
    problems = Problems([], "/view")
    kind = view.get("type")
    if kind not in types:
        problems.add(f"unsupported type: {kind}", "type")
    else:
        _check(view, str(kind), problems)
    if problems.found:
        raise ApiError("invalid_arguments", messages=problems.found)
    return view


def _check(view: Json, kind: str, problems: Problems) -> None:
    required = _COMMON | {"title"} if kind == "modal" else _COMMON
    # views.publish takes these from the other kind of view and ignores them.
    ignored = (
        frozenset({"title", "close", "submit", "clear_on_close", "notify_on_close"})
        if kind == "home"
        else set()
    )
    problems.keys(view, required, _OPTIONAL[kind] | ignored)
    problems.string(view, "private_metadata", 3000, shortest=0)
    problems.string(view, "callback_id", 255, shortest=0)
    problems.string(view, "external_id", 255, shortest=0)
    if kind == "modal":
        problems.text(view, "title", 24)
        for key in ("submit", "close"):
            if view.get(key) is not None:
                problems.text(view, key, 24)
        blocks = view.get("blocks")
        has_input = isinstance(blocks, list) and any(_is_input(block) for block in blocks)
        if has_input and view.get("submit") is None:
            problems.add("`submit` is required when an `input` block is within blocks")
    problems.found.extend(check_blocks(view.get("blocks"), kind, "/view/blocks"))


def _is_input(block: Any) -> bool:
    return isinstance(block, dict) and block.get("type") == "input"
