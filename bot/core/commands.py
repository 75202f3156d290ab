"""Commands as data: one definition, from which every platform's menu, completion, help and checks are made."""

from enum import Enum, IntEnum, auto

from msgspec import Struct, field


class Role(IntEnum):
    """Who someone is to the desk; each may do what those below may."""

    CUSTOMER = 0
    VOLUNTEER = 10
    AGENT = 20
    EDITOR = 30
    """Decides what customers read of the knowledge."""
    ADMIN = 90


class Where(Enum):
    """Where a command is of use; it is answered everywhere."""

    ANYWHERE = auto()
    WHERE_ONE_ASKS = auto()
    """Not where the team works, which has nothing to ask there."""
    AMONG_OTHERS = auto()
    """Where one asks and others read along."""


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
    where: Where = Where.ANYWHERE
    at_desk: str = ""
    """What it does where the team works, if that is something else."""

    def is_of_use(self, *, at_desk: bool, is_direct: bool) -> bool:
        """Whether to name it where the team works, or else where a customer asks, alone or among others."""
        if self.where is Where.AMONG_OTHERS:
            return not at_desk and not is_direct
        return self.where is Where.ANYWHERE or not at_desk
