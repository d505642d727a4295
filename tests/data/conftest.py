"""Files with tables in them, made where a test asks for them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def table_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file of these bytes, or of this text in an encoding, and gives its path."""

    def write(content: bytes | str, name: str = "table.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write
