"""The lean Slack with an agent who gives commands and writes in threads, and with several doors to the same app."""

import hashlib
import hmac
import time
from collections.abc import Callable
from itertools import count
from urllib.parse import urlencode

import orjson

from benchmarks.lean_caller import LeanCaller
from benchmarks.lean_platforms import AGENT, STAFF, TEAM, Slack

_FORM = "application/x-www-form-urlencoded"


class StaffedSlack(Slack):
    """By HTTP; deliveries go to each of the app's ports in turn."""

    def __init__(self) -> None:
        super().__init__(is_socket=False)
        self._triggers = count(1)
        self._turns = count()

    def call_at(self, *ports: int) -> None:
        for caller in self.callers:
            caller.close()
        self.callers = [LeanCaller(port) for port in ports]

    @property
    def given_up(self) -> int:
        """Deliveries that nobody took, however often they were tried."""
        return sum(caller.given_up for caller in self.callers)

    def say(self, customer: int, text: str, acknowledged: Callable[[], None] = lambda: None) -> None:
        self._post(orjson.dumps(self._payload(customer, text)), "application/json", acknowledged)

    def say_in_thread(self, thread: str, text: str) -> None:
        """The agent writes below a card."""
        payload = self._payload(0, text)
        payload["event"] |= {"channel": STAFF, "user": AGENT, "thread_ts": thread, "channel_type": "channel"}
        self._post(orjson.dumps(payload), "application/json")

    def command(self, name: str, text: str = "") -> None:
        """The agent types a slash command in the staff channel."""
        trigger = f"{next(self._triggers)}.bench"
        form = {
            "token": "x", "team_id": TEAM, "team_domain": "bench", "channel_id": STAFF, "channel_name": "staff",
            "user_id": AGENT, "user_name": "agent", "command": f"/{name}", "text": text,
            "api_app_id": "A0000001", "trigger_id": trigger,
            "response_url": f"http://127.0.0.1:{self.server.port}/api/respond",
        }  # fmt: skip
        self._post(urlencode(form).encode(), _FORM)

    def _post(self, body: bytes, kind: str, answered: Callable[[], None] = lambda: None) -> None:
        at = int(time.time())
        digest = hmac.new(self.secret.encode(), b"v0:%d:%b" % (at, body), hashlib.sha256).hexdigest()
        signed = f"X-Slack-Request-Timestamp: {at}\r\nX-Slack-Signature: v0={digest}\r\n"
        caller = self.callers[next(self._turns) % len(self.callers)]
        caller.post("/slack/events", signed, body, kind=kind, answered=answered)
