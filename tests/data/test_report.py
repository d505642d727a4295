"""What was left out is said in words, with numbers that agree with their nouns."""

from __future__ import annotations

from gdviz.data.report import BadCell, ReadReport, SkippedRow, shortened


def test_that_a_table_without_incident_has_one_sentence() -> None:
    assert ReadReport(rows=1).sentences() == ("Read 1 row.",)
    assert ReadReport(rows=1_234_567).sentences() == ("Read 1,234,567 rows.",)


def test_that_everything_left_out_is_said() -> None:
    report = ReadReport(
        rows=10,
        expected_cells=2,
        encoding="GB18030",
        encoding_note="Read as GB18030.",
        skipped_count=5,
        skipped=tuple(SkippedRow(line, 3) for line in (4, 5, 6, 7, 8)),
        bad_cell_count=2,
        bad_cells=(BadCell(9, "x", "oops"), BadCell(10, "y", "a text of more than thirty characters")),
        missing=(("x", 1), ("y", 1_000)),
        non_finite=(("y", 2),),
        constant=("c",),
        renamed=(("x", "x_2"),),
        categories=(("kind", 3), ("only", 1)),
        grouped=("x",),
        left_out=(("z", "it is empty"),),
    )
    assert report.sentences() == (
        "Read 10 rows.",
        "Read as GB18030.",
        "Left out 5 rows without exactly 2 cells: line 4 has 3; line 5 has 3; line 6 has 3; and 2 more.",
        "2 cells in numeric columns are not a number and count as missing: 'oops' in line 9, column 'x'; "
        "'a text of more than thirty ch…' in line 10, column 'y'.",
        "Left out the column 'z': it is empty.",
        "Missing values: 1 in 'x', 1,000 in 'y'.",
        "Infinite or too large, counted as missing: 2 in 'y'.",
        "Always the same value: 'c'.",
        "Renamed columns: 'x' to 'x_2'.",
        "Text read as classes: 'kind' (3 classes), 'only' (1 class).",
        "Thousands separators were read as such in 'x'.",
    )
    assert report.losses() == report.sentences()[2:5]
    assert ReadReport(rows=1, missing=(("x", 1),)).losses() == ()


def test_that_single_things_are_said_in_the_singular() -> None:
    report = ReadReport(
        rows=1,
        expected_cells=1,
        skipped_count=1,
        skipped=(SkippedRow(3, 2),),
        bad_cell_count=1,
        bad_cells=(BadCell(2, "x", "oops"),),
    )
    assert report.sentences()[1:] == (
        "Left out 1 row without exactly 1 cell: line 3 has 2.",
        "1 cell in numeric columns is not a number and counts as missing: 'oops' in line 2, column 'x'.",
    )


def test_that_long_lists_are_cut() -> None:
    report = ReadReport(rows=1, constant=tuple(f"c{i}" for i in range(1_010)))
    assert (
        report.sentences()[1] == "Always the same value: 'c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7' and 1,002 more."
    )


def test_that_long_texts_are_shortened() -> None:
    assert shortened("a" * 30) == "a" * 30
    assert shortened("a" * 31) == "a" * 29 + "…"
