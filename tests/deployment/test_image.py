"""What goes into the image: of the project everything that it needs, and nothing else."""

import fnmatch
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

PROJECT = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))
ROOMS = tuple(name.rstrip("*") for name in PROJECT["tool"]["setuptools"]["packages"]["find"]["include"])
TEXTS = ("pyproject.toml", "README.md", "LICENSE")


def _files(folder: Path) -> set[str]:
    """Of every room, relative to the folder."""
    return {
        path.relative_to(folder).as_posix()
        for room in ROOMS
        for path in (folder / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in the wheel that is built of the project."""
    # Of a copy: building leaves things behind, and takes up what earlier builds left.
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("built")
    for room in ROOMS:
        shutil.copytree(room, source / room, ignore=shutil.ignore_patterns("__pycache__"))
    for text in TEXTS:
        shutil.copy(text, source)
    ask = "from setuptools.build_meta import build_wheel as build; import sys; build(sys.argv[1])"
    # The project itself is on no path: nothing is taken from where the tests run.
    apart = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    made = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ask, str(built)],
        cwd=source, env=apart, capture_output=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr.decode()
    (file,) = built.glob("*.whl")
    with zipfile.ZipFile(file) as archive:
        return set(archive.namelist())


def test_every_file_of_the_project_is_in_the_wheel(wheel: set[str]) -> None:
    wanted = _files(Path())
    assert {Path(one).suffix for one in wanted} >= {
        ".py",
        ".po",
        ".npz",
        ".gz",
        ".md",
        ".html",
        ".css",
        ".js",
    }
    assert sorted(wanted - wheel) == []


def test_nothing_else_is_in_the_wheel(wheel: set[str]) -> None:
    others = {one for one in wheel if ".dist-info/" not in one}
    assert sorted(others - _files(Path())) == []


def test_the_image_is_built_of_what_the_wheel_needs_and_nothing_else() -> None:
    """A new room that .dockerignore keeps out would be missing in the image alone."""
    lines = Path(".dockerignore").read_text("utf-8").splitlines()
    assert lines[1] == "*"
    let_in = {line[1:] for line in lines if line.startswith("!")}
    assert let_in == {*ROOMS, *TEXTS, "requirements.lock"}


def test_what_is_secret_or_ones_own_never_reaches_the_image() -> None:
    let_in = [
        line[1:] for line in Path(".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")
    ]
    for path in (".env", "data", "data/allhands.db", ".git", ".venv", "tests"):
        assert not any(fnmatch.fnmatch(path, one) for one in let_in)


def test_the_image_runs_as_nobody_of_the_machine() -> None:
    """By number: an orchestrator that lets in nobody who may be root cannot tell it by a name."""
    last = Path("Dockerfile").read_text("utf-8").rpartition("\nFROM ")[2].splitlines()
    (user,) = (line.split()[1] for line in last if line.startswith("USER "))
    number, _, group = user.partition(":")
    assert int(number) > 10_000
    assert int(group) > 10_000
