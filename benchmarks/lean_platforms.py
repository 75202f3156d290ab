"""Just enough of Slack, Telegram and Discord for a bot to work against: customers speak, replies are noticed.

Each customer has a direct chat. A platform tells its `on_said` the number in whatever the bot posts, and where.
"""

import asyncio
import hashlib
import hmac
import re
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from itertools import count
from typing import Any
from urllib.parse import parse_qs

import orjson

from benchmarks.lean_caller import LeanCaller
from benchmarks.lean_server import LeanServer, Request, Socket

CUSTOMERS = 32
_NUMBER = re.compile(rb"ping(\d+)pong")
TEAM, BOT, STAFF, AGENT = "T0000001", "U0000BOT", "C00STAFF", "U00AGENT"
Json = dict[str, Any]


def words(number: int) -> str:
    """What a customer says: an ordinary sentence that can be told from every other one."""
    return f"Hello, it still does not print (ping{number}pong), what else can I try?"


class Platform(ABC):
    """A local platform with one bot."""

    name: str

    def __init__(self) -> None:
        self.on_said: Callable[[int, str], None] = lambda _number, _place: None
        self.connected = asyncio.Event()
        """Set when the bot is there to hear."""
        self.threads = 0
        """How many places staff have been given by the bot, one per ticket."""
        self.calls = 0
        self.callers: list[LeanCaller] = []
        """What posts to the bot, where the platform does that."""
        self.server = LeanServer(self.answer, self.greet)

    async def start(self) -> None:
        await self.server.start()

    async def stop(self) -> None:
        for caller in self.callers:
            caller.close()
        await self.server.stop()

    @abstractmethod
    def environment(self) -> dict[str, str]:
        """The settings with which Allhands comes here."""

    def deliveries(self) -> str:
        """What became of what was posted to the bot, for a run that does not come to rest."""
        return "; ".join(map(str, self.callers)) or "nothing is posted to the bot"

    @abstractmethod
    def say(self, customer: int, text: str) -> None:
        """A customer says something to the bot."""

    @abstractmethod
    def answer(self, request: Request) -> None:
        """Answer a call of the bot."""

    def greet(self, socket: Socket) -> None:
        """The bot opened a WebSocket; a platform without one never gets here."""
        raise NotImplementedError(f"{self.name} has no sockets, but {socket.path} was opened")

    def heard(self, body: bytes, place: str) -> None:
        """The bot posted this."""
        if number := _NUMBER.search(body):
            self.on_said(int(number[1]), place)


class Slack(Platform):
    """Slack by HTTP events or, with `is_socket`, by Socket Mode."""

    secret = "0123456789abcdef0123456789abcdef"

    def __init__(self, *, is_socket: bool) -> None:
        super().__init__()
        self.name = "slack socket" if is_socket else "slack http"
        self._is_socket = is_socket
        self._socket: Socket | None = None
        self._stamps = count(1)
        self.on_acknowledged: Callable[[], None] = lambda: None
        """Called when the bot took an event, over either way."""

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}/api/"

    def environment(self) -> dict[str, str]:
        door = (
            {"SLACK_APP_TOKEN": "xapp-1-bench"} if self._is_socket else {"SLACK_SIGNING_SECRET": self.secret}
        )
        own = {
            "SLACK_BOT_TOKEN": "xoxb-bench",
            "SLACK_API_URL": self.api_url,
            "STAFF_SPACE": f"slack:{STAFF}",
        }
        return own | door

    def call_at(self, port: int) -> None:
        """Deliver events to this port."""
        self.callers = [LeanCaller(port)]
        self.callers[0].on_answer = self._acknowledged

    def _acknowledged(self, _message: bytes = b"") -> None:
        self.on_acknowledged()

    def say(self, customer: int, text: str) -> None:
        payload = self._payload(customer, text)
        if self._socket is not None:
            envelope = {"envelope_id": payload["event_id"], "type": "events_api", "payload": payload}
            self._socket.send(envelope | {"accepts_response_payload": False})
            return
        body, at = orjson.dumps(payload), int(time.time())
        digest = hmac.new(self.secret.encode(), b"v0:%d:%b" % (at, body), hashlib.sha256).hexdigest()
        signed = f"X-Slack-Request-Timestamp: {at}\r\nX-Slack-Signature: v0={digest}\r\n"
        self.callers[0].post("/slack/events", signed, body)

    def _payload(self, customer: int, text: str) -> Json:
        ts = self._stamp()
        spoken = [{"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}]
        event = {
            "type": "message", "channel": f"D{customer:07}", "user": f"U{customer:07}", "text": text, "ts": ts,
            "event_ts": ts, "team": TEAM, "channel_type": "im", "client_msg_id": ts,
            "blocks": [{"type": "rich_text", "block_id": "b", "elements": spoken}],
        }  # fmt: skip
        authorization = {"enterprise_id": None, "team_id": TEAM, "user_id": BOT, "is_bot": True}
        return {
            "token": "x", "team_id": TEAM, "api_app_id": "A0000001", "event": event, "type": "event_callback",
            "event_id": f"Ev{ts}", "event_time": int(float(ts)), "is_ext_shared_channel": False,
            "authorizations": [authorization | {"is_enterprise_install": False}],
        }  # fmt: skip

    def _stamp(self) -> str:
        return f"{int(time.time())}.{next(self._stamps) % 1_000_000:06}"

    def greet(self, socket: Socket) -> None:
        self._socket = socket
        socket.take = self._acknowledged
        socket.send({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0000001"}})
        self.connected.set()

    def answer(self, request: Request) -> None:
        self.calls += 1
        path, _, query = request.path.partition("?")
        method = path.rpartition("/")[2]
        if method == "chat.postMessage":
            self._posted(request)
        elif method == "auth.test":
            me = {"team": "Bench", "team_id": TEAM, "user": "bot", "user_id": BOT, "bot_id": "B0000001"}
            request.respond({"ok": True, "url": "https://bench.slack.com/", **me})
        else:
            request.respond({"ok": True, **self._known(method, query or request.body.decode())})

    def _posted(self, request: Request) -> None:
        ts, form = self._stamp(), orjson.loads(request.body) if request.body[:1] == b"{" else {}
        channel = form.get("channel") or parse_qs(request.body.decode())["channel"][0]
        if channel == STAFF and not form.get("thread_ts"):
            self.threads += 1
        message = {"type": "message", "user": BOT, "ts": ts, "text": form.get("text", ""), "team": TEAM}
        request.respond({"ok": True, "channel": channel, "ts": ts, "message": message})
        self.heard(request.body, form.get("thread_ts") or channel)

    def _known(self, method: str, arguments: str) -> Json:
        form = {name: values[0] for name, values in parse_qs(arguments).items()}
        match method:
            case "apps.connections.open":
                return {"url": f"ws://127.0.0.1:{self.server.port}/link"}
            case "users.info":
                person = form["user"]
                shown = {"display_name": f"Customer {person}", "real_name": person}
                return {"user": {"id": person, "name": person, "locale": "en-US", "profile": shown}}
            case "conversations.members":
                return {"members": [BOT, AGENT]}
            case "conversations.history" | "conversations.replies":
                return {"messages": [], "has_more": False}
            case "conversations.list":
                return {"channels": []}
        return {}


class Telegram(Platform):
    """Telegram by long polling."""

    name = "telegram polling"
    staff = -1000000000001

    def __init__(self) -> None:
        super().__init__()
        self._updates: deque[Json] = deque()
        self._poll: Request | None = None
        self._ids = count(1)

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    def environment(self) -> dict[str, str]:
        return {
            "TELEGRAM_TOKEN": "1:bench",
            "TELEGRAM_API_URL": self.api_url,
            "STAFF_SPACE": f"telegram:{self.staff}",
        }

    def say(self, customer: int, text: str) -> None:
        id_, person = next(self._ids), 1000 + customer
        named = {"id": person, "first_name": f"Customer {customer}"}
        message = {
            "message_id": id_, "date": int(time.time()), "text": text,
            "from": named | {"is_bot": False, "language_code": "en"}, "chat": named | {"type": "private"},
        }  # fmt: skip
        self._updates.append({"update_id": id_, "message": message})
        if self._poll is not None:
            poll, self._poll = self._poll, None
            self._hand_out(poll)

    def _hand_out(self, poll: Request) -> None:
        poll.respond({"ok": True, "result": list(self._updates)[:100]})

    def answer(self, request: Request) -> None:
        self.calls += 1
        method = request.path.rpartition("/")[2]
        if method == "getUpdates":
            self._polled(request)
        elif method == "sendMessage":
            chat = int(parse_qs(request.body.decode())["chat_id"][0])
            kind = "supergroup" if chat < 0 else "private"
            message = {"message_id": next(self._ids), "date": int(time.time()), "text": "said"}
            request.respond({"ok": True, "result": message | {"chat": {"id": chat, "type": kind}}})
            self.heard(request.body, str(chat))
        else:
            request.respond({"ok": True, "result": self._known(method)})

    def _polled(self, request: Request) -> None:
        form = parse_qs(request.body.decode())
        offset = int(form.get("offset", ["0"])[0])
        while self._updates and self._updates[0]["update_id"] < offset:
            self._updates.popleft()
        if self._updates or form.get("timeout", ["0"])[0] == "0":
            self._hand_out(request)
        else:
            self._poll = request
        self.connected.set()

    def _known(self, method: str) -> object:
        match method:
            case "getMe":
                return {"id": 1, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
            case "getMyCommands":
                return []
            case "createForumTopic":
                self.threads += 1
                return {"message_thread_id": next(self._ids), "name": "ticket", "icon_color": 0x6FB9F0}
        return True


class Discord(Platform):
    """Discord's gateway and REST API, one guild with a staff channel."""

    name = "discord"

    def __init__(self) -> None:
        super().__init__()
        self._socket: Socket | None = None
        self._sequence = count(1)
        self._increments = count(1)
        self._guild, self._staff, self._me = self._id(), self._id(), self._id()
        self._people = [self._id() for _ in range(CUSTOMERS)]
        self._chats = [self._id() for _ in range(CUSTOMERS)]

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}/api/v10"

    @property
    def gateway_url(self) -> str:
        return f"ws://127.0.0.1:{self.server.port}/"

    def environment(self) -> dict[str, str]:
        return {
            "DISCORD_TOKEN": "bench.discord.token",
            "DISCORD_API_URL": self.api_url,
            "DISCORD_GATEWAY_URL": self.gateway_url,
            "STAFF_SPACE": f"discord:{self._staff}",
        }

    def _id(self) -> str:
        """A snowflake of this moment."""
        milliseconds = int(time.time() * 1000) - 1_420_070_400_000
        return str((milliseconds << 22) + next(self._increments) % 4_194_304)

    def say(self, customer: int, text: str) -> None:
        person = {"id": self._people[customer], "username": f"customer{customer}", "discriminator": "0"}
        message = self._message(self._chats[customer], text, person | {"avatar": None})
        self._dispatch("MESSAGE_CREATE", message | {"channel_type": 1})

    def _message(self, channel: str, text: str, author: Json) -> Json:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S.000000+00:00", time.gmtime())
        return {
            "id": self._id(), "channel_id": channel, "author": author, "content": text, "timestamp": stamp,
            "edited_timestamp": None, "tts": False, "mention_everyone": False, "mentions": [],
            "mention_roles": [], "attachments": [], "embeds": [], "pinned": False, "type": 0, "flags": 0,
        }  # fmt: skip

    def _dispatch(self, kind: str, data: Json) -> None:
        assert self._socket is not None
        self._socket.send({"op": 0, "t": kind, "s": next(self._sequence), "d": data})

    def greet(self, socket: Socket) -> None:
        self._socket = socket
        socket.take = self._frame
        socket.send({"op": 10, "d": {"heartbeat_interval": 41_250}, "s": None, "t": None})

    def _frame(self, text: bytes) -> None:
        assert self._socket is not None
        frame = orjson.loads(text)
        if frame["op"] == 1:
            self._socket.send({"op": 11, "d": None, "s": None, "t": None})
        elif frame["op"] == 2:
            self._welcome()

    def _welcome(self) -> None:
        ready = {
            "v": 10, "user": self._bot(), "guilds": [{"id": self._guild, "unavailable": True}],
            "session_id": "bench", "resume_gateway_url": self.gateway_url, "private_channels": [],
            "application": {"id": self._me, "flags": 0},
        }  # fmt: skip
        self._dispatch("READY", ready)
        everyone = {"id": self._guild, "name": "@everyone", "permissions": "1071698660929", "position": 0}
        roles = [everyone | {"color": 0, "hoist": False, "managed": False, "mentionable": False}]
        guild = {
            "id": self._guild, "name": "Bench", "owner_id": self._people[0], "roles": roles, "emojis": [],
            "features": [], "channels": [self._channel(self._staff)], "threads": [], "members": [],
            "member_count": 2, "unavailable": False, "premium_tier": 0, "stickers": [], "voice_states": [],
            "presences": [], "verification_level": 0, "default_message_notifications": 0, "nsfw_level": 0,
            "explicit_content_filter": 0, "mfa_level": 0, "system_channel_flags": 0, "large": False,
            "preferred_locale": "en-US", "afk_timeout": 60, "stage_instances": [], "guild_scheduled_events": [],
        }  # fmt: skip
        self._dispatch("GUILD_CREATE", guild)
        self.connected.set()

    def _bot(self) -> Json:
        return {"id": self._me, "username": "bench", "discriminator": "0", "avatar": None, "bot": True}

    def _channel(self, id_: str) -> Json:
        named = {"id": id_, "type": 0, "name": "staff", "guild_id": self._guild, "position": 0}
        return named | {"permission_overwrites": [], "nsfw": False, "parent_id": None, "topic": None}

    def answer(self, request: Request) -> None:
        self.calls += 1
        path = request.path.partition("?")[0].removeprefix("/api/v10")
        parts = path.strip("/").split("/")
        match [request.method, *parts]:
            case ["POST", "channels", channel, "messages"]:
                limits = (
                    "X-RateLimit-Limit: 1000\r\nX-RateLimit-Remaining: 999\r\nX-RateLimit-Reset-After: 1\r\n"
                )
                bucket = f"{limits}X-RateLimit-Bucket: messages\r\n"
                request.respond(self._message(channel, "said", self._bot()), bucket)
                self.heard(request.body, channel)
            case _:
                request.respond(self._known(request.method, parts))

    def _known(self, method: str, parts: list[str]) -> object:
        match [method, *parts]:
            case ["GET", "users", "@me"]:
                return self._bot()
            case ["GET", "oauth2", "applications", "@me"]:
                shown = {"id": self._me, "name": "bench", "description": "", "icon": None, "verify_key": ""}
                owned = {
                    "owner": self._bot(),
                    "bot_public": True,
                    "bot_require_code_grant": False,
                    "flags": 0,
                }
                return shown | owned
            case ["POST", "channels", channel, "messages", message, "threads"]:
                self.threads += 1
                thread = {"id": message, "type": 11, "parent_id": channel, "name": "ticket"}
                return thread | {"guild_id": self._guild, "owner_id": self._me}
            case ["GET" | "PATCH", "channels", channel]:
                return self._channel(channel)
            case ["PATCH", "channels", channel, "messages", _]:
                return self._message(channel, "said", self._bot())
            case ["GET", "guilds", _, "members", person]:
                return {"user": {"id": person, "username": "x", "discriminator": "0"}, "roles": []}
        return []
