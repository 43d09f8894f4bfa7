# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The table of measured numbers in README.md is the one that `./dev bench --write` makes."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope='module')
def summary() -> ModuleType:
    place = ROOT / 'benchmarks' / 'summary.py'
    spec = importlib.util.spec_from_file_location('benchmark_summary', place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def result(names: list[str]) -> dict[str, Any]:
    """Return what pytest-benchmark writes, of benchmarks that took a millisecond each."""
    extra = {
        'cycle median ms': 1.0, 'cycle p99 ms': 2.0, 'decoding median ms': 3.0,
        'decoding p99 ms': 4.0, 'peak memory MB': 5.0, 'batched_us': 2.0, 'library_us': 50.0}
    return {
        'datetime': '2026-01-02T03:04:05', 'machine_info': {
            'machine': 'x86_64', 'python_version': '3.11.7', 'cpu': {'count': 2}},
        'benchmarks': [
            {'name': name, 'stats': {'median': 1e-3}, 'extra_info': extra} for name in names]}


def test_the_table_of_the_readme_has_the_rows_of_the_benchmarks(summary: ModuleType) -> None:
    text = (ROOT / 'README.md').read_text(encoding='utf-8')
    _, _, rest = text.partition(summary.BEGIN)
    shown = [line for line in rest.partition(summary.END)[0].splitlines() if line[:1] == '|']
    cells = [[cell.strip() for cell in line.strip('|').split('|')] for line in shown]
    assert cells[0] == list(summary.HEADER)
    assert [line[0] for line in cells[2:]] == [row.what for row in summary.ROWS]
    assert all(line[1] for line in cells[2:])
    assert [line[2] == '-' for line in cells[2:]] == [not row.peers for row in summary.ROWS]


def test_a_block_is_replaced_and_the_rest_stays(summary: ModuleType) -> None:
    made = summary.block(result([row.name for row in summary.ROWS]))
    text = f'before\n{summary.BEGIN}\nold\n{summary.END}\nafter\n'
    assert summary.written(text, made) == f'before\n{made}\nafter\n'
    assert '| first contact with 1,000 objects | 1.00 ms | - |' in made
    assert '| decoding a BSM of 69 octets, 1,000 at once | 1.00 us | asn1tools 25 |' in made
    with pytest.raises(ValueError, match='no block'):
        summary.written('nothing', made)


def test_what_was_not_measured_is_left_out(summary: ModuleType) -> None:
    found = summary.lines_of(result(['test_encode_bsm']))
    assert [line[0] for line in found] == ['encoding a BSM of 69 octets']


@pytest.mark.parametrize(('seconds', 'text'), [
    (12.3, '12.3 s'), (0.00156, '1.56 ms'), (0.000333, '333 us'), (2e-7, '0.20 us')])
def test_times_have_three_digits(summary: ModuleType, seconds: float, text: str) -> None:
    assert summary.duration(seconds) == text


def test_every_row_is_of_a_benchmark_that_there_is(summary: ModuleType) -> None:
    code = '\n'.join(
        path.read_text(encoding='utf-8') for path in (ROOT / 'benchmarks').glob('bench_*.py'))
    names = {row.name.partition('[')[0] for row in summary.ROWS}
    names |= {where.partition('[')[0] for row in summary.ROWS for _, where in row.peers
              if where.startswith('test_')}
    assert all(f'def {name}(' in code for name in names)
