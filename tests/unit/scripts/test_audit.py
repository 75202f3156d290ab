"""The audit of the locked dependencies: it fails for what is found, and says so when nothing could be looked up."""

import json
from pathlib import Path

import pytest

from scripts import audit

OLD = {"name": "pip", "version": "19.1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["21.1"]}]}
SOUND = {"name": "aiohttp", "version": "3.14.5", "vulns": []}
BAD = {"name": "yarl", "version": "1.0", "vulns": [{"id": "PYSEC-2", "fix_versions": []}]}
UNKNOWN = {"name": "pip", "skip_reason": "Dependency not found"}


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose files are what the auditor says, of the probe and of the lock."""
    tool = tmp_path / "pip-audit"
    tool.write_text(
        f'#!/bin/sh\nname=probe\ncase "$*" in *--require-hashes*) name=lock;; esac\ncat {tmp_path}/$name\n'
    )
    tool.chmod(0o755)
    monkeypatch.setattr(audit, "PIP_AUDIT", tool)
    return tmp_path


def says(folder: Path, name: str, *dependencies: object) -> None:
    (folder / name).write_text(json.dumps({"dependencies": dependencies}))


def test_a_vulnerable_dependency_fails_the_checks(service: Path, capsys: pytest.CaptureFixture[str]) -> None:
    says(service, "probe", OLD)
    says(service, "lock", SOUND, BAD)
    assert audit.main() == 1
    assert "yarl 1.0: PYSEC-2" in capsys.readouterr().out


def test_sound_dependencies_pass_and_are_counted(service: Path, capsys: pytest.CaptureFixture[str]) -> None:
    says(service, "probe", OLD)
    says(service, "lock", SOUND)
    assert audit.main() == 0
    assert "1 dependencies audited, 0 vulnerable" in capsys.readouterr().out


@pytest.mark.parametrize("probe", [[UNKNOWN], [{**OLD, "vulns": []}], None])
def test_a_service_that_knows_nothing_is_told_from_dependencies_without_faults(
    service: Path, capsys: pytest.CaptureFixture[str], probe: list[object] | None
) -> None:
    if probe is not None:
        says(service, "probe", *probe)
    says(service, "lock", SOUND)
    assert audit.main() == 0
    assert capsys.readouterr().out.strip() == "skipped: no vulnerability service can be reached from here"


def test_what_could_not_be_audited_is_named(service: Path, capsys: pytest.CaptureFixture[str]) -> None:
    says(service, "probe", OLD)
    says(service, "lock", SOUND, UNKNOWN)
    assert audit.main() == 0
    assert "not audited: Dependency not found" in capsys.readouterr().out
