"""A call for help to everybody who volunteered."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class Sos(Struct, frozen=True):
    id: int
    reason: str
    started_at: datetime
    started_by: int | None = None
    """A staff id; None when the wait passed its limit."""
    ended_at: datetime | None = None


class CallState(StrEnum):
    ASKED = "asked"
    JOINED = "joined"
    DECLINED = "declined"
    UNREACHED = "unreached"


class Call(Struct, frozen=True):
    """One volunteer asked in one SOS."""

    sos_id: int
    staff_id: int
    state: CallState
