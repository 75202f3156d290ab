"""What each call of the control API takes. The field descriptions are the documentation that GET /control gives."""

from typing import Annotated, Any, Literal

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field

PersonId = Annotated[str, Field(min_length=1, description="who does it, by id")]
RoomId = Annotated[str, Field(min_length=1, description="where, by the room's id")]
MessageId = Annotated[str, Field(min_length=1, description="the message's id")]
CommandName = Annotated[str, Field(min_length=1, description="the command's name, without the slash")]
WaitSeconds = Annotated[float, Field(ge=0, le=60, description="how long to wait for something new")]


class Request(BaseModel):
    """The arguments of one call: JSON in the body of a POST or PUT, the query of a GET."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(Request):
    pass


class AsPerson(Request):
    person: PersonId


class InRoom(AsPerson):
    room: RoomId


class OnMessage(InRoom):
    message: MessageId


class NewPerson(Request):
    name: Annotated[str, Field(min_length=1, max_length=80, description="the person's name")]
    rooms: Annotated[tuple[str, ...], Field(description="rooms they are in besides the public ones")] = ()
    language: Annotated[
        str, Field(pattern="^[a-z]{2}$", description="the language of their app, of two letters")
    ] = "en"


class ReadRoom(InRoom):
    last: Annotated[int, Field(ge=0, description="only so many of the latest; 0 for all")] = 0
    markup: Annotated[bool, Field(description="also give every text as a tree, ready to be drawn")] = False


class FileIn(Request):
    name: Annotated[str, Field(min_length=1, max_length=255, description="the file's name")]
    mime: Annotated[str, Field(description="its MIME type")] = "application/octet-stream"
    content: Annotated[Base64Bytes, Field(description="its bytes in base64")]
    kind: Annotated[
        str, Field(description="voice, sticker, video_note, document or spoiler, to be sent as that")
    ] = ""
    seconds: Annotated[float, Field(ge=0, description="how long it lasts")] = 0.0


class Say(InRoom):
    text: Annotated[str, Field(description="in the platform's own markup")] = ""
    reply_to: Annotated[str, Field(description="the message this answers")] = ""
    files: Annotated[tuple[FileIn, ...], Field(description="files to attach")] = ()


class Send(InRoom):
    content: Annotated[dict[str, Any], Field(description="what is said, as the platform names it")]


class ChangeFiles(OnMessage):
    add: Annotated[tuple[FileIn, ...], Field(description="files to add")] = ()
    remove: Annotated[tuple[str, ...], Field(description="ids of files to take away")] = ()


class OpenThread(InRoom):
    title: Annotated[str, Field(description="the title of the post or topic")]
    text: Annotated[str, Field(description="what it begins with")]


class WithText(OnMessage):
    text: Annotated[str, Field(description="the new text")]


class React(OnMessage):
    emoji: Annotated[str, Field(min_length=1, description="a name on Slack, the character elsewhere")]
    is_on: Annotated[bool, Field(description="false takes the reaction away")] = True


class Pin(OnMessage):
    is_on: Annotated[bool, Field(description="false takes it off")] = True


class Press(OnMessage):
    button: Annotated[str, Field(min_length=1, description="the button's id")]


class GiveCommand(InRoom):
    name: CommandName
    arguments: Annotated[str, Field(description="what stands after the name")] = ""


class Complete(InRoom):
    name: CommandName
    option: Annotated[str, Field(min_length=1, description="the option's name")]
    typed: Annotated[str, Field(description="what was typed so far")] = ""


class UseShortcut(OnMessage):
    name: Annotated[str, Field(min_length=1, description="the shortcut's name")]


class Submit(AsPerson):
    form: Annotated[str, Field(min_length=1, description="the form's id")]
    values: Annotated[dict[str, str], Field(description="the fields' values by id")] = {}


class CloseForm(AsPerson):
    form: Annotated[str, Field(min_length=1, description="the form's id")]


class Invite(InRoom):
    invited: Annotated[str, Field(min_length=1, description="who is let in or sent out, by id")]


class CloseTopic(InRoom):
    is_closed: Annotated[bool, Field(description="false opens it again")] = True


class BotStatus(InRoom):
    status: Annotated[
        Literal["administrator", "member", "kicked"], Field(description="what the bot is from now on")
    ]


class Block(AsPerson):
    is_blocked: Annotated[bool, Field(description="false lets the bot in again")] = True


class DeleteRoom(Request):
    room: RoomId


class Settle(Request):
    timeout_seconds: Annotated[float, Field(gt=0, le=60, description="how long to wait at most")] = 5.0


class FaultChange(Request):
    """Only what is given changes."""

    is_down: Annotated[bool | None, Field(description="refuse everything and cut every socket")] = None
    slow_seconds: Annotated[float | None, Field(ge=0, le=120, description="wait before every answer")] = None
    rate_limited_calls: Annotated[
        int | None, Field(ge=0, le=100_000, description="so many posts get the platform's rate limit")
    ] = None
    retry_after_seconds: Annotated[
        float | None, Field(gt=0, le=3_600, description="what the rate limit says about coming back")
    ] = None
    edge_limits: Annotated[
        int | None, Field(ge=0, le=100_000, description="so many posts get a 429 without a waiting time")
    ] = None
    lost_replies: Annotated[
        int | None, Field(ge=0, le=100_000, description="so many posts are accepted, then the line is cut")
    ] = None
    duplicate_deliveries: Annotated[
        int | None, Field(ge=0, le=100_000, description="so many events are delivered twice")
    ] = None
    server_errors: Annotated[
        int | None, Field(ge=0, le=100_000, description="so many posts are answered with 500 and not done")
    ] = None


class ReadJournal(Request):
    after: Annotated[int, Field(ge=0, description="the number of the last entry you know")] = 0
    wait: WaitSeconds = 0.0
    platform: Annotated[str, Field(description="only this platform's entries")] = ""
    kinds: Annotated[str, Field(description="only these kinds, separated by commas")] = ""


class ReadClock(Request):
    known: Annotated[float | None, Field(description="the offset you know, to wait until it differs")] = None
    wait: WaitSeconds = 0.0


class Advance(Request):
    seconds: Annotated[float, Field(gt=0, le=366 * 86_400, description="how far forward")]


class ReadLog(Request):
    after: Annotated[int, Field(ge=0, description="the number of the last line you know")] = 0
    wait: WaitSeconds = 0.0


class Reset(Request):
    staff_platform: Annotated[
        str, Field(description="where the staff space is from now on; empty keeps it")
    ] = ""
