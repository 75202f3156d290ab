"""What is installed is what was locked: everything by version and hash, and nothing that names an index."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
_ENTRY = re.compile(
    r"^(?P<requirement>[a-z0-9].*?)(?P<hashes>( \\\n    --hash=sha256:[0-9a-f]{64})+)$", re.MULTILINE
)


def locked(name: str) -> dict[str, Requirement]:
    text = (ROOT / name).read_text()
    found = [Requirement(one["requirement"]) for one in _ENTRY.finditer(text)]
    rest = _ENTRY.sub("", text)
    assert [line for line in rest.splitlines() if line and not line.startswith("#")] == []
    return {canonicalize_name(one.name): one for one in found}


@pytest.mark.parametrize(
    ("lock", "asked"),
    [
        ("requirements.lock", PROJECT["project"]["dependencies"]),
        (
            "requirements-dev.lock",
            PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["dev"],
        ),
    ],
)
def test_every_dependency_is_locked_in_a_version_that_the_project_takes(lock: str, asked: list[str]) -> None:
    known = locked(lock)
    for requirement in map(Requirement, [*asked, *PROJECT["build-system"]["requires"]]):
        one = known[canonicalize_name(requirement.name)]
        (version,) = (specifier.version for specifier in one.specifier)
        assert requirement.specifier.contains(version), f"{requirement} is locked as {version}: make lock"


def test_tests_run_on_what_runs_in_operation() -> None:
    run, dev = locked("requirements.lock"), locked("requirements-dev.lock")
    # On more platforms, it may be, but in the same version.
    assert {name: one.specifier for name, one in run.items()}.items() <= {
        name: one.specifier for name, one in dev.items()
    }.items()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_no_lock_names_an_index_or_a_path(lock: str) -> None:
    assert not re.search(r"://|--index|--find-links|file:|@ ", (ROOT / lock).read_text())
