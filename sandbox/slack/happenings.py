"""What happens in channels, whoever does it: the state changes, the journal tells the page, the feed tells the app."""

import uuid
from dataclasses import dataclass, field

from sandbox.slack import mrkdwn
from sandbox.slack.feed import Feed
from sandbox.slack.model import ApiError, Channel, Ephemeral, Json, Post, StoredFile
from sandbox.slack.objects import bot_profile, file_json, message_json, user_json
from sandbox.slack.workspace import Workspace
from sandbox.world import World

MOST_PINS = 100


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that is about to be posted; `text` is mrkdwn already."""

    text: str
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    files: tuple[StoredFile, ...] = ()
    thread_ts: str = ""
    is_broadcast: bool = False
    metadata: Json | None = None
    extra: Json = field(default_factory=dict)
    """Further keys of the message: subtype, username, icons."""


@dataclass(slots=True)
class Happenings:
    world: World
    workspace: Workspace
    feed: Feed
    address: str = ""
    """Where this server can be reached, for the addresses of files."""

    def _journal(self, kind: str, room: str, **data: object) -> None:
        self.world.journal.add("slack", kind, room, **data)

    # -- messages

    def post(self, channel: Channel, author: str, draft: Draft) -> Post:
        """Put a message into the channel; raises ApiError thread_not_found."""
        root = self.workspace.root(channel, draft.thread_ts) if draft.thread_ts else None
        ts = self.workspace.next_ts()
        post = Post(
            ts,
            channel.id,
            author,
            self._body(ts, author, draft),
            thread_ts=root.ts if root else "",
            metadata=draft.metadata,
            is_broadcast=draft.is_broadcast,
        )
        if draft.is_broadcast:
            post.body["subtype"] = "thread_broadcast"
        channel.posts[ts] = post
        for file in draft.files:
            file.shares.append((channel.id, ts))
        if root is not None:
            root.replies.append(ts)
            self.workspace.statuses.pop((channel.id, root.ts), None)
        # The files of a message say whether they are public only once it is there.
        if draft.files:
            post.body["files"] = [file_json(self.workspace, file, self.address) for file in draft.files]
        room = f"{channel.id}:{root.ts}" if root else channel.id
        self._journal("message", room, ts=ts, author=author)
        if root is not None:
            self._journal("thread", channel.id, ts=root.ts, replies=len(root.replies))
        self._tell_posted(channel, post)
        return post

    def _body(self, ts: str, author: str, draft: Draft) -> Json:
        workspace = self.workspace
        is_bot = author == workspace.bot.id
        body: Json = {
            "type": "message",
            "user": author,
            "ts": ts,
            "text": draft.text,
            "team": workspace.team_id,
        }
        if is_bot:
            body |= {
                "bot_id": workspace.bot.bot_id,
                "app_id": workspace.app_id,
                "bot_profile": bot_profile(workspace),
            }
        else:
            body["client_msg_id"] = str(uuid.uuid4())
        if draft.files:
            body |= {"subtype": "file_share", "upload": False, "display_as_bot": False}
            for key in ("team", "client_msg_id"):
                body.pop(key, None)
        if draft.blocks:
            body["blocks"] = draft.blocks
        elif shown := self.shown_text(draft.text, is_typed=not is_bot):
            body["blocks"] = shown
        if draft.attachments:
            body["attachments"] = draft.attachments
        body |= draft.extra
        if body.get("subtype") == "bot_message":
            del body["user"]
        return body

    def shown_text(self, text: str, *, is_typed: bool) -> list[Json] | None:
        """The blocks Slack makes of a message that has only text."""
        return [{**mrkdwn.rich_text(text, is_typed=is_typed), "block_id": new_block_id()}] if text else None

    def _tell_posted(self, channel: Channel, post: Post) -> None:
        event = message_json(self.workspace, post)
        if post.is_broadcast and (root := channel.posts.get(post.thread_ts)):
            event["root"] = message_json(self.workspace, root)
        self.feed.message(channel, event)
        for file in post.body.get("files", []):
            shared = {
                "type": "file_shared",
                "file_id": file["id"],
                "user_id": post.author,
                "file": {"id": file["id"]},
            }
            self.feed.publish("file_shared", {**shared, "channel_id": channel.id, "event_ts": post.ts})
        self._tell_mention(channel, post, "")

    def _tell_mention(self, channel: Channel, post: Post, text_before: str) -> None:
        mention = f"<@{self.workspace.bot.id}>"
        is_new = mention in post.body.get("text", "") and mention not in text_before
        is_heard = channel.kind != "im" and self.workspace.is_bot_in(channel)
        if is_new and is_heard and post.author != self.workspace.bot.id:
            event = message_json(self.workspace, post)
            kept = {key: value for key, value in event.items() if key not in {"type", "subtype", "upload"}}
            mentioned = {"type": "app_mention", **kept, "channel": channel.id, "event_ts": post.ts}
            self.feed.publish("app_mention", mentioned)

    def edit(self, channel: Channel, post: Post, changes: Json) -> None:
        """Replace these keys of the message; a key with None goes. Nothing happens when nothing changes."""
        before = message_json(self.workspace, post)
        body = {**post.body, **changes}
        body = {key: value for key, value in body.items() if value is not None}
        if body == post.body:
            return
        ts = self.workspace.next_ts()
        by_bot = post.author == self.workspace.bot.id
        body["edited"] = {"user": self.workspace.bot.bot_id if by_bot else post.author, "ts": ts}
        post.body = body
        self._journal("edited", self.room_of(post), ts=post.ts)
        self._tell_changed(channel, post, before, ts)
        self._tell_mention(channel, post, before.get("text", ""))

    def exchange_files(self, channel: Channel, post: Post, files: list[Json]) -> None:
        """Other file objects hang on the message: it has changed, and nobody has edited it."""
        before = message_json(self.workspace, post)
        post.body = {**post.body, "files": files}
        self._journal("edited", self.room_of(post), ts=post.ts)
        self._tell_changed(channel, post, before, self.workspace.next_ts())

    def _tell_changed(self, channel: Channel, post: Post, before: Json, ts: str) -> None:
        changed = {
            "type": "message",
            "subtype": "message_changed",
            "message": message_json(self.workspace, post),
        }
        self.feed.message(channel, {**changed, "previous_message": before, "hidden": True, "ts": ts})

    def delete(self, channel: Channel, post: Post) -> None:
        """Take the message away; the root of a thread leaves a stone in its place, as Slack does."""
        before = message_json(self.workspace, post)
        ts = self.workspace.next_ts()
        self._journal("deleted", self.room_of(post), ts=post.ts)
        channel.pins = [pin for pin in channel.pins if pin["message_ts"] != post.ts]
        if post.replies:
            post.is_tombstone, post.reactions, post.metadata = True, {}, None
            text = "This message was deleted."
            post.body = {
                "type": "message",
                "subtype": "tombstone",
                "text": text,
                "ts": post.ts,
                "hidden": True,
            }
            post.body["user"] = "USLACKBOT"
            self._tell_changed(channel, post, before, ts)
            return
        del channel.posts[post.ts]
        deleted = {"type": "message", "subtype": "message_deleted", "deleted_ts": post.ts, "hidden": True}
        self.feed.message(channel, {**deleted, "previous_message": before, "ts": ts})
        if post.thread_ts:
            self._leave_thread(channel, post)

    def _leave_thread(self, channel: Channel, post: Post) -> None:
        root = channel.posts[post.thread_ts]
        root.replies.remove(post.ts)
        if root.is_tombstone and not root.replies:
            del channel.posts[root.ts]
        self._journal("thread", channel.id, ts=root.ts, replies=len(root.replies))

    def tell_privately(self, channel: Channel, person: str, body: Json, *, thread_ts: str = "") -> Ephemeral:
        """Show a message to one person only."""
        ts = self.workspace.next_ts()
        ephemeral = Ephemeral(ts, channel.id, person, {"type": "message", "ts": ts, **body}, thread_ts)
        channel.ephemerals.append(ephemeral)
        room = f"{channel.id}:{thread_ts}" if thread_ts else channel.id
        self._journal("message", room, ts=ts, person=person)
        return ephemeral

    def room_of(self, post: Post) -> str:
        """The room in which the message is read: its thread, if it is a reply."""
        return f"{post.channel}:{post.thread_ts}" if post.thread_ts else post.channel

    # -- reactions

    def react(self, channel: Channel, post: Post, user: str, name: str) -> None:
        """Raises ApiError already_reacted, or too_many_emoji beyond 23 different ones, as in Slack."""
        users = post.reactions.setdefault(name, [])
        if user in users:
            raise ApiError("already_reacted")
        if not users and len(post.reactions) > 23:
            del post.reactions[name]
            raise ApiError("too_many_emoji")
        users.append(user)
        self._tell_reaction("reaction_added", channel, post, user, name)

    def unreact(self, channel: Channel, post: Post, user: str, name: str) -> None:
        """Raises ApiError no_reaction."""
        users = post.reactions.get(name, [])
        if user not in users:
            raise ApiError("no_reaction")
        users.remove(user)
        if not users:
            del post.reactions[name]
        self._tell_reaction("reaction_removed", channel, post, user, name)

    def _tell_reaction(self, kind: str, channel: Channel, post: Post, user: str, name: str) -> None:
        self._journal(
            "reaction", self.room_of(post), ts=post.ts, emoji=name, user=user, added=kind[-5:] == "added"
        )
        if self.workspace.is_bot_in(channel):
            item = {"type": "message", "channel": channel.id, "ts": post.ts}
            event = {"type": kind, "user": user, "reaction": name, "item": item, "item_user": post.author}
            self.feed.publish(kind, {**event, "event_ts": self.workspace.next_ts()})

    # -- pins

    def pin(self, channel: Channel, post: Post, user: str) -> None:
        """Raises ApiError already_pinned, or too_many_pins beyond a hundred."""
        if any(pin["message_ts"] == post.ts for pin in channel.pins):
            raise ApiError("already_pinned")
        if len(channel.pins) >= MOST_PINS:
            raise ApiError("too_many_pins")
        created = int(self.workspace.now())
        channel.pins.append({"message_ts": post.ts, "created": created, "created_by": user})
        self._tell_pin("pin_added", channel, post, user, created)

    def unpin(self, channel: Channel, post: Post, user: str) -> None:
        """Raises ApiError no_pin."""
        found = [pin for pin in channel.pins if pin["message_ts"] == post.ts]
        if not found:
            raise ApiError("no_pin")
        channel.pins.remove(found[0])
        self._tell_pin("pin_removed", channel, post, user, found[0]["created"])

    def _tell_pin(self, kind: str, channel: Channel, post: Post, user: str, created: int) -> None:
        self._journal("edited", self.room_of(post), ts=post.ts)
        if not self.workspace.is_bot_in(channel):
            return
        item: Json = {"type": "message", "created": created, "created_by": user, "channel": channel.id}
        item["message"] = message_json(self.workspace, post)
        event: Json = {"type": kind, "user": user, "channel_id": channel.id, "item": item}
        event |= {"item_user": post.author, "pin_count": len(channel.pins)}
        event["pinned_info"] = {"channel": channel.id, "pinned_by": user, "pinned_ts": created}
        self.feed.publish(kind, {**event, "event_ts": self.workspace.next_ts()})

    # -- people and channels

    def join(self, channel: Channel, user: str, *, inviter: str = "") -> None:
        """Become a member, with the line Slack writes into the channel."""
        channel.members.append(user)
        self._post_line(channel, user, "channel_join", f"<@{user}> has joined the channel")
        event: Json = {"type": "member_joined_channel", "user": user, **self._membership(channel)}
        if inviter:
            event["inviter"] = inviter
        if self.workspace.is_bot_in(channel):
            self.feed.publish("member_joined_channel", event)

    def leave(self, channel: Channel, user: str) -> None:
        was_heard = self.workspace.is_bot_in(channel)
        channel.members.remove(user)
        self._post_line(channel, user, "channel_leave", f"<@{user}> has left the channel")
        if was_heard:
            event = {"type": "member_left_channel", "user": user, **self._membership(channel)}
            self.feed.publish("member_left_channel", event)

    def _membership(self, channel: Channel) -> Json:
        kind = "C" if channel.kind == "channel" else "G"
        team = self.workspace.team_id
        return {
            "channel": channel.id,
            "channel_type": kind,
            "team": team,
            "event_ts": self.workspace.next_ts(),
        }

    def _post_line(self, channel: Channel, user: str, subtype: str, text: str) -> None:
        ts = self.workspace.next_ts()
        body = {"type": "message", "subtype": subtype, "user": user, "text": text, "ts": ts}
        post = Post(ts, channel.id, user, body)
        channel.posts[ts] = post
        self._journal("message", channel.id, ts=ts, author=user)
        self._journal("room", channel.id, person=user)
        self.feed.message(channel, message_json(self.workspace, post))

    def tell_user(self, kind: str, user_id: str) -> None:
        """team_join or user_change."""
        user = user_json(self.workspace, self.workspace.user(user_id))
        event = {"type": kind, "user": user, "event_ts": self.workspace.next_ts()}
        self.feed.publish(kind, event)


def new_block_id() -> str:
    return uuid.uuid4().hex[:8]
