"""conversations.history and conversations.replies: what was said, page by page."""

import re
from collections.abc import Sequence

from sandbox.slack.methods.paging import decode_cursor, encode_cursor
from sandbox.slack.methods.registry import Call, method
from sandbox.slack.model import ApiError, Channel, Json, Post
from sandbox.slack.objects import message_json

SCOPES = ("channels:history", "groups:history", "im:history", "mpim:history")
_NEEDED = {"channel": "channels:history", "group": "groups:history", "im": "im:history"}
_TIME = re.compile(r"\d{1,12}(?:\.\d{1,6})?")


def _readable_channel(call: Call) -> Channel:
    """Raises ApiError channel_not_found, missing_scope or not_in_channel."""
    channel = call.workspace.channel_for_bot(call.text("channel"))
    manifest, needed = call.platform.manifest, _NEEDED[channel.kind]
    if not manifest.has_scope(needed):
        raise ApiError("missing_scope", needed=needed, provided=",".join(sorted(manifest.scopes or ())))
    if not call.workspace.is_bot_in(channel):
        raise ApiError("not_in_channel")
    return channel


def _micros(call: Call, name: str) -> int | None:
    """A time of the query in microseconds, None when it is not given; raises ApiError invalid_ts_<name>."""
    text = call.text(name)
    if text in {"", "0", "now"}:
        return None
    if not _TIME.fullmatch(text):
        raise ApiError(f"invalid_ts_{name}")
    return to_micros(text)


def to_micros(ts: str) -> int:
    seconds, _, micros = ts.partition(".")
    return int(seconds) * 1_000_000 + int(micros.ljust(6, "0") or 0)


def _between(call: Call, posts: Sequence[Post]) -> list[Post]:
    """Those between oldest and latest; the ends belong to it only when `inclusive` says so."""
    oldest, latest = _micros(call, "oldest"), _micros(call, "latest")
    is_inclusive = call.flag("inclusive")
    chosen = []
    for post in posts:
        at = to_micros(post.ts)
        after = oldest is None or at > oldest or (is_inclusive and at == oldest)
        before = latest is None or at < latest or (is_inclusive and at == latest)
        if after and before:
            chosen.append(post)
    return chosen


def _after_cursor(call: Call, posts: list[Post], *, is_forward: bool) -> list[Post]:
    if not (cursor := call.text("cursor")):
        return posts
    position = decode_cursor(cursor)
    if not _TIME.fullmatch(position):
        raise ApiError("invalid_cursor")
    limit = to_micros(position)
    return [
        post for post in posts if (to_micros(post.ts) > limit) == is_forward and to_micros(post.ts) != limit
    ]


def _shown(call: Call, posts: Sequence[Post]) -> list[Json]:
    with_metadata = call.flag("include_all_metadata")
    return [message_json(call.workspace, post, with_metadata=with_metadata) for post in posts]


def _answer(messages: list[Json], next_ts: str | None) -> Json:
    answer: Json = {"messages": messages, "has_more": next_ts is not None}
    if next_ts is not None:
        answer["response_metadata"] = {"next_cursor": encode_cursor(next_ts)}
    return answer


@method("conversations.history", required=("channel",), scopes=SCOPES)
def conversations_history(call: Call) -> Json:
    """Newest first. With `oldest` but no `latest` the page is the one closest to oldest, and cursors go forward."""
    channel = _readable_channel(call)
    limit = call.number("limit", 100, most=999)
    posts = [post for post in channel.posts.values() if not post.thread_ts or post.is_broadcast]
    posts = _between(call, posts)
    is_forward = _micros(call, "oldest") is not None and _micros(call, "latest") is None
    posts = _after_cursor(call, posts, is_forward=is_forward)
    chosen = posts[:limit] if is_forward else posts[-limit:]
    edge = (chosen[-1] if is_forward else chosen[0]).ts if len(chosen) < len(posts) else None
    pins = {"pin_count": len(channel.pins), "channel_actions_ts": None, "channel_actions_count": 0}
    return {**_answer(_shown(call, chosen[::-1]), edge), **pins}


@method("conversations.replies", required=("channel", "ts"), scopes=SCOPES, accepts_json=False)
def conversations_replies(call: Call) -> Json:
    """The root, then its replies, oldest first; the root comes with every page."""
    channel = _readable_channel(call)
    limit = call.number("limit", 1000, most=1000)
    root = call.workspace.root(channel, call.text("ts"))
    replies = _between(call, call.workspace.replies(channel, root))
    replies = _after_cursor(call, replies, is_forward=True)
    chosen = replies[: max(limit - 1, 1)]
    edge = chosen[-1].ts if len(chosen) < len(replies) else None
    return _answer(_shown(call, [root, *chosen]), edge)
