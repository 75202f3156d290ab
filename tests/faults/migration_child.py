"""Bring a database up to date, and die before a statement of the migration."""

import os
import signal
import sys
from typing import Any

from sqlalchemy import Engine, event

from bot.settings import load
from storage import make_engine
from storage.migrate import migrate


def main(last: int) -> None:
    count = 0

    @event.listens_for(Engine, "before_cursor_execute")
    def _count(*_: Any) -> None:
        nonlocal count
        count += 1
        if count == last:
            os.kill(os.getpid(), signal.SIGKILL)

    migrate(make_engine(load().database_url))


if __name__ == "__main__":
    main(int(sys.argv[1]))
