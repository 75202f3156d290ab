"""Telegram as its people use it."""

from dataclasses import replace
from typing import Any

from sandbox.surface import Command, Message, Person, Room, SurfaceError, Upload
from sandbox.telegram import history, people
from sandbox.telegram.absent import WithoutForms
from sandbox.telegram.account import offered_commands
from sandbox.telegram.model import GENERAL_TOPIC, USUAL_RIGHTS, Entity, FormattedText, Member, User
from sandbox.telegram.people import Place, find_message, find_place, find_user
from sandbox.telegram.rooms import number_of, room_id, room_of
from sandbox.telegram.showing import messages_in, person_of, rooms_of
from sandbox.telegram.special import special_content
from sandbox.telegram.state import PendingQuery, TelegramState
from sandbox.telegram.views import message_json, user_json
from sandbox.telegram.writing import Writing, edit, forward, move, replace_file, say, send, stop_moving

FIRST_NEW_USER = 520000000


class TelegramSurface(WithoutForms):
    """The people's side. Beyond `Surface` it has what only Telegram offers, as methods of their own."""

    name = "telegram"

    def __init__(self, state: TelegramState) -> None:
        self.state = state

    def people(self) -> list[Person]:
        return [person_of(user) for user in self.state.users.values() if not user.is_bot]

    @property
    def bot(self) -> Person:
        return person_of(self.state.bot)

    @property
    def bot_mention(self) -> str:
        """What a person types to mention the bot."""
        return f"@{self.state.bot.username}"

    def add_person(self, name: str, *, rooms: tuple[str, ...] = (), language: str = "en") -> Person:
        first, _, last = name.strip().partition(" ")
        if not first:
            raise SurfaceError("A person needs a name.")
        user = User(
            FIRST_NEW_USER + self.state.new_number(), first, last.strip(), language_code=language, avatar="🙂"
        )
        self.state.add_user(user)
        invited = {room.partition(":")[0] for room in rooms}
        for chat in list(self.state.chats.values()):
            if chat.type != "private" and (chat.is_public or str(chat.id) in invited):
                chat.members[user.id] = Member(user.id, "member")
        self.state.world.journal.add("telegram", "room", person=str(user.id))
        return person_of(user)

    def rooms(self, person: str) -> list[Room]:
        return rooms_of(self.state, find_user(self.state, person))

    def messages(self, person: str, room: str) -> list[Message]:
        place = find_place(self.state, person, room)
        return messages_in(self.state, place.chat, place.topic_id)

    async def say(
        self,
        person: str,
        room: str,
        text: str,
        *,
        files: tuple[Upload, ...] = (),
        reply_to: str = "",
        quote: str = "",
        entities: tuple[Entity, ...] = (),
    ) -> str:
        """As in `Surface`; also a quoted part of what is replied to, and formatting from the app's menu."""
        formatted = FormattedText(text, entities) if entities else None
        sent = say(self.state, self._place(person, room), Writing(text, files, reply_to, quote, formatted))
        return str(sent[0].id)

    async def send(self, person: str, room: str, content: dict[str, Any]) -> str:
        """A location, venue, contact, poll, dice, game, checklist, story, gift and the like, or a forwarded message."""
        place = self._place(person, room)
        if (source := content.get("forward")) is not None:
            found = find_message(self._place(person, str(source["room"])), str(source["message"]))
            return str(forward(self.state, place, found).id)
        return str(send(self.state, place, special_content(content)).id)

    async def change_files(
        self,
        person: str,
        room: str,
        message: str,
        *,
        add: tuple[Upload, ...] = (),
        remove: tuple[str, ...] = (),
    ) -> None:
        """In Telegram one file takes the place of another."""
        if len(add) != 1 or len(remove) > 1:
            raise SurfaceError("In Telegram one file takes the place of another.")
        replace_file(self.state, self._place(person, room), message, add[0])

    async def open_thread(self, person: str, room: str, title: str, text: str) -> str:
        place = self._place(person, room)
        topic = people.open_topic(self.state, place, title)
        if text:
            say(self.state, replace(place, topic_id=topic.id), Writing(text))
        return room_id(place.chat, topic.id)

    async def reply_in_thread(self, person: str, room: str, message: str, text: str) -> str:
        """Telegram has no threads under messages: this is a reply in the same place."""
        return await self.say(person, room, text, reply_to=message)

    async def edit(self, person: str, room: str, message: str, text: str) -> None:
        edit(self.state, self._place(person, room), message, text)

    async def move(self, person: str, room: str, message: str, latitude: float, longitude: float) -> None:
        """A live location that the app shares moves."""
        move(self.state, self._place(person, room), message, latitude, longitude)

    async def stop_moving(self, person: str, room: str, message: str) -> None:
        """The app stops sharing a live location."""
        stop_moving(self.state, self._place(person, room), message)

    async def delete(self, person: str, room: str, message: str) -> None:
        people.delete(self.state, self._place(person, room), message)

    async def react(self, person: str, room: str, message: str, emoji: str, *, is_on: bool = True) -> None:
        people.react(self.state, self._place(person, room), message, emoji, is_on=is_on)

    async def pin(self, person: str, room: str, message: str, *, is_on: bool = True) -> None:
        people.pin(self.state, self._place(person, room), message, is_on=is_on)

    async def press(self, person: str, room: str, message: str, button: str) -> None:
        """Press an inline button by its data, address or label, or a key of a reply keyboard by its label."""
        place = self._place(person, room)
        found = find_message(place, message)
        markup = found.markup or {}
        for pressed in (inline for row in markup.get("inline_keyboard", []) for inline in row):
            if button in {pressed.get("callback_data"), pressed.get("url"), pressed["text"]}:
                self._press_inline(place, found.id, pressed)
                return
        if any(key["text"] == button for row in markup.get("keyboard", []) for key in row):
            await self.say(person, room, button)
            return
        raise SurfaceError(f"There is no button {button} under message {message}.")

    def _press_inline(self, place: Place, message_id: int, pressed: dict[str, Any]) -> None:
        message = place.chat.messages[message_id]
        room = room_of(self.state, message)
        data = pressed.get("callback_data")
        if data is None:
            copied = pressed.get("copy_text") or {}
            self.state.world.journal.add(
                "telegram",
                "answer",
                room,
                person=str(place.user.id),
                message=str(message_id),
                text=str(copied.get("text", "")),
                is_alert=False,
                url=str(pressed.get("url") or ""),
            )
            return
        is_heard = place.chat.type == "private" or self.state.bot_member(place.chat).is_in
        if not is_heard or place.chat.id in self.state.blocked:
            raise SurfaceError(f"{self.state.bot.name} does not answer here any more.")
        pressed_at = self.state.world.clock.now().timestamp()
        query_id = str(place.user.id * 2**32 + self.state.new_number())
        self.state.queries[query_id] = PendingQuery(place.user.id, room, message_id, pressed_at)
        body = {
            "id": query_id,
            "from": user_json(place.user),
            "message": message_json(self.state, message),
            "chat_instance": self.state.chat_instance(place.chat),
            "data": data,
        }
        self.state.updates.add("callback_query", body, place.chat.id)

    def commands(self, person: str, room: str) -> list[Command]:
        place = find_place(self.state, person, room)
        offered = offered_commands(self.state, place.user, place.chat)
        return [Command(command["command"], command["description"]) for command in offered]

    async def command(self, person: str, room: str, name: str, arguments: str = "") -> None:
        """Send "/name arguments"; a name may carry the bot's, as in "help@allhands_bot"."""
        text = f"/{name.removeprefix('/')} {arguments}".strip()
        # A command's arguments are sent as they are typed: "**" in them is no bold text.
        place = self._place(person, room)
        say(self.state, place, Writing(formatted=FormattedText(text)))

    async def join(self, person: str, room: str) -> None:
        user = find_user(self.state, person)
        chat = self.state.find_chat(room.partition(":")[0])
        if chat is None or chat.type == "private":
            raise SurfaceError(f"There is no group {room}.")
        people.join(self.state, user, chat)

    async def leave(self, person: str, room: str) -> None:
        place = self._place(person, room)
        people.leave(self.state, place.user, place.chat)

    async def block_bot(self, person: str, *, is_blocked: bool = True) -> None:
        user = find_user(self.state, person)
        if is_blocked == (user.id in self.state.blocked):
            return
        if is_blocked:
            self.state.blocked.add(user.id)
        else:
            self.state.blocked.discard(user.id)
        history.tell_blocked(self.state, user.id, is_blocked=is_blocked)

    async def delete_room(self, room: str) -> None:
        chat_id, _, topic_id = room.partition(":")
        chat = self.state.find_chat(chat_id)
        topic = chat.topics.get(number_of(topic_id)) if chat else None
        if chat is None or topic is None or topic.id == GENERAL_TOPIC:
            raise SurfaceError(f"{room} is no topic that can be deleted.")
        history.delete_topic(self.state, chat, topic)

    async def close_topic(self, person: str, room: str, *, is_closed: bool = True) -> None:
        """Close or reopen a topic as this person."""
        people.toggle_topic(self.state, self._place(person, room), is_closed=is_closed)

    async def set_bot_status(self, person: str, room: str, status: str) -> None:
        """Make the bot an "administrator", a "member", or "kicked" in a group, as this administrator."""
        place = self._place(person, room)
        people.check_may_manage(place)
        bot = self.state.bot
        was_in = self.state.bot_member(place.chat).is_in
        rights = USUAL_RIGHTS if status == "administrator" else frozenset[str]()
        if status not in {"administrator", "member", "kicked"} or place.chat.type == "private":
            raise SurfaceError("In a group the bot can be administrator, member or kicked.")
        if status == "kicked" and was_in:
            gone = {"left_chat_member": user_json(bot)}
            history.post(self.state, place.chat, place.user.id, history.Draft(content=gone, is_service=True))
        history.set_member(self.state, place.chat, Member(bot.id, status, rights), place.user.id)
        if status != "kicked" and not was_in:
            came = {"new_chat_members": [user_json(bot)]}
            history.post(self.state, place.chat, place.user.id, history.Draft(content=came, is_service=True))

    def _place(self, person: str, room: str) -> Place:
        return find_place(self.state, person, room)
