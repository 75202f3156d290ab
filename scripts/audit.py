"""Looks every locked dependency up among the known vulnerabilities. A finding fails the checks; no network does not."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parent.parent / "requirements-dev.lock"
PIP_AUDIT = Path(sys.executable).with_name("pip-audit")
ANSWER_WITHIN_SECONDS = 15
PROBE = "pip==19.1"
"""A release with old, well-known vulnerabilities: a service that knows none of them knows nothing at all."""


def main() -> int:
    """1 for a vulnerability or without the tool, 0 otherwise; says what was looked at, and when nothing could be."""
    if not PIP_AUDIT.exists():
        print("  pip-audit is missing: make check installs what the checks need")
        return 1
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as probe:
        probe.write(f"{PROBE}\n")
        probe.flush()
        if not any(one.get("vulns") for one in _asked(Path(probe.name), "--no-deps")):
            print("  skipped: no vulnerability service can be reached from here")
            return 0
    found = _asked(LOCK, "--require-hashes")
    if not found:
        print("  skipped: the vulnerability service does not answer any more")
        return 0
    vulnerable = [one for one in found if one.get("vulns")]
    for line in _told(vulnerable):
        print(line)
    for one in found:
        if "skip_reason" in one:
            print(f"  not audited: {one['skip_reason']}")
    print(f"  {sum('vulns' in one for one in found)} dependencies audited, {len(vulnerable)} vulnerable")
    return 1 if vulnerable else 0


def _asked(requirements: Path, how: str) -> list[dict[str, Any]]:
    """What the service says of each; nothing when it does not answer."""
    done = subprocess.run(  # noqa: S603 - our own tool on our own file
        [PIP_AUDIT, "-r", requirements, how, "--disable-pip", "--format", "json", "--progress-spinner",
         "off", "--timeout", str(ANSWER_WITHIN_SECONDS)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    try:
        answer: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return []
    return answer


def _told(vulnerable: list[dict[str, Any]]) -> Iterator[str]:
    for one in vulnerable:
        for problem in one["vulns"]:
            fixed = ", ".join(problem["fix_versions"]) or "no version yet"
            yield f"  ✗ {one['name']} {one['version']}: {problem['id']}; mended in {fixed}"


if __name__ == "__main__":
    sys.exit(main())
