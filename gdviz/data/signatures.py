"""Telling files that are no text from tables, by their first bytes, so that a message can say what they are."""

from __future__ import annotations

__all__ = ["binary_share", "recognized"]

_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (0, b"\xff\xd8\xff", "a JPEG picture"),
    (0, b"GIF87a", "a GIF picture"),
    (0, b"GIF89a", "a GIF picture"),
    (8, b"WEBP", "a WebP picture"),
    (8, b"WAVE", "a sound file"),
    (8, b"AVI ", "a video"),
    (4, b"ftyp", "a video or picture"),
    (0, b"BM", "a BMP picture"),
    (0, b"II*\0", "a TIFF picture"),
    (0, b"MM\0*", "a TIFF picture"),
    (0, b"ID3", "a sound file"),
    (0, b"OggS", "a sound file"),
    (0, b"fLaC", "a sound file"),
    (0, b"\x1aE\xdf\xa3", "a video"),
    (0, b"%PDF-", "a PDF document"),
    (0, b"{\\rtf", "a rich-text document"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document (.xls or .doc)"),
    (0, b"Rar!\x1a\x07", "a RAR archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (0, b"\xfd7zXZ\0", "an xz archive"),
    (0, b"BZh", "a bzip2 archive"),
    (0, b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (0, b"\x1f\x8b", "a gzip archive inside another"),
    (257, b"ustar", "a tar archive"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ", "a Windows program"),
    (0, b"SQLite format 3\0", "an SQLite database"),
    (0, b"PAR1", "a Parquet file"),
    (0, b"ARROW1\0", "an Arrow file"),
    (0, b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (0, b"\x93NUMPY", "a NumPy array"),
    (0, b"MATLAB 5.0", "a MATLAB file"),
    (0, b"\x80\x02}", "a pickled Python object"),
    (0, b"\x80\x03", "a pickled Python object"),
    (0, b"\x80\x04\x95", "a pickled Python object"),
    (0, b"\x80\x05\x95", "a pickled Python object"),
)
# Signatures that plain letters make too: a table may begin with them, unless bytes that no text has follow.
_LETTERS_ONLY = (b"BM", b"MZ", b"BZh", b"ID3", b"WAVE", b"AVI ", b"WEBP", b"ftyp", b"OggS", b"fLaC", b"PAR1", b"ustar")
_INSIDE_ZIP = (
    (b"xl/", "an Excel workbook (.xlsx)"),
    (b"opendocument.spreadsheet", "an OpenDocument spreadsheet (.ods)"),
    (b"word/", "a Word document"),
    (b"ppt/", "a presentation"),
    (b".npy", "an archive of NumPy arrays"),
    (b"", "a ZIP archive"),
)
_MARKUP = (
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<?xml", "an XML document"),
    (b"<svg", "an SVG picture"),
    (b'{"', "JSON"),
    (b'[{"', "JSON"),
)
_TEXT_CONTROLS = b"\t\n\v\f\r\x1a\x1b"
_TEXT_BYTES = bytes(code for code in range(256) if (code >= 32 and code != 127) or code in _TEXT_CONTROLS)


def recognized(head: bytes) -> str | None:
    """What a file with these first bytes is, with an article, where that is something other than plain text."""
    if head.startswith(b"PK\x03\x04"):
        return next(name for mark, name in _INSIDE_ZIP if mark in head)
    for offset, signature, name in _SIGNATURES:
        if head.startswith(signature, offset) and (signature not in _LETTERS_ONLY or binary_share(head) > 0.01):
            return name
    start = head[:256].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return next((name for mark, name in _MARKUP if start.startswith(mark)), None)


def binary_share(head: bytes) -> float:
    """The share of bytes that are control characters which no text holds."""
    return len(head.translate(None, _TEXT_BYTES)) / len(head) if head else 0.0
