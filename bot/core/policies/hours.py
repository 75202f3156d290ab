"""When a person may be written to unasked."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

UTC = "UTC"


def after_quiet_hours(moment: datetime, quiet_hours: tuple[int, int], time_zone: str) -> datetime:
    """The moment itself, or the end of the quiet hours it falls into, on the person's own clock.

    An unknown time zone counts as UTC; equal hours mean that there is no quiet time.
    """
    first, last = quiet_hours
    if first == last:
        return moment
    local = moment.astimezone(_zone(time_zone))
    is_quiet = first <= local.hour < last if first < last else local.hour >= first or local.hour < last
    if not is_quiet:
        return moment
    end = local.replace(hour=last, minute=0, second=0, microsecond=0)
    if end <= local:
        end += timedelta(days=1)
    return end.astimezone(moment.tzinfo)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or UTC)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(UTC)
