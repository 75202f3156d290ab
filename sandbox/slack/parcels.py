"""What travels from Slack to the app, whichever way it travels."""

import uuid
from dataclasses import dataclass, field

from sandbox.slack.model import Json


class UnansweredError(Exception):
    """The app did not answer in time; `reason` is Slack's word for why, as in X-Slack-Retry-Reason."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_final = is_final
        """The app asked not to be tried again."""


class ConnectionLostError(UnansweredError):
    """The connection ended before the answer came."""

    def __init__(self) -> None:
        super().__init__("connection_failed")


@dataclass(slots=True)
class Parcel:
    kind: str
    """events_api, slash_commands or interactive."""
    payload: Json
    made_at: float
    """By the sandbox's clock."""
    attempt: int = 0
    """How often it was sent before."""
    reason: str = ""
    """Why the last attempt failed."""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def takes_answer(self) -> bool:
        return self.kind != "events_api"
