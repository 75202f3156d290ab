"""Every row of the matrix, in the order of the table."""

from tests.faults import database_faults, kills, machine_faults, platform_faults
from tests.faults.fault import Fault

FAULTS: tuple[Fault, ...] = (
    *kills.rows(),
    *platform_faults.rows(),
    *database_faults.rows(),
    *machine_faults.rows(),
)
