"""Discord's ids: numbers that grow with time and tell when they were made."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
_FIRST_BOTS = datetime(2016, 4, 1, tzinfo=UTC)


def made_at(snowflake: str) -> datetime:
    """When the thing with this id was made."""
    return _EPOCH + timedelta(milliseconds=int(snowflake) >> 22)


def is_timed(snowflake: str) -> bool:
    """Whether the id tells a time: Discord's own do, but a server that only speaks like it may simply count."""
    return made_at(snowflake) >= _FIRST_BOTS


def first_after(moment: datetime) -> str:
    """The smallest id of this moment: everything made later has a greater one."""
    return str(max(int((moment - _EPOCH) / timedelta(milliseconds=1)), 0) << 22)
