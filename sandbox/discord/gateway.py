"""The gateway: HELLO, IDENTIFY, READY, heartbeats, RESUME, and every event in its order."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import orjson
from aiohttp import WSMessage, WSMsgType, web

from sandbox.discord.community import Community
from sandbox.discord.gateway_socket import GatewaySocket
from sandbox.discord.model import Json
from sandbox.discord.news import Event, Intent
from sandbox.discord.session import Session
from sandbox.discord.wire import application_flags, guild_create_json, member_json, user_json

_KNOWN_INTENTS = (1 << 26) - 1
_RESUME_WINDOW = timedelta(minutes=3)
_MEMBERS_IN_A_CHUNK = 1000
_REPEATABLE = ("MESSAGE_",)


class _CloseError(Exception):
    """The server ends the socket with this close code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(eq=False, slots=True)
class Connection:
    """A socket and the session it carries, once it has identified or resumed."""

    socket: GatewaySocket
    session: Session | None = None
    sent_sequence: int = 0
    has_news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_flushed(self) -> bool:
        return self.session is None or self.sent_sequence >= self.session.sequence


class Gateway:
    """Holds the bot's sessions and sockets; `announce` is what News calls."""

    def __init__(self, community: Community, token: str) -> None:
        self.community = community
        self.heartbeat_seconds = 41.25
        self._token = token
        self._sessions: dict[str, Session] = {}
        self._connections: list[Connection] = []
        self._marks = itertools.count(1)
        self._moved = asyncio.Event()
        self.skips = 0
        """So many of the next messages are numbered and never sent."""
        self.dispatched = 0
        """How many events were handed to sessions so far."""
        self._handlers: dict[int, Callable[[Connection, Any], Awaitable[None]]] = {
            1: self._heartbeat,
            2: self._identify,
            3: self._ignore,
            4: self._ignore,
            6: self._resume,
            8: self._request_members,
        }

    @property
    def has_session(self) -> bool:
        """Whether anything would reach the bot, now or when it resumes."""
        self.forget_expired()
        return bool(self._sessions)

    @property
    def is_connected(self) -> bool:
        return any(connection.session for connection in self._connections)

    # What happens in the community

    def announce(self, event: Event) -> None:
        """Hand an event to every session that asked for such events; lost ones keep it for their RESUME."""
        self.forget_expired()
        times = 1
        if event.name.startswith(_REPEATABLE) and not event.is_by_bot and self._sessions:
            faults = self.community.world.faults["discord"]
            times += faults.take("duplicate_deliveries")
        is_skipped = bool(self.skips) and event.name == "MESSAGE_CREATE" and not event.is_by_bot
        self.skips -= is_skipped
        for session in self._sessions.values():
            if session.wants(event):
                if is_skipped:
                    session.skip()
                    continue
                self.dispatched += times
                for _ in range(times):
                    session.take(event, may_read=self.community.message_content_allowed)
        self._wake()

    def _wake(self) -> None:
        for connection in self._connections:
            connection.has_news.set()

    def forget_expired(self) -> None:
        """Give up sessions that were lost for longer than Discord keeps them."""
        now = self.community.now()
        for session in list(self._sessions.values()):
            if session.lost_at and now - session.lost_at > _RESUME_WINDOW:
                del self._sessions[session.id]
                self._moved.set()

    # What a tester can do to it

    def cut_all(self) -> None:
        for connection in list(self._connections):
            if connection.session:
                connection.session.lost_at = self.community.now()
            connection.socket.cut()

    async def invalidate_sessions(self, *, is_resumable: bool = False) -> None:
        """Tell every client that its session is invalid (op 9); unless resumable, what it missed is lost."""
        if not is_resumable:
            self._sessions.clear()
        for connection in list(self._connections):
            if connection.session:
                connection.session = connection.session if is_resumable else None
                await connection.socket.send(9, is_resumable)

    async def ask_to_reconnect(self) -> None:
        """Tell every client to reconnect and resume (op 7)."""
        for connection in list(self._connections):
            await connection.socket.send(7, None)

    async def flushed(self) -> None:
        """Return when every session's events were read by its client; a lost session is waited for."""
        while True:
            self._moved.clear()
            if await self._is_all_read():
                return
            await self._moved.wait()

    async def _is_all_read(self) -> bool:
        self.forget_expired()
        if any(session.lost_at for session in self._sessions.values()):
            return False
        connections = list(self._connections)
        if not all(connection.is_flushed for connection in connections):
            return False
        marks = [b"%d" % next(self._marks) for _ in connections]
        reads = [one.socket.has_read_everything(mark) for one, mark in zip(connections, marks, strict=True)]
        return all(await asyncio.gather(*reads)) and all(one.is_flushed for one in connections)

    async def close_all(self) -> None:
        for connection in list(self._connections):
            await connection.socket.close(1001, "Going away")

    # The socket itself

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if self.community.world.faults["discord"].is_down:
            return web.Response(status=503, text="no healthy upstream")
        ws = web.WebSocketResponse(autoping=False, timeout=1.0, max_msg_size=4096 * 4)
        await ws.prepare(request)
        connection = Connection(GatewaySocket(request, ws))
        self._connections.append(connection)
        writer = asyncio.create_task(self._write(connection))
        try:
            await self._converse(request, ws, connection)
        except _CloseError as closed:
            await connection.socket.close(closed.code, closed.reason)
        finally:
            writer.cancel()
            connection.socket.gone()
            self._connections.remove(connection)
            self._let_go(connection, ws.close_code)
            self._moved.set()
        return ws

    async def _converse(
        self, request: web.Request, ws: web.WebSocketResponse, connection: Connection
    ) -> None:
        if request.query.get("v", "10") not in ("9", "10"):
            raise _CloseError(4012, "Invalid API version.")
        if request.query.get("encoding", "json") != "json":
            raise _CloseError(4002, "Only the encoding json is spoken here.")
        await connection.socket.send(
            10, {"heartbeat_interval": int(self.heartbeat_seconds * 1000), "_trace": []}
        )
        while True:
            try:
                message = await ws.receive(timeout=self.heartbeat_seconds * 2)
            except TimeoutError:
                raise _CloseError(4009, "Session timed out.") from None
            if message.type is WSMsgType.PING:
                await connection.socket.pong(message.data)
            elif message.type is WSMsgType.PONG:
                connection.socket.heard_pong(bytes(message.data))
            elif message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                await self._hear(connection, message)
            else:
                return

    async def _hear(self, connection: Connection, message: WSMessage) -> None:
        if connection.socket.talks_too_much(asyncio.get_running_loop().time()):
            raise _CloseError(4008, "You are being rate limited.")
        try:
            payload = orjson.loads(message.data)
            op, data = payload["op"], payload.get("d")
        except (orjson.JSONDecodeError, TypeError, KeyError, AttributeError):
            raise _CloseError(4002, "Error while decoding payload.") from None
        handler = self._handlers.get(op)
        if handler is None:
            raise _CloseError(4001, "Unknown opcode.")
        if op not in (1, 2, 6) and connection.session is None:
            raise _CloseError(4003, "Not authenticated.")
        await handler(connection, data)

    def _let_go(self, connection: Connection, close_code: int | None) -> None:
        session = connection.session
        if session is None or session.id not in self._sessions:
            return
        # A client that says goodbye with 1000 or 1001 ends its session; any other loss can be resumed.
        if close_code in (1000, 1001):
            del self._sessions[session.id]
        else:
            session.lost_at = session.lost_at or self.community.now()
        self._note("lost", session)

    def _note(self, change: str, session: Session) -> None:
        self.community.world.journal.add("discord", "connected", "", change=change, session=session.id)

    async def _write(self, connection: Connection) -> None:
        while True:
            await connection.has_news.wait()
            connection.has_news.clear()
            session = connection.session
            if session is not None:
                while waiting := session.after(connection.sent_sequence):
                    for number, payload in waiting:
                        await connection.socket.send_raw(payload)
                        connection.sent_sequence = session.carried = number
                # Numbers without an event are nothing to send.
                connection.sent_sequence = session.sequence
            self._moved.set()

    # What a client can send

    async def _heartbeat(self, connection: Connection, data: Any) -> None:
        if connection.session and isinstance(data, int):
            connection.session.confirm(data)
        await connection.socket.send(11, None)

    async def _ignore(self, connection: Connection, data: Any) -> None:
        """Presence and voice state of the bot are taken and shown nowhere."""

    async def _identify(self, connection: Connection, data: Any) -> None:
        if connection.session is not None:
            raise _CloseError(4005, "Already authenticated.")
        self._check_token(data)
        intents = self._read_intents(data.get("intents"))
        session = Session(intents, _read_shard(data.get("shard")))
        self._sessions[session.id] = session
        connection.session = session
        self._greet(session)
        self._note("identified", session)
        self._wake()

    def _check_token(self, data: Any) -> None:
        token = data.get("token") if isinstance(data, dict) else None
        if not isinstance(token, str) or token.removeprefix("Bot ") != self._token:
            raise _CloseError(4004, "Authentication failed.")

    def _read_intents(self, value: object) -> Intent:
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _KNOWN_INTENTS:
            raise _CloseError(4013, "Invalid intent(s).")
        intents = Intent(value)
        refused = (
            (Intent.MESSAGE_CONTENT, self.community.message_content_allowed),
            (Intent.MEMBERS, self.community.members_allowed),
            (Intent.PRESENCES, self.community.presences_allowed),
        )
        if any(intents & privileged and not is_allowed for privileged, is_allowed in refused):
            raise _CloseError(4014, "Disallowed intent(s).")
        return intents

    def _greet(self, session: Session) -> None:
        community = self.community
        guild = community.guild
        bot = user_json(community.users[community.bot_id])
        ready: Json = {
            "v": 10,
            "user": bot | {"email": None, "verified": True, "mfa_enabled": False},
            "guilds": [{"id": guild.id, "unavailable": True}] if session.has_guild(guild.id) else [],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": community.base_url.replace("http", "ws", 1) + "/gateway/",
            "shard": list(session.shard),
            "application": {"id": community.application_id, "flags": application_flags(community)},
            "private_channels": [],
            "relationships": [],
            "presences": [],
            "user_settings": {},
            "guild_join_requests": [],
            "geo_ordered_rtc_regions": [],
            "_trace": [],
        }
        session.add("READY", ready)
        if not session.intents & Intent.GUILDS:
            return
        created = guild_create_json(community, with_members=bool(session.intents & Intent.PRESENCES))
        event = Event("GUILD_CREATE", created, Intent.GUILDS, guild.id)
        if session.wants(event):
            session.take(event, may_read=True)

    async def _resume(self, connection: Connection, data: Any) -> None:
        if connection.session is not None:
            raise _CloseError(4005, "Already authenticated.")
        self._check_token(data)
        self.forget_expired()
        session = self._sessions.get(str(data.get("session_id")))
        sequence = data.get("seq")
        if session is None or not isinstance(sequence, int) or not session.can_resume_from(sequence):
            await connection.socket.send(9, False)
            return
        for other in self._connections:
            if other.session is session:
                other.session = None
                other.socket.cut()
        session.lost_at = None
        connection.session, connection.sent_sequence = session, sequence
        session.add("RESUMED", {"_trace": []})
        self._note("resumed", session)
        self._wake()

    async def _request_members(self, connection: Connection, data: Any) -> None:
        session = connection.session
        if session is None or not isinstance(data, dict):
            raise _CloseError(4002, "Error while decoding payload.")
        query, wanted = data.get("query"), data.get("user_ids")
        if query == "" and data.get("limit") == 0 and not session.intents & Intent.MEMBERS:
            raise _CloseError(4014, "Disallowed intent(s).")
        everybody = self.community.members
        if wanted is not None:
            ids = [str(one) for one in (wanted if isinstance(wanted, list) else [wanted])]
            found = [everybody[one] for one in ids if one in everybody]
            missing = [one for one in ids if one not in everybody]
        else:
            names = {one: self.community.display_name(one).casefold() for one in everybody}
            found = [
                everybody[one] for one, name in names.items() if name.startswith(str(query or "").casefold())
            ]
            found = found[: data.get("limit") or None]
            missing = []
        members = [member_json(self.community, member) for member in found]
        chunks = [
            members[at : at + _MEMBERS_IN_A_CHUNK] for at in range(0, len(members), _MEMBERS_IN_A_CHUNK)
        ] or [[]]
        for index, chunk in enumerate(chunks):
            part: Json = {
                "guild_id": self.community.guild.id,
                "members": chunk,
                "chunk_index": index,
                "chunk_count": len(chunks),
                "not_found": missing,
            }
            part |= {"presences": []} if data.get("presences") else {}
            part |= {"nonce": data["nonce"]} if data.get("nonce") else {}
            session.add("GUILD_MEMBERS_CHUNK", part)
        connection.has_news.set()


def _read_shard(value: object) -> tuple[int, int]:
    """(number, count) of an IDENTIFY; without them the session is the only one."""
    match value:
        case None:
            return 0, 1
        case [int(number), int(count)] if 0 <= number < count:
            return number, count
    raise _CloseError(4010, "Invalid shard.")
