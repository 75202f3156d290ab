"""Which state of a Git checkout a folder is in: read from its files, without running Git."""

from pathlib import Path

_REFERENCE = "ref: "


def checkout_of(folder: Path) -> str:
    """'main 1a2b3c4d5e6f' for a folder in a checkout, the commit alone for a detached one, "" for any other folder."""
    for parent in (folder.resolve(), *folder.resolve().parents):
        if (found := parent / ".git").exists():
            return _state(found)
    return ""


def _state(git: Path) -> str:
    try:
        if git.is_file():
            # A second work tree: the file names its folder inside the repository's own.
            git = (git.parent / git.read_text().partition("gitdir:")[2].strip()).resolve()
        head = (git / "HEAD").read_text().strip()
        if not head.startswith(_REFERENCE):
            return head[:12]
        reference = head.removeprefix(_REFERENCE)
        branch = reference.removeprefix("refs/heads/")
        return f"{branch} {_commit(git, reference)[:12]}".strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _commit(git: Path, reference: str) -> str:
    """The commit that a branch stands at; "" for one without a commit yet."""
    common = git / "commondir"
    shared = (git / common.read_text().strip()).resolve() if common.exists() else git
    loose = shared / reference
    if loose.is_file():
        return loose.read_text().strip()
    packed = shared / "packed-refs"
    lines = packed.read_text().splitlines() if packed.is_file() else []
    return next((line.partition(" ")[0] for line in lines if line.endswith(f" {reference}")), "")
