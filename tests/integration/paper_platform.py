"""A platform on paper: `Surface` with a few people and rooms in memory, for the control API alone."""

from dataclasses import dataclass, field, replace

from sandbox.surface import (
    Button,
    Command,
    Field,
    Form,
    Home,
    Message,
    Person,
    Reaction,
    Room,
    SurfaceError,
    Upload,
)
from sandbox.world import World


@dataclass
class PaperPlatform:
    """Does what a person asks and writes it down; what a bot would answer is not its business."""

    world: World
    name: str
    members: dict[str, Person] = field(default_factory=dict)
    places: list[Room] = field(default_factory=list)
    said: list[Message] = field(default_factory=list)
    uploads: list[Upload] = field(default_factory=list)
    pressed: list[str] = field(default_factory=list)
    commanded: list[tuple[str, str]] = field(default_factory=list)
    drops: int = 0
    is_running: bool = False
    open_form: Form | None = None

    def __post_init__(self) -> None:
        self.members = {
            "P1": Person("P1", "Dana", "🙂", about="customer"),
            "B": Person("B", "Bot", is_bot=True),
        }
        self.places = [Room("D1", "Bot", "dm"), Room("C1", "help", "channel")]

    async def start(self, host: str, port: int) -> None:
        self.is_running = True

    async def stop(self) -> None:
        self.is_running = False

    def bot_settings(self) -> dict[str, str]:
        name = self.name.upper()
        return {
            f"{name}_TOKEN": "t",
            f"{name}_API_URL": f"http://127.0.0.1:1{len(self.name)}/api/",
            "STAFF_SPACE": f"{self.name}:S1",
            "SUPPORT_PLACES": f"{self.name}:C1",
        }

    def people(self) -> list[Person]:
        return list(self.members.values())

    def add_person(self, name: str, *, rooms: tuple[str, ...] = (), language: str = "en") -> Person:
        person = Person(f"P{len(self.members)}", name)
        self.members[person.id] = person
        return person

    def rooms(self, person: str) -> list[Room]:
        self._known(person)
        return self.places

    def messages(self, person: str, room: str) -> list[Message]:
        return [message for message in self.said if message.room == room]

    async def say(
        self, person: str, room: str, text: str, *, files: tuple[Upload, ...] = (), reply_to: str = ""
    ) -> str:
        author = self._known(person)
        self.uploads += files
        number = str(len(self.said) + 1)
        native = {"text": text, "content": text, "type": "message"}
        at = self.world.clock.now().timestamp()
        buttons = (Button("yes", "Yes"),)
        self.said.append(Message(number, room, author, text, at, native, reply_to, buttons=buttons))
        self.world.journal.add(self.name, "message", room, message=number)
        return number

    async def open_thread(self, person: str, room: str, title: str, text: str) -> str:
        self.places.append(Room(f"T{len(self.places)}", title, "thread", room))
        await self.say(person, self.places[-1].id, text)
        return self.places[-1].id

    async def reply_in_thread(self, person: str, room: str, message: str, text: str) -> str:
        return await self.say(person, f"{room}/{message}", text)

    async def edit(self, person: str, room: str, message: str, text: str) -> None:
        self._replace(message, text=text, is_edited=True)

    async def delete(self, person: str, room: str, message: str) -> None:
        self.said = [kept for kept in self.said if kept.id != message]

    async def react(self, person: str, room: str, message: str, emoji: str, *, is_on: bool = True) -> None:
        self._replace(message, reactions=(Reaction(emoji, (person,)),) if is_on else ())

    async def press(self, person: str, room: str, message: str, button: str) -> None:
        self.pressed.append(button)
        self.open_form = Form("F1", "Why?", (Field("why", "Why?", "text"),), "Send")

    def commands(self, person: str, room: str) -> list[Command]:
        return [Command("help", "What there is")]

    async def command(self, person: str, room: str, name: str, arguments: str = "") -> None:
        self.commanded.append((name, arguments))

    async def complete(
        self, person: str, room: str, name: str, option: str, typed: str
    ) -> list[tuple[str, str]]:
        return [("42", f"Ticket 42 {typed}")]

    def shortcuts(self, person: str) -> list[Command]:
        return [Command("note", "Add as note")]

    async def shortcut(self, person: str, room: str, message: str, name: str) -> None:
        self.commanded.append((name, message))

    def form(self, person: str) -> Form | None:
        return self.open_form

    async def submit(self, person: str, form: str, values: dict[str, str]) -> None:
        if self.open_form and values.get("why"):
            self.open_form = None
        elif self.open_form:
            (asked,) = self.open_form.fields
            self.open_form = replace(self.open_form, fields=(replace(asked, error="Say why."),))

    async def close_form(self, person: str, form: str) -> None:
        self.open_form = None

    async def open_home(self, person: str) -> Home | None:
        return Home({"blocks": []}, "home of P1") if self.name == "slack" else None

    async def join(self, person: str, room: str) -> None:
        self.places.append(Room(room, room, "channel"))

    async def leave(self, person: str, room: str) -> None:
        self.places = [place for place in self.places if place.id != room]

    async def block_bot(self, person: str, *, is_blocked: bool = True) -> None:
        self.members[person] = replace(self._known(person), about="blocked" if is_blocked else "")

    async def delete_room(self, room: str) -> None:
        self.places = [place for place in self.places if place.id != room]

    async def drop_connections(self) -> None:
        self.drops += 1

    async def settle(self, timeout_seconds: float = 5.0) -> None:
        return

    def _known(self, person: str) -> Person:
        if person not in self.members:
            raise SurfaceError(f"Nobody here is called {person}.")
        return self.members[person]

    def _replace(self, message: str, **changes: object) -> None:
        self.said = [replace(kept, **changes) if kept.id == message else kept for kept in self.said]
