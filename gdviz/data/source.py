"""From a path that nobody vouches for to bytes: an ordinary file, unpacked if it is gzip, and never without end.

`TableFile` refuses what is not an ordinary file, what is larger than agreed and what expands like a bomb, and can tell
afterwards whether the file stayed as it was while it was read.
"""

from __future__ import annotations

import errno
import gzip
import io
import os
import stat
import zlib
from pathlib import Path
from typing import Self

from gdviz.data.errors import FileChangedError, TableFormatError, TableTooLargeError
from gdviz.errors import InputError

__all__ = ["DEFAULT_CAP", "TableFile"]

DEFAULT_CAP = 256 * 2**20
"""So many bytes of text are read without asking."""

_GZIP_MARK = b"\x1f\x8b"
# Real tables shrink five- to twentyfold, a column of zeros a thousandfold. Small files may do as they like.
_LARGEST_EXPANSION = 200
_EXPANSION_FREE = 16 * 2**20
# Opening a pipe would wait for its other end; Windows has neither the flag nor the wait.
_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


class TableFile:
    """An ordinary file open for reading; use it as a context manager.

    Raises `InputError` for a path that is none, `TableTooLargeError` where it holds more than `cap` bytes once
    unpacked (None: no limit). `name` is for messages, `size` counts bytes on the disk, `text_size` those after
    unpacking as far as the file tells.
    """

    def __init__(self, path: str | Path, cap: int | None = DEFAULT_CAP) -> None:
        self.name = Path(path).name or str(path)
        self._path = path
        self._cap = cap
        self._count = 0
        self._raw = _open_ordinary(path)
        try:
            self._before = _identity(os.stat(path))
            self.size = os.fstat(self._raw.fileno()).st_size
            self.packed = self._raw.read(2) == _GZIP_MARK
            if self.size and not self.packed and Path(path).suffix.lower() == ".gz":
                raise InputError(
                    f"{self.name} is not gzip although its name ends in .gz; rename it if it is plain text, or "
                    "download it again."
                )
            self.text_size = self._unpacked_size() if self.packed else self.size
            self._raw.seek(0)
            self._stream: io.RawIOBase | gzip.GzipFile = gzip.GzipFile(fileobj=self._raw) if self.packed else self._raw
            self._check_size(self.text_size, self.size)
        except BaseException:
            self._raw.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._raw.close()

    @property
    def fraction(self) -> float:
        """How much of the file has been read, from 0 to 1."""
        return min(1.0, self._raw.tell() / self.size) if self.size else 1.0

    def read(self, size: int) -> bytes:
        """The next bytes, unpacked, at most `size` of them and none at the end; raises `InputError` if that fails."""
        try:
            data = self._stream.read(size) or b""
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise TableFormatError("this .gz file is damaged or cut off; pack or download it again.") from None
        except OSError as error:
            raise InputError(f"{self.name} can't be read ({error.strerror}); check the disk it is on.") from None
        self._count += len(data)
        has_other_length = self._count != self.size if not data else self._count > self.size
        if has_other_length and not self.packed:
            raise FileChangedError(self.name)
        self._check_size(self._count, self._raw.tell())
        return data

    def check_unchanged(self) -> None:
        """Raises `FileChangedError` where the file is no longer the one that was opened."""
        try:
            after = _identity(os.stat(self._path))
        except OSError:
            raise FileChangedError(self.name) from None
        if after != self._before:
            raise FileChangedError(self.name)

    def _unpacked_size(self) -> int:
        """What gzip's last four bytes claim, where that is believable: in a file cut off they are anything."""
        self._raw.seek(max(0, self.size - 4))
        claimed = int.from_bytes(self._raw.read(4), "little")
        return claimed if self.size <= claimed <= _LARGEST_EXPANSION * self.size else self.size

    def _check_size(self, text: int, stored: int) -> None:
        if self.packed and text > _EXPANSION_FREE and text > _LARGEST_EXPANSION * stored:
            raise InputError(
                f"{self.name} unpacks to more than {_LARGEST_EXPANSION} times its size, as no ordinary table does; "
                "unpack it yourself if you trust it, and open what comes out."
            )
        if self._cap is not None and text > self._cap:
            raise TableTooLargeError(self.name, max(text, self.text_size), self._cap)


def _open_ordinary(path: str | Path) -> io.FileIO:
    try:
        # Looked at before it is opened, since opening alone sets some devices off, and again after, since it may be
        # another file by then.
        _refuse_special(path, os.stat(path).st_mode)
        descriptor = os.open(path, _OPEN_FLAGS)
        try:
            _refuse_special(path, os.fstat(descriptor).st_mode)
            return io.FileIO(descriptor, "rb")
        except BaseException:
            os.close(descriptor)
            raise
    except FileNotFoundError:
        raise InputError(f"there is no file {str(path)!r}; check the path.") from None
    except PermissionError:
        raise InputError(f"{path} may not be read by you; ask its owner for permission, or copy it.") from None
    except OSError as error:
        reason = "it is a link that leads back to itself" if error.errno == errno.ELOOP else error.strerror
        raise InputError(f"{path} can't be opened ({reason}); choose an ordinary file.") from None
    except InputError:
        raise
    except ValueError:
        raise InputError(f"{str(path)!r} is no path; check it.") from None


def _refuse_special(path: str | Path, mode: int) -> None:
    if stat.S_ISREG(mode):
        return
    kinds = ((stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"))
    kind = next((name for test, name in kinds if test(mode)), "a device")
    raise InputError(f"{path} is {kind}, not an ordinary file; choose a table file.")


def _identity(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
