"""Commands as data: one definition, from which every platform's menu, completion, help and checks are made."""

from enum import IntEnum

from msgspec import Struct, field


class Role(IntEnum):
    """Who someone is to the desk; each may do what those below may."""

    CUSTOMER = 0
    VOLUNTEER = 10
    AGENT = 20
    EDITOR = 30
    """Decides what customers read of the knowledge."""
    ADMIN = 90


class Argument(Struct, frozen=True):
    name: str
    """Lower case, a-z and _ only (Discord option names)."""
    description: str
    is_required: bool = False
    completes: str = ""
    """What is offered while typing: 'waiting_tickets', 'my_tickets', 'articles', or "" for nothing."""
    choices: tuple[str, ...] = ()


class Command(Struct, frozen=True):
    name: str
    description: str
    """At most 100 characters (Discord)."""
    role: Role
    arguments: tuple[Argument, ...] = field(default=())
    """The last one takes the rest of the line."""
    is_anywhere: bool = True
    """False: only in the staff space and in direct chats."""
