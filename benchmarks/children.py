"""Bots as child processes, and what the kernel says they cost. Linux only: it reads /proc."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_LAUNCHER = ROOT / "benchmarks" / "as_installed.py"
_TICK_SECONDS = 1 / os.sysconf("SC_CLK_TCK")
_STOP_SECONDS = 15.0


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@cache
def only_for_development() -> tuple[str, ...]:
    """The packages that are installed here and in no installation. Some libraries load whatever they find."""
    locked = re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    installed = {*map(_spelled_alike, locked), "allhands"}
    return tuple(
        name
        for name, distributions in packages_distributions().items()
        if installed.isdisjoint(map(_spelled_alike, distributions))
    )


def _spelled_alike(distribution: str) -> str:
    """The name by the rules of package registries."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


class Child:
    """One bot; its output lies in `log`. With our own Python it runs as it would where it is installed."""

    def __init__(
        self,
        arguments: Sequence[str],
        settings: Mapping[str, str],
        log: Path,
        code: Path = ROOT,
        python: Path | str = sys.executable,
    ) -> None:
        self.log = log
        # Nothing of a real installation may reach a measured bot.
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        environment = kept | {"PYTHONPATH": str(code), "PYTHONHASHSEED": "0"} | dict(settings)
        if python == sys.executable:
            arguments = [str(_LAUNCHER), ",".join(only_for_development()), *arguments]
        self.started_at = time.perf_counter()
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [python, *arguments], cwd=code, env=environment, stdout=output, stderr=output
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def check(self) -> None:
        """Raises RuntimeError, with the end of its log, when it is not running any more."""
        if self._process.poll() is not None:
            raise RuntimeError(f"a bot ended by itself:\n{self.log.read_text()[-2000:]}")

    def cpu_seconds(self) -> float:
        """User and system time of all its threads so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * _TICK_SECONDS

    def memory_mb(self) -> float:
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0

    def open_files(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
