# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""`icv-v2x faults`: the fault matrix, measured and printed."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from icv_v2x.tools.errors import SourceError
from icv_v2x.tools.fault_bench.channel_rows import CHANNEL_ROWS
from icv_v2x.tools.fault_bench.content_rows import CONTENT_ROWS
from icv_v2x.tools.fault_bench.matrix import Bench, Findings, Row
from icv_v2x.tools.fault_bench.recording import drive_of_bag
from icv_v2x.tools.fault_bench.sender_rows import SENDER_ROWS
from icv_v2x.tools.fault_bench.time_rows import TIME_ROWS
from icv_v2x.tools.terminal import say

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

ROWS = tuple(sorted(
    (*CHANNEL_ROWS, *TIME_ROWS, *SENDER_ROWS, *CONTENT_ROWS), key=lambda row: row.number))
"""All rows that run in process."""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of the command.

    Args:
        parser: The command's own parser.
    """
    parser.add_argument(
        'bag', metavar='BAG', type=Path, nargs='?',
        help='recording in the place of the scripted drives, for the rows that allow it')
    parser.add_argument(
        '--rows', metavar='N', type=int, nargs='+', help='only these rows')
    parser.add_argument(
        '--quick', action='store_true', help='one level a row, fewer drives, 10 cycles a second')
    parser.add_argument(
        '--live', action='store_true',
        help='the rows that take processes and the middleware (10, 11, 26, 28, 30) instead')
    parser.add_argument(
        '--soak', metavar='S', type=float, default=60.0,
        help='how long row 30 lasts [s] (default: 60)')
    parser.add_argument('--json', metavar='OUT', type=Path, help='write all figures to a file')


def run(arguments: Namespace) -> int:
    """Measure the matrix and print it.

    Args:
        arguments: What `add_arguments` declared.

    Returns:
        Exit status 0 where all rows pass, else 1.

    Raises:
        SourceError: A row is not known, or there is no middleware for the live ones.
        BagError: The recording cannot be read.
    """
    measured = _live(arguments) if arguments.live else _in_process(arguments)
    table = []
    for row, level, found in measured:
        table.append(_entry(row, level, found))
        sys.stdout.write(_line(table[-1]) + '\n')
        sys.stdout.flush()
    failed = sum(not entry['passed'] for entry in table)
    sys.stdout.write(f'{len(table)} levels, {len(table) - failed} pass, {failed} fail\n')
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(table, indent=1) + '\n', encoding='utf-8')
    return int(failed > 0)


def chosen(numbers: list[int] | None, rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Return the rows of the given numbers, all for None.

    Raises:
        SourceError: There is no such row.
    """
    known = {row.number for row in rows}
    for number in numbers or ():
        if number not in known:
            raise SourceError(
                f'there is no row {number}; expected one of {", ".join(map(str, sorted(known)))}')
    return tuple(row for row in rows if numbers is None or row.number in numbers)


def _in_process(arguments: Namespace) -> Any:
    recording = None if arguments.bag is None else drive_of_bag(arguments.bag)
    rows = chosen(arguments.rows, ROWS)
    if recording is not None:
        left_out = [str(row.number) for row in rows if not row.any_drive]
        rows = tuple(row for row in rows if row.any_drive)
        if left_out:
            say(f'rows that need their own drives are left out: {", ".join(left_out)}')
    bench = quick_bench() if arguments.quick else Bench(recording=recording)
    for row in rows:
        for level in (row.quick,) if arguments.quick else row.levels:
            yield row, level, measure(bench, row, level)


def quick_bench() -> Bench:
    """Return the bench of a quick pass."""
    return Bench(seeds=(0,), rate=10.0, thorough=False)


def measure(bench: Bench, row: Row, level: Any) -> Findings:
    """Return what a row measured; an exception that escaped is what does not pass."""
    try:
        return row.judge(bench, level)
    except Exception as error:
        found = Findings()
        found.holds('nothing escapes', value=False, why=f'{type(error).__name__}: {error}')
        return found


def _live(arguments: Namespace) -> Any:
    try:
        # What speaks to the middleware lies with the nodes and is loaded only here.
        from icv_v2x.nodes.fault_bench import measure_live  # noqa: PLC0415
    except ImportError as error:
        raise SourceError(
            f'--live needs rclpy and icv_v2x_msgs, which are not here ({error})') from error
    yield from measure_live(arguments.rows, arguments.soak)


def _entry(row: Row, level: Any, found: Findings) -> dict[str, Any]:
    return {
        'row': row.number, 'fault': row.fault, 'level': _word(level), 'asked': row.asked,
        'figures': {name: _plain(value) for name, value in found.figures.items()},
        'passed': found.passed, 'failed': found.failed}


def _line(entry: dict[str, Any]) -> str:
    figures = '; '.join(f'{name} {_word(value)}' for name, value in entry['figures'].items())
    outcome = 'pass' if entry['passed'] else f'FAIL: {"; ".join(entry["failed"])}'
    return (
        f'{entry["row"]:2d}  {entry["fault"]}: {entry["level"]}\n'
        f'    asked:    {entry["asked"]}\n    measured: {figures}\n    {outcome}')


def _word(value: Any) -> str:
    if isinstance(value, tuple):
        return ' '.join(map(_word, value))
    if isinstance(value, bool):
        return 'yes' if value else 'no'
    return f'{value:.3g}' if isinstance(value, float) else str(value)


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
