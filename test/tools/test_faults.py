# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The fault matrix: every row that runs in process passes at one level, and not for nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from icv_v2x.tools.cli import main
from icv_v2x.tools.fault_bench.matrix import Bench, Findings, Row
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


@pytest.mark.middleware
def test_an_absent_driver_is_told_of_over_the_middleware() -> None:
    assert main(['faults', '--only-live', '--rows', '28', '--levels', 'absent']) == 0
