"""Files that are no tables are called what they are."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import random
import sqlite3
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gdviz.data.read import read_table
from gdviz.data.signatures import binary_share, recognized
from gdviz.data.sniff import sniff
from gdviz.errors import InputError

WriteFile = Callable[..., Path]


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "content")
    return buffer.getvalue()


def tarred() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("x.csv"))
    return buffer.getvalue()


def saved(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def database(tmp_path: Path) -> bytes:
    path = tmp_path / "made.db"
    connection = sqlite3.connect(path)
    connection.execute("create table t (x)")
    connection.commit()
    connection.close()
    return path.read_bytes()


NOISE = random.Random(0).randbytes(2000)

FILES: dict[str, tuple[bytes, str]] = {
    "PNG": (b"\x89PNG\r\n\x1a\n" + NOISE, "a PNG picture"),
    "JPEG": (b"\xff\xd8\xff\xe0\0\x10JFIF" + NOISE, "a JPEG picture"),
    "BMP": (b"BM" + NOISE, "a BMP picture"),
    "WebP": (b"RIFF\x10\0\0\0WEBP" + NOISE, "a WebP picture"),
    "PDF": (b"%PDF-1.7\n" + NOISE, "a PDF document"),
    "ZIP": (zipped("x.csv"), "a ZIP archive"),
    "only the start of a ZIP": (b"PK\x03\x04" + NOISE, "a ZIP archive"),
    "xlsx": (zipped("[Content_Types].xml", "xl/workbook.xml"), "an Excel workbook (.xlsx)"),
    "docx": (zipped("[Content_Types].xml", "word/document.xml"), "a Word document"),
    "ods": (zipped("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), "an OpenDocument spreadsheet (.ods)"),
    "npz": (zipped("a.npy"), "an archive of NumPy arrays"),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + NOISE, "an Office document (.xls or .doc)"),
    "tar": (tarred(), "a tar archive"),
    "NumPy": (saved(np.arange(100.0)), "a NumPy array"),
    "pickle": (pickle.dumps({"x": [1, 2, 3]}), "a pickled Python object"),
    "old pickle": (pickle.dumps({"x": [1, 2, 3]}, protocol=2), "a pickled Python object"),
    "HTML": (b"\n<!DOCTYPE html>\n<html><body>x,y\n1,2\n</body></html>", "a web page"),
    "XML": ('\ufeff<?xml version="1.0"?>\n<a/>'.encode(), "an XML document"),
    "JSON": (json.dumps({"x": [1, 2]}).encode(), "JSON"),
    "JSON rows": (json.dumps([{"x": 1}]).encode(), "JSON"),
    "program": (b"\x7fELF" + NOISE, "a program"),
    "Parquet": (b"PAR1\x15\x04\x15\0" + NOISE, "a Parquet file"),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("look", [sniff, read_table])
def test_that_other_files_are_called_what_they_are(
    table_file: WriteFile, look: Callable[[Path], object], name: str
) -> None:
    content, what = FILES[name]
    with pytest.raises(InputError) as caught:
        look(table_file(content))
    assert str(caught.value).startswith(f"table.csv: this is {what}, not a table; ")


def test_that_a_database_is_called_one(table_file: WriteFile, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="this is an SQLite database, not a table"):
        sniff(table_file(database(tmp_path)))


def test_that_spreadsheets_come_with_advice(table_file: WriteFile) -> None:
    with pytest.raises(InputError, match=r"not a table; save the sheet as CSV and open that\.$"):
        sniff(table_file(FILES["xlsx"][0]))
    with pytest.raises(InputError, match=r"not a table; choose a text table such as \.csv, \.tsv or \.txt\.$"):
        sniff(table_file(FILES["PNG"][0]))


def test_that_files_inside_gzip_are_called_what_they_are(table_file: WriteFile) -> None:
    with pytest.raises(InputError, match="this is a PNG picture, not a table"):
        sniff(table_file(gzip.compress(FILES["PNG"][0]), "table.csv.gz"))
    with pytest.raises(InputError, match="this is a gzip archive inside another, not a table"):
        sniff(table_file(gzip.compress(gzip.compress(b"x,y\n1,2\n")), "table.csv.gz"))


@pytest.mark.parametrize("seed", range(20))
def test_that_noise_is_called_binary(table_file: WriteFile, seed: int) -> None:
    with pytest.raises(InputError, match=r"^table\.csv: this is a binary file, not a table"):
        sniff(table_file(b"\x01" + random.Random(seed).randbytes(4096)))


def test_that_zeros_are_called_binary(table_file: WriteFile) -> None:
    with pytest.raises(InputError, match="this is a binary file, not a table"):
        read_table(table_file(bytes(100_000)))


@pytest.mark.parametrize(
    "text",
    [
        "BMI,age\n22,30\n",
        "MZ,x\n1,2\n",
        "ID3,x\n1,2\n",
        "BZh,x\n1,2\n",
        "PAR1,x\n1,2\n",
        "x,y,z\nftypes,2,3\n",
        "{x},y\n1,2\n",
    ],
)
def test_that_letters_alone_do_not_make_a_file_something_else(table_file: WriteFile, text: str) -> None:
    assert recognized(text.encode()) is None
    assert sniff(table_file(text)).names == tuple(text.split("\n")[0].split(","))


def test_that_the_share_of_controls_leaves_out_those_of_text() -> None:
    assert binary_share(b"a,b\r\n\t\f\x1a") == 0
    assert binary_share(b"a\0b\x7f") == 0.5
    assert binary_share(b"") == 0
