"""What a handler may raise, and how an error is spoken of.

NotYetError: the event speaks of something that has not arrived; tried again, dropped after the last try.
Anything else is a defect: tried again, then set aside where staff can see it.
"""

import errno


class NotYetError(Exception):
    """What the event is about is not known yet: an edit overtook its message, words a thread that is being opened."""


def kind_of(error: BaseException) -> str:
    """What kind of error it is, with its code; never its words, which may be people's or hold a secret."""
    code = getattr(error, "sqlite_errorname", None) or getattr(error, "sqlstate", None)
    if code is None and isinstance(error, OSError):
        code = errno.errorcode.get(error.errno or 0)
    return f"{type(error).__name__} {code}" if code else type(error).__name__
