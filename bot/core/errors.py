"""What a handler may raise.

NotYetError: the event speaks of something that has not arrived; tried again, dropped after the last try.
Anything else is a defect: tried again, then set aside where staff can see it.
"""


class NotYetError(Exception):
    """What the event is about is not known yet: an edit overtook its message."""
