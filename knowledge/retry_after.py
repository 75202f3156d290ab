"""How long a service wants to be left alone."""


def seconds_to_wait(text: str) -> float | None:
    """Return the seconds that a Retry-After header names; None for a date, or for what is no time at all."""
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if 0 < seconds < float("inf") else None
