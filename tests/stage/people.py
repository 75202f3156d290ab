"""People on the stage: what they do, and what they see."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from bot.core.content import Button, FileKind, FileRef
from bot.core.events import (
    Author,
    ButtonPressed,
    CommandGiven,
    Event,
    FormSubmitted,
    Handle,
    HomeOpened,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    PinChanged,
    ReachabilityChanged,
    ReactionChanged,
    ShortcutUsed,
)
from bot.core.places import Identity, MessageAt, Place
from tests.stage.platform import next_number, words

if TYPE_CHECKING:
    from tests.stage.stage import Stage


class Person:
    """Somebody on a platform, and what they see."""

    def __init__(self, stage: "Stage", platform: str, name: str, **about: Any) -> None:
        self.stage, self.platform, self.name = stage, platform, name
        # Ids of platforms are letters and digits, whatever people call themselves.
        account = "".join(char for char in name if char.isalnum())
        self.identity = Identity(platform, "", f"U{account}")
        self.direct = Place(platform, "", f"DU{account}", is_direct=True)
        self.about = {"language": "en", **about}
        """What the platform tells of them: fields of `Author`."""

    @property
    def author(self) -> Author:
        return Author(self.identity, self.name, **self.about)

    # What they do

    async def does(self, event: Event) -> None:
        await self.stage.feed(self.platform, event)

    async def says(self, text: str, *, at: Place | None = None, **parts: Any) -> MessageAt:
        """Say something, in the direct chat unless another place is given."""
        message = self.new_message(at)
        await self.does(self.message(message, text, **parts))
        return message

    async def gives(
        self, command: str, arguments: str = "", *, at: Place | None = None, files: tuple[FileRef, ...] = ()
    ) -> None:
        await self.does(replace(self.command(command, arguments, at=at), files=files))

    async def presses(self, label: str, *, at: Place | None = None) -> None:
        """Press the newest button with this label in the direct chat, or in another place."""
        place = at or self.direct
        message, button = self.stage.button(self.platform, place, label)
        await self.presses_this(button, message)

    async def presses_this(self, button: Button, message: MessageAt | None = None) -> None:
        await self.does(self.press(button, message))

    async def forges(self, action: str, subject: str, *, at: Place | None = None) -> None:
        """Send the press of a button that nobody gave them."""
        event = self.press(Button("", action, subject), None)
        await self.does(replace(event, place=at or self.direct))

    async def submits(self, *, of: "Person | None" = None, **values: str) -> None:
        """Fill in the form that was opened last, or the one that somebody else was shown."""
        forms = self.stage.platform((of or self).platform).scenery.forms
        form = [one for one in forms if one.identity == (of or self).identity][-1].form
        await self.does(
            FormSubmitted(
                self._id("form"), self._now, self.direct, self.author, form.name, form.subject, values,
                self._handle(),
            )
        )  # fmt: skip

    async def edits(
        self,
        message: MessageAt,
        text: str,
        files: Sequence[FileRef] | None = None,
        *,
        is_passing: bool = False,
    ) -> None:
        now = None if files is None else tuple(files)
        edit = MessageEdited(
            self._id("edit"), self._now, message, self.author, text, now, is_passing=is_passing
        )
        await self.does(edit)

    async def deletes(self, message: MessageAt) -> None:
        await self.does(MessageDeleted(f"{self.platform}:delete:{message.id}", self._now, message))

    async def reacts(self, message: MessageAt, emoji: str, *, is_on: bool = True) -> None:
        await self.does(ReactionChanged(self._id("reaction"), self._now, message, self.author, emoji, is_on))

    async def pins(self, message: MessageAt, *, is_on: bool = True) -> None:
        await self.does(PinChanged(self._id("pin"), self._now, message, is_on, self.author))

    async def uses(
        self, shortcut: str, message: MessageAt, text: str, whose: "Person", *, can_answer_there: bool = True
    ) -> None:
        """Open the menu of somebody's message and choose from it."""
        await self.does(
            ShortcutUsed(
                self._id("shortcut"), self._now, message.place, self.author, shortcut, message, whose.author,
                text, handle=self._handle(), can_answer_there=can_answer_there,
            )
        )  # fmt: skip

    async def opens_home(self) -> None:
        await self.does(HomeOpened(self._id("home"), self._now, self.author))

    async def blocks(self, *, is_reported: bool = True) -> None:
        """Block the bot; not every platform reports it."""
        self.stage.platform(self.platform).scenery.blocked_by.add(self.direct.key)
        if is_reported:
            await self.does(ReachabilityChanged(self._id("reach"), self._now, self.author, False))

    async def lets_in_again(self) -> None:
        self.stage.platform(self.platform).scenery.blocked_by.discard(self.direct.key)
        await self.does(ReachabilityChanged(self._id("reach"), self._now, self.author, True))

    # The events behind it

    def new_message(self, at: Place | None = None) -> MessageAt:
        return MessageAt(at or self.direct, f"M{next_number()}")

    def message(self, at: MessageAt, text: str, **parts: Any) -> MessageReceived:
        event = MessageReceived(
            f"{self.platform}:message:{at.id}", self._now, at.place, at, self.author, text,
            is_to_bot=at.place.is_direct,
        )  # fmt: skip
        return replace(event, **parts)

    def command(self, name: str, arguments: str = "", *, at: Place | None = None) -> CommandGiven:
        place = at or self.direct
        return CommandGiven(
            self._id("command"), self._now, place, self.author, name, arguments, self._handle()
        )

    def press(self, button: Button, message: MessageAt | None) -> ButtonPressed:
        place = message.place if message else self.direct
        return ButtonPressed(
            self._id("press"), self._now, place, self.author, button.action, button.subject, self._handle(),
            message,
        )  # fmt: skip

    def file(self, name: str, kind: FileKind = FileKind.PICTURE) -> FileRef:
        return FileRef(self.platform, f"F{next_number()}", name, kind)

    # What they see

    @property
    def sees(self) -> list[str]:
        """The bot's messages in this person's direct chat, oldest first: title, text and small print."""
        return [words(one.content) for one in self.stage.platform(self.platform).in_place(self.direct)]

    @property
    def answers(self) -> list[str]:
        """What only this person was answered, oldest first."""
        answers = self.stage.platform(self.platform).scenery.answers
        return [words(one.content) for one in answers if one.identity == self.identity]

    @property
    def was_told(self) -> str:
        """The newest answer that only this person sees."""
        return self.answers[-1] if self.answers else ""

    @property
    def buttons(self) -> list[str]:
        """The labels under the newest message in the direct chat."""
        shown = self.stage.platform(self.platform).in_place(self.direct)
        return [button.label for button in shown[-1].content.buttons] if shown else []

    @property
    def home(self) -> list[str]:
        homes = [
            one for one in self.stage.platform(self.platform).scenery.homes if one.identity == self.identity
        ]
        return [words(one) for one in homes[-1].sections]

    def _id(self, kind: str) -> str:
        return f"{self.platform}:{kind}:{next_number()}"

    def _handle(self) -> Handle:
        return Handle(self.platform, str(next_number()))

    @property
    def _now(self) -> Any:
        return self.stage.clock.now()
