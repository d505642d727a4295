"""Writing a file whole or not at all: a failure of any kind leaves the file that was there as it was.

The new content goes to a temporary file in the same folder, is forced to the disk, and takes the old one's place in
one step. What a crash or a kill may leave behind is swept away by the next write into that folder.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from gdviz.errors import InputError

__all__ = ["check_writable", "replacing"]

_PREFIX = ".gdviz-"
_SUFFIX = ".part"
_ABANDONED_SECONDS = 3600.0
"""A write that goes on touches its file; one that has not been touched for so long was left behind."""

_REASONS = {
    "ENOSPC": "the disk is full; free some space or choose another place",
    "EDQUOT": "your share of the disk is used up; free some space or choose another place",
    "EFBIG": "the file would be larger than allowed here; write less or choose another place",
    "EACCES": "you may not write there; choose another place",
    "EPERM": "you may not write there; choose another place",
    "EROFS": "the disk is read-only; choose another place",
    "ENOENT": "its folder does not exist; make the folder or choose another place",
    "ENOTDIR": "part of the path is a file where a folder is needed; choose another place",
    "EISDIR": "it is a folder; give the name of a file",
    "ENAMETOOLONG": "the name is too long; choose a shorter one",
    "ELOOP": "it is a link that leads back to itself; choose another place",
}


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """A binary file to write to, which takes the place of `path` when the block ends without an exception.

    Raises `InputError` in a sentence where writing is impossible or fails; the old file is then untouched, and
    nothing is left behind. A link is followed, so that the file it leads to is replaced, and permissions stay as
    they were.
    """
    try:
        target = _checked(path)
        _sweep(target.parent)
        name = target.parent / f"{_PREFIX}{os.urandom(8).hex()}{_SUFFIX}"
        opened = open(name, "xb")  # noqa: SIM115 - closed by the with below
    except (OSError, ValueError) as error:
        raise _refusal(path, error) from error
    try:
        with opened as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _keep_permissions(target, name)
        os.replace(name, target)
    except OSError as error:
        _remove(name)
        raise _refusal(path, error) from error
    except BaseException:
        _remove(name)
        raise
    _force_folder(target.parent)


def check_writable(path: str | os.PathLike[str]) -> None:
    """Raises the `InputError` that `replacing` would raise at its start, before anything long is begun."""
    try:
        target = _checked(path)
        if not os.access(target.parent, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "no permission", str(target.parent))
    except (OSError, ValueError) as error:
        raise _refusal(path, error) from error


def _checked(path: str | os.PathLike[str]) -> Path:
    """The ordinary file that a write to `path` replaces or makes; raises `OSError` for anything else."""
    target = Path(os.path.realpath(path))
    try:
        mode = os.stat(target).st_mode
    except FileNotFoundError:
        os.stat(target.parent)
        return target
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "a folder", str(path))
    if not stat.S_ISREG(mode):
        raise InputError(f"could not write {path}: it is not an ordinary file; give the name of a file.")
    # Replacing needs no permission on the file itself, but a file that is read-only is meant to stay as it is.
    if not os.access(target, os.W_OK):
        raise InputError(f"could not write {path}: the file is read-only; choose another name.")
    return target


def _keep_permissions(target: Path, name: Path) -> None:
    """Those of the file that is replaced, where there is one and the file system knows permissions."""
    with contextlib.suppress(OSError):
        os.chmod(name, stat.S_IMODE(os.stat(target).st_mode))


def _force_folder(folder: Path) -> None:
    """Have the new name on the disk too; where a system knows no such thing, the content is safe all the same."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _sweep(folder: Path) -> None:
    """Remove what writes that were killed left in this folder."""
    with contextlib.suppress(OSError):
        for entry in os.scandir(folder):
            if entry.name.startswith(_PREFIX) and entry.name.endswith(_SUFFIX):
                with contextlib.suppress(OSError):
                    if time.time() - entry.stat(follow_symlinks=False).st_mtime > _ABANDONED_SECONDS:
                        os.unlink(entry.path)


def _remove(name: Path) -> None:
    with contextlib.suppress(OSError):
        os.unlink(name)


def _refusal(path: str | os.PathLike[str], error: OSError | ValueError) -> InputError:
    if isinstance(error, InputError):
        return error
    number = error.errno if isinstance(error, OSError) else None
    reason = _REASONS.get(errno.errorcode.get(number or 0, ""))
    if reason is None:
        reason = f"{getattr(error, 'strerror', None) or error}; choose another place"
    return InputError(f"could not write {os.fspath(path)!r}: {reason}.")
