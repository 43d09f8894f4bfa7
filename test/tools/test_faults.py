# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The fault matrix: every row that runs in process passes at one level, and not for nothing."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from icv_v2x.message_set import codec
from icv_v2x.tools.cli import main
from icv_v2x.tools.fault_bench.longest import longest_frames
from icv_v2x.tools.fault_bench.matrix import Bench, Findings, Row
from icv_v2x.tools.fault_bench.summary import nearest, table
from icv_v2x.tools.faults import ROWS, measure, quick_bench

IN_PROCESS = {*range(1, 11), *range(12, 26), 27, 29}


@pytest.fixture(scope='module')
def bench() -> Bench:
    return quick_bench()


@pytest.mark.parametrize('row', ROWS, ids=lambda row: f'{row.number}')
def test_a_row_of_the_matrix_passes(row: Row, bench: Bench) -> None:
    found = measure(bench, row, row.quick)
    assert found.failed == []
    assert found.passed


def test_no_row_is_missing_and_every_quick_level_is_one_of_the_row() -> None:
    assert {row.number for row in ROWS} == IN_PROCESS
    assert all(row.quick in row.levels for row in ROWS)


def test_a_row_fails_that_measures_nothing_or_whose_judge_breaks(bench: Bench) -> None:
    assert not Findings().passed

    def broken(_: Bench, level: object) -> Findings:
        raise RuntimeError(f'met {level}')

    found = measure(bench, Row(1, 'test', '', ('x',), broken), 'x')
    assert not found.passed
    assert 'met x' in found.failed[0]


def test_the_command_prints_and_writes_its_figures_and_refuses_unknown_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / 'figures.json'
    assert main(['faults', '--quick', '--rows', '27', '--json', str(out)]) == 0
    assert '1 rows, 1 levels, 1 pass, 0 fail' in capsys.readouterr().out
    entry, = json.loads(out.read_text())
    assert (entry['row'], entry['passed'], entry['failed']) == (27, True, [])
    assert main(['faults', '--rows', '99']) == 2
    assert 'there is no row 99' in capsys.readouterr().err


def test_the_table_shows_of_each_figure_the_level_that_came_nearest_to_its_limit() -> None:
    def entry(level: str, later: float | None, *, lost: bool = False) -> dict[str, Any]:
        return {
            'row': 1, 'fault': 'loss', 'level': level, 'passed': not lost,
            'figures': {'dT [s]': later, 'FA': 0, 'L': not lost, 'A': True},
            'limits': {
                'dT [s]': ('most', 0.3), 'FA': ('most', 0), 'L': ('holds', 1), 'A': ('holds', 1)}}

    levels = [entry('weak', 0.2), entry('strong', 0.25)]
    assert nearest(levels) == ['dT [s] 0.25 (<= 0.3; strong)', 'A']
    assert nearest([*levels, entry('all', None)])[0] == 'dT [s] never (<= 0.3; all)'
    console = Console(width=100, file=io.StringIO())
    console.print(table([*levels, entry('all', None, lost=True)]))
    text = console.file.getvalue()
    assert '2/3' in text
    assert 'NO' in text
    assert 'dT [s] never' in text


def test_the_longest_messages_are_valid_frames() -> None:
    frames = longest_frames()
    assert set(frames) == set(codec.MESSAGE_NAMES)
    for name, octets in frames.items():
        assert codec.message_of(codec.decode(octets))[0] == name
    assert max(map(len, frames.values())) > codec.MAXIMUM_FRAME_OCTETS / 2


@pytest.mark.middleware
def test_an_absent_driver_is_told_of_over_the_middleware() -> None:
    assert main(['faults', '--only-live', '--rows', '28', '--levels', 'absent']) == 0
