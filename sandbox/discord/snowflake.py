"""Discord's ids: 64-bit numbers that carry their moment of birth, strings on the wire."""

from datetime import UTC, datetime

from sandbox.world import Clock

DISCORD_EPOCH_MS = 1_420_070_400_000
_LOW_BITS = 22


def snowflake_at(moment: datetime, low: int = 0) -> str:
    """The id of something born at this moment; `low` tells apart what was born in the same millisecond."""
    milliseconds = int(moment.timestamp() * 1000) - DISCORD_EPOCH_MS
    return str((milliseconds << _LOW_BITS) + low)


def born_at(snowflake: str) -> datetime:
    return datetime.fromtimestamp(((int(snowflake) >> _LOW_BITS) + DISCORD_EPOCH_MS) / 1000, UTC)


def is_snowflake(value: object) -> bool:
    """Whether Discord would read this as an id: digits of up to 64 bits, or such an integer."""
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return 0 <= value < 1 << 64
    return isinstance(value, str) and value.isascii() and value.isdigit() and int(value) < 1 << 64


class Snowflakes:
    """Makes ids from the sandbox's clock, unique and increasing for as long as the server lives."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> str:
        self._last = max(int(snowflake_at(self._clock.now())), self._last + 1)
        return str(self._last)


def iso(moment: datetime) -> str:
    """A time as Discord writes it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
