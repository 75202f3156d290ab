"""Slack as one person uses it: everything they can do, refused where Slack's own client would refuse it."""

import asyncio
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from sandbox.slack import mrkdwn, special
from sandbox.slack.contents import fill_in
from sandbox.slack.forms import form_of
from sandbox.slack.happenings import Draft, Happenings
from sandbox.slack.interactions import Interactions
from sandbox.slack.manifest import SlashCommand
from sandbox.slack.methods.files import new_file
from sandbox.slack.methods.reactions import emoji_name
from sandbox.slack.model import ApiError, Channel, Ephemeral, Json, Post, StoredFile, User, View
from sandbox.slack.objects import view_json
from sandbox.slack.plain import Clickable, blocks_text, clickables
from sandbox.slack.rooms import Place, may_see, messages_in, person_of, rooms_of
from sandbox.slack.workspace import Workspace
from sandbox.surface import Form, Home, Message, Person, Room, SurfaceError, Upload

LONGEST_MESSAGE = 40_000
HOME_SECONDS = 1.5

_LOCALES = {"en": "en-US", "el": "el-GR", "hr": "hr-HR", "lv": "lv-LV", "sl": "sl-SI"}
"""Slack tells a language with its region."""


class People:
    """What the people of the workspace can do; the part of the surface that needs no connection of its own."""

    name = "slack"
    workspace: Workspace
    happenings: Happenings
    interactions: Interactions
    slash_commands: list[SlashCommand]

    # -- who and where

    def people(self) -> list[Person]:
        return [person_of(user) for user in self.workspace.people()]

    @property
    def bot(self) -> Person:
        return person_of(self.workspace.bot)

    @property
    def bot_mention(self) -> str:
        """What a person types to mention the bot."""
        return f"@{self.workspace.bot.display_name}"

    @property
    def groups(self) -> dict[str, str]:
        """The handles of user groups by their ids."""
        return dict(self.workspace.groups)

    def add_person(self, name: str, *, rooms: tuple[str, ...] = (), language: str = "en") -> Person:
        """A new member of the workspace, in its public channels and in these rooms."""
        handle = _handle(name)
        user_id, number = f"U0{handle.upper()}", 2
        while user_id in self.workspace.users:
            user_id, number = f"U0{handle.upper()}{number}", number + 1
        user = User(user_id, user_id[2:].lower(), name, "new member", "🙂")
        user.locale = _LOCALES.get(language, language)
        self.workspace.users[user_id] = user
        self.workspace.dm(user_id)
        wanted = [self._place(room).channel for room in rooms]
        public = [channel for channel in self.workspace.channels.values() if channel.kind == "channel"]
        for channel in {one.id: one for one in [*public, *wanted]}.values():
            channel.members.append(user_id)
        self.happenings.tell_user("team_join", user_id)
        self.happenings.world.journal.add("slack", "room", person=user_id)
        return person_of(user)

    def rooms(self, person: str) -> list[Room]:
        self._user(person)
        return rooms_of(self.workspace, person)

    def messages(self, person: str, room: str) -> list[Message]:
        place = self._visible(person, room)
        return messages_in(self.workspace, person, place, self.happenings.address)

    # -- messages

    async def say(
        self,
        person: str,
        room: str,
        text: str,
        *,
        files: tuple[Upload, ...] = (),
        reply_to: str = "",
        blocks: tuple[Json, ...] = (),
    ) -> str:
        """Post as this person; an answer to a message goes into its thread, the only answer Slack has.

        Blocks are what the composer's menus make: underline, nested lists, tables; the text stands beside them.
        """
        place = self._member(person, room)
        if reply_to:
            place = Place(place.channel, self._root_ts(place.channel, reply_to))
        if not text.strip() and not files:
            raise SurfaceError("An empty message cannot be sent: write something or add a file.")
        if len(text) > LONGEST_MESSAGE:
            raise SurfaceError(f"Slack takes {LONGEST_MESSAGE} characters: send the rest as a file.")
        if _is_command(text) and not files:
            raise SurfaceError("On Slack a text that begins with / is a command: use it as one.")
        draft = Draft(
            self._typed(text),
            [fill_in(block) for block in blocks],
            files=self._uploaded(person, files),
            thread_ts=place.thread_ts,
        )
        try:
            post = self.happenings.post(place.channel, person, draft)
        except ApiError:
            raise SurfaceError("This thread is gone: its first message was deleted.") from None
        self._hint_at_absent_bot(person, place.channel, post)
        return post.ts

    def _typed(self, text: str) -> str:
        return mrkdwn.from_typing(text, self.workspace.mention_names())

    def _uploaded(self, person: str, uploads: Iterable[Upload]) -> tuple[StoredFile, ...]:
        files = []
        for upload in uploads:
            file = new_file(self.workspace, person, upload.name, len(upload.content), upload.mime)
            file.content, file.is_complete = upload.content, True
            if upload.kind == "voice":
                file.subtype, file.seconds = "slack_audio", upload.seconds
            files.append(file)
        return tuple(files)

    def _hint_at_absent_bot(self, person: str, channel: Channel, post: Post) -> None:
        bot = self.workspace.bot
        if f"<@{bot.id}>" in post.body["text"] and not self.workspace.is_bot_in(channel):
            text = f"You mentioned <@{bot.id}>, but they're not in this channel."
            body = {"user": "USLACKBOT", "text": text}
            self.happenings.tell_privately(channel, person, body, thread_ts=post.thread_ts)

    async def send(self, person: str, room: str, content: dict[str, Any]) -> str:
        """A canvas, a list, a file of another service, a huddle, or a message that is shared from another room."""
        place = self._member(person, room)
        return special.send(self.workspace, self.happenings, person, place, content)

    async def change_files(
        self,
        person: str,
        room: str,
        message: str,
        *,
        add: tuple[Upload, ...] = (),
        remove: tuple[str, ...] = (),
    ) -> None:
        """People can delete their files, which leaves stones in messages; they can add none to what is said."""
        _, post = self._own(person, room, message)
        shown = {str(file["id"]) for file in post.body.get("files", ())}
        if add or not set(remove) <= shown:
            raise SurfaceError("On Slack people can only delete the files of their messages.")
        for file_id in remove:
            special.delete_file(self.workspace, self.happenings, self.workspace.file(file_id))

    async def open_thread(self, person: str, room: str, title: str, text: str) -> str:
        """A message whose thread it is; its first line is the title."""
        whole = f"{title}\n{text}" if title and not text.startswith(title) else text
        place = self._member(person, room)
        ts = await self.say(person, place.channel.id, whole)
        return f"{place.channel.id}:{ts}"

    async def reply_in_thread(self, person: str, room: str, message: str, text: str) -> str:
        return await self.say(person, room, text, reply_to=message)

    async def edit(self, person: str, room: str, message: str, text: str) -> None:
        channel, post = self._own(person, room, message)
        # A page puts the message's own markup into its edit box.
        typed = self._typed(mrkdwn.to_typing(text, self.workspace.mention_names()))
        blocks = self.happenings.shown_text(typed, is_typed=True)
        if post.body["text"] != typed:
            self.happenings.edit(channel, post, {"text": typed, "blocks": blocks})

    async def delete(self, person: str, room: str, message: str) -> None:
        place = self._visible(person, room)
        if (ephemeral := self.workspace.ephemeral(place.channel, person, message)) is not None:
            place.channel.ephemerals.remove(ephemeral)
            return
        channel, post = self._own(person, room, message)
        self.happenings.delete(channel, post)

    async def react(self, person: str, room: str, message: str, emoji: str, *, is_on: bool = True) -> None:
        channel, post = self._post(person, room, message)
        self._member(person, room)
        try:
            name = emoji_name(emoji)
            if is_on:
                self.happenings.react(channel, post, person, name)
            else:
                self.happenings.unreact(channel, post, person, name)
        except ApiError as error:
            raise SurfaceError(f"Slack refuses the reaction: {error.error}") from None

    async def pin(self, person: str, room: str, message: str, *, is_on: bool = True) -> None:
        channel, post = self._post(person, room, message)
        self._member(person, room)
        try:
            (self.happenings.pin if is_on else self.happenings.unpin)(channel, post, person)
        except ApiError as error:
            raise SurfaceError(f"Slack refuses the pin: {error.error}") from None

    # -- what can be clicked

    async def press(self, person: str, room: str, message: str, button: str) -> None:
        """Press something in a message; in the App Home or a form, give "home" or its id as the message."""
        self._user(person)
        if (view := self._view(person, message)) is not None:
            pressed = self._clickable(clickables(self.workspace, view.payload), button)
            await self.interactions.press_in_view(person, view, pressed.action)
            return
        place = self._visible(person, room)
        shown: Post | Ephemeral | None = self.workspace.ephemeral(place.channel, person, message)
        if shown is None:
            shown = self._post(person, room, message)[1]
        pressed = self._clickable(clickables(self.workspace, shown.body), button)
        await self.interactions.press(person, place.channel, shown, pressed.action)

    def _view(self, person: str, name: str) -> View | None:
        if name == "home":
            return self.workspace.homes.get(person)
        view = self.workspace.views.get(name)
        return view if view is not None and view.person == person else None

    def _clickable(self, found: list[Clickable], button: str) -> Clickable:
        for one in found:
            if button in {one.button.id, f"{one.action['block_id']}/{one.action['action_id']}"}:
                return one
        offered = ", ".join(one.button.id for one in found) or "nothing"
        raise SurfaceError(f"There is no {button!r} to press here, but {offered}.")

    # -- the App Home and forms

    async def open_home(self, person: str) -> Home | None:
        """Open the Home tab; wait a moment for what the app publishes on it."""
        self._user(person)
        if not self.interactions.manifest.has_home:
            return None
        before = self.workspace.homes[person].hash if person in self.workspace.homes else ""
        self._tell_opened(person, "home")
        for _ in range(int(HOME_SECONDS / 0.05)):
            home = self.workspace.homes.get(person)
            if home is not None and home.hash != before:
                break
            await asyncio.sleep(0.05)
        return self.home(person)

    def home(self, person: str) -> Home:
        """What the app last published on this person's Home tab."""
        view = self.workspace.homes.get(person)
        if view is None:
            return Home()
        native = view_json(self.workspace, view)
        buttons = tuple(one.button for one in clickables(self.workspace, view.payload))
        return Home(native, blocks_text(self.workspace, view.payload["blocks"]), buttons)

    async def open_messages_tab(self, person: str) -> None:
        """Open the DM with the app, which hears of it."""
        self._user(person)
        self._tell_opened(person, "messages")

    def _tell_opened(self, person: str, tab: str) -> None:
        ts = self.workspace.next_ts()
        channel = self.workspace.dm(person).id
        event: Json = {
            "type": "app_home_opened",
            "user": person,
            "channel": channel,
            "tab": tab,
            "event_ts": ts,
        }
        if tab == "home" and (view := self.workspace.homes.get(person)) is not None:
            event["view"] = view_json(self.workspace, view)
        self.happenings.feed.publish("app_home_opened", event)

    def form(self, person: str) -> Form | None:
        self._user(person)
        view = self.interactions.views.top(person)
        return form_of(self.workspace, view) if view is not None else None

    async def submit(self, person: str, form: str, values: dict[str, str]) -> None:
        await self.interactions.submit(person, self._open_form(person, form), values)

    async def close_form(self, person: str, form: str) -> None:
        await self.interactions.close(person, self._open_form(person, form))

    def _open_form(self, person: str, form: str) -> View:
        view = self.interactions.views.top(person)
        if view is None or view.id != form:
            raise SurfaceError("This form is not open any more.")
        return view

    # -- what is where, and who may

    def _user(self, person: str) -> User:
        user = self.workspace.users.get(person)
        if user is None or user.is_bot:
            raise SurfaceError(f"There is nobody called {person} in this workspace.")
        if user.is_deleted:
            raise SurfaceError(f"{user.real_name} has left this workspace.")
        return user

    def _place(self, room: str) -> Place:
        channel_id, _, thread_ts = room.partition(":")
        if (channel := self.workspace.channels.get(channel_id)) is None:
            raise SurfaceError(f"There is no room {room}.")
        return Place(channel, self._root_ts(channel, thread_ts) if thread_ts else "")

    def _root_ts(self, channel: Channel, ts: str) -> str:
        try:
            return self.workspace.root(channel, ts).ts
        except ApiError:
            raise SurfaceError("This thread is gone: its first message was deleted.") from None

    def _visible(self, person: str, room: str) -> Place:
        self._user(person)
        place = self._place(room)
        if not may_see(place.channel, person):
            raise SurfaceError(f"This person cannot see {room}: it is private.")
        return place

    def _member(self, person: str, room: str) -> Place:
        place = self._visible(person, room)
        if person not in place.channel.members:
            raise SurfaceError(f"This person is not in #{place.channel.name}: join it first.")
        return place

    def _post(self, person: str, room: str, message: str) -> tuple[Channel, Post]:
        place = self._visible(person, room)
        try:
            return place.channel, self.workspace.post(place.channel, message)
        except ApiError:
            raise SurfaceError("This message is gone.") from None

    def _own(self, person: str, room: str, message: str) -> tuple[Channel, Post]:
        channel, post = self._post(person, room, message)
        if post.author != person:
            raise SurfaceError("On Slack people can change only their own messages.")
        return channel, post


def _handle(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.split()[0] if name.split() else "member")
    return re.sub(r"[^a-z0-9]", "", plain.encode("ascii", "ignore").decode().lower()) or "member"


def _is_command(text: str) -> bool:
    """True for "/" and a name; "//" and a lone slash are words like any other."""
    return text.startswith("/") and text[1:2].isalnum()
