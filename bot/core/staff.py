"""Who can help, with what."""

from msgspec import Struct

from bot.core.commands import Role
from bot.core.places import Identity


class Staff(Struct, frozen=True):
    id: int
    identity: Identity
    name: str
    role: Role
    areas: tuple[str, ...] = ()
    """What they say they know, in lower case."""
    is_volunteering: bool = False
    is_confirmed: bool = True
    """False for a volunteer from outside whom nobody on the team has let in yet."""
    alias: str = ""
    """What they call themselves before customers, where the installation wishes aliases."""
