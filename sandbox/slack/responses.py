"""Response URLs: how an app answers an interaction where it happened, even in channels it is not in."""

import secrets
from dataclasses import dataclass

from sandbox.slack.contents import read_content, read_metadata
from sandbox.slack.happenings import Draft, Happenings
from sandbox.slack.model import ApiError, Channel, Ephemeral, Json, Post, ResponseUrl
from sandbox.slack.objects import bot_profile
from sandbox.slack.workspace import Workspace

MOST_USES = 5
LIFETIME_SECONDS = 1800.0


@dataclass(slots=True)
class Responses:
    workspace: Workspace
    happenings: Happenings

    def new_url(self, person: str, channel: Channel, *, message_ts: str = "", thread_ts: str = "") -> str:
        secret = secrets.token_hex(12)
        made_at = self.workspace.now()
        self.workspace.response_urls[secret] = ResponseUrl(
            secret, person, channel.id, made_at, message_ts, thread_ts
        )
        return f"{self.happenings.address}/actions/{self.workspace.team_id}/{secret}"

    def use(self, secret: str, asked: Json) -> None:
        """Raises ApiError used_url, expired_url, or what is wrong with the message."""
        url = self.workspace.response_urls.get(secret)
        if url is None or url.uses >= MOST_USES:
            raise ApiError("used_url")
        if self.workspace.now() - url.made_at > LIFETIME_SECONDS:
            raise ApiError("expired_url")
        url.uses += 1
        self.respond(url, asked)

    def answer(self, person: str, channel: Channel, asked: Json) -> None:
        """Show what an app said in its acknowledgement of a slash command."""
        self.respond(ResponseUrl("", person, channel.id, self.workspace.now()), asked)

    def respond(self, url: ResponseUrl, asked: Json) -> None:
        channel = self.workspace.channels[url.channel]
        original = channel.posts.get(url.message_ts) or self.workspace.ephemeral(
            channel, url.person, url.message_ts
        )
        if asked.get("delete_original"):
            self._delete(channel, original)
            return
        content = read_content(self.workspace, asked)
        changes = {
            "text": content.text,
            "blocks": content.blocks or None,
            "attachments": content.attachments or None,
        }
        if asked.get("replace_original") and original is not None:
            self._replace(channel, original, changes)
            return
        thread_ts = str(asked.get("thread_ts") or url.thread_ts)
        body = {key: value for key, value in changes.items() if value is not None}
        if asked.get("response_type") == "in_channel":
            draft = Draft(content.text, content.blocks, content.attachments, thread_ts=thread_ts)
            self._post(channel, draft, asked)
            return
        self.happenings.tell_privately(channel, url.person, {**self.bot_body(), **body}, thread_ts=thread_ts)

    def bot_body(self) -> Json:
        """Who says it, in an ephemeral of the app."""
        bot = self.workspace.bot
        profile = bot_profile(self.workspace)
        return {"user": bot.id, "bot_id": bot.bot_id, "app_id": self.workspace.app_id, "bot_profile": profile}

    def _post(self, channel: Channel, draft: Draft, asked: Json) -> None:
        metadata = read_metadata(asked.get("metadata"))
        extra = {"subtype": "bot_message"} if not self.workspace.is_bot_in(channel) else {}
        whole = Draft(
            draft.text, draft.blocks, draft.attachments, (), draft.thread_ts, False, metadata, extra
        )
        self.happenings.post(channel, self.workspace.bot.id, whole)

    def _replace(self, channel: Channel, original: Post | Ephemeral, changes: Json) -> None:
        if isinstance(original, Post):
            self.happenings.edit(channel, original, changes)
            return
        body = {**original.body, **changes}
        original.body = {key: value for key, value in body.items() if value is not None}
        self.happenings.world.journal.add(
            "slack", "edited", channel.id, ts=original.ts, person=original.person
        )

    def _delete(self, channel: Channel, original: Post | Ephemeral | None) -> None:
        if isinstance(original, Post):
            self.happenings.delete(channel, original)
        elif original is not None:
            channel.ephemerals.remove(original)
            journal = self.happenings.world.journal
            journal.add("slack", "deleted", channel.id, ts=original.ts, person=original.person)
