"""opsdroid with one skill, which passes what a customer says on to the staff chat.

Run by the Python that opsdroid is installed for: `python peer_opsdroid.py FOLDER API_URL PORT TOKEN STAFF`. Its
Telegram connector knows one address only, so that is the one thing that is replaced.
"""

import gettext
import sys
from pathlib import Path
from typing import Any

from opsdroid.core import OpsDroid

_SKILL = """
from opsdroid.events import Message
from opsdroid.matchers import match_regex
from opsdroid.skill import Skill

class Relay(Skill):
    @match_regex(r".*", matching_condition="match")
    async def relay(self, message):
        await self.opsdroid.send(Message(text=message.text, target="STAFF", connector=message.connector))
"""
_CONNECTOR = """
from opsdroid.connector import telegram

class LocalTelegram(telegram.ConnectorTelegram):
    def build_url(self, method):
        return f"API_URL/bot{self.token}/{method}"
"""


def main() -> None:
    folder, api_url, port, token, staff = sys.argv[1:]
    # What its own command line does before it makes one.
    gettext.install("opsdroid")
    skill = Path(folder) / "relay_skill"
    skill.mkdir(exist_ok=True)
    (skill / "__init__.py").write_text(_SKILL.replace("STAFF", staff))
    (Path(folder) / "local_telegram.py").write_text(_CONNECTOR.replace("API_URL", api_url))
    sys.path.insert(0, folder)
    settings: dict[str, Any] = {
        "logging": {"level": "error", "console": True},
        "web": {"host": "127.0.0.1", "port": int(port), "base-url": f"http://127.0.0.1:{port}"},
        "parsers": {"regex": {"enabled": True}},
        "connectors": {"telegram": {"token": token, "module": "local_telegram"}},
        "skills": {"relay": {"path": str(skill)}},
    }
    with OpsDroid(config=settings) as opsdroid:
        opsdroid.sync_load()
        opsdroid.run()


if __name__ == "__main__":
    main()
