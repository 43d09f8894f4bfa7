# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""`icv-v2x faults`: the fault matrix, measured and printed."""

from __future__ import annotations

import itertools
import json
import math
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from icv_v2x.tools.errors import SourceError
from icv_v2x.tools.fault_bench import summary
from icv_v2x.tools.fault_bench.channel_rows import CHANNEL_ROWS
from icv_v2x.tools.fault_bench.content_rows import CONTENT_ROWS
from icv_v2x.tools.fault_bench.matrix import Bench, Findings, Row
from icv_v2x.tools.fault_bench.recording import drive_of_bag
from icv_v2x.tools.fault_bench.sender_rows import SENDER_ROWS
from icv_v2x.tools.fault_bench.time_rows import TIME_ROWS
from icv_v2x.tools.terminal import say

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterable, Iterator

    from icv_v2x.tools.fault_bench.drives import Drive

ROWS = tuple(sorted(
    (*CHANNEL_ROWS, *TIME_ROWS, *SENDER_ROWS, *CONTENT_ROWS), key=lambda row: row.number))
"""All rows that run in process."""

NUMBERS = tuple(range(1, 31))
"""Of the whole matrix."""


LIVE_ROWS = (10, 11, 15, 26, 28, 30)
"""Numbers of the rows that take processes and the middleware, some of them besides."""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of the command.

    Args:
        parser: The command's own parser.
    """
    parser.add_argument(
        'bag', metavar='BAG', type=Path, nargs='?',
        help='recording in the place of the scripted drives, for the rows that allow it')
    parser.add_argument(
        '--live', action='store_true',
        help='also the rows that take processes, hard kills and the middleware: '
        f'{", ".join(map(str, LIVE_ROWS))}; the soak of row 30 alone takes half an hour')
    parser.add_argument(
        '--only-live', action='store_true', help='only those')
    parser.add_argument(
        '--rows', metavar='N', type=int, nargs='+', help='only these rows')
    parser.add_argument(
        '--levels', metavar='WORD', nargs='+', default=[],
        help='only levels with one of these words in their names')
    parser.add_argument(
        '--quick', action='store_true', help='one level a row, fewer drives, 10 cycles a second')
    parser.add_argument(
        '--soak', metavar='S', type=float, default=1800.0,
        help='how long row 30 lasts after its first minute [s] (default: 1800)')
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
    for number in arguments.rows or ():
        if number not in NUMBERS:
            raise SourceError(
                f'there is no row {number}; expected one of {", ".join(map(str, NUMBERS))}')
    live = _live(arguments) if arguments.live or arguments.only_live else ()
    table = []
    for row, level, found in itertools.chain(
            () if arguments.only_live else _in_process(arguments), live):
        table.append(_entry(row, level, found))
        sys.stdout.write(_line(table[-1]) + '\n')
        sys.stdout.flush()
        if arguments.json is not None:
            arguments.json.write_text(json.dumps(table, indent=1) + '\n', encoding='utf-8')
    failed = [entry for entry in table if not entry['passed']]
    # Not worth its time before the measurements.
    from rich.console import Console  # noqa: PLC0415

    Console(file=sys.stdout).print(summary.table(table))
    sys.stdout.write(_summary(table, failed, arguments.rows or NUMBERS))
    return int(bool(failed))


def _summary(
    table: list[dict[str, Any]], failed: list[dict[str, Any]], wanted: Iterable[int],
) -> str:
    measured = {entry['row'] for entry in table}
    lines = [
        f'{len(measured)} rows, {len(table)} levels, {len(table) - len(failed)} pass, '
        f'{len(failed)} fail']
    lines += [f'    fails: row {entry["row"]}, {entry["level"]}' for entry in failed]
    left_out = sorted(set(wanted) - measured)
    if left_out:
        lines.append(
            f'    not measured: rows {", ".join(map(str, left_out))}; --live measures what takes '
            'processes and the middleware')
    for name, what in (
        (summary.BALANCE, 'received = accepted + rejected (L)'),
        (summary.FALSE_BRAKE, 'false brake-level advisories (FA)'),
    ):
        held = [entry['figures'][name] for entry in table if name in entry['figures']]
        if name == summary.BALANCE:
            lines.append(f'    {what} in {sum(map(bool, held))} of {len(held)} levels')
        else:
            lines.append(f'    {what}: {round(sum(held))} in {len(held)} levels')
    return '\n'.join(lines) + '\n'


def chosen(arguments: Namespace, rows: tuple[Row, ...]) -> Iterator[tuple[Row, Any]]:
    """Yield the rows and levels that are asked for."""
    for row in rows:
        if arguments.rows is None or row.number in arguments.rows:
            for level in (row.quick,) if arguments.quick else row.levels:
                if not arguments.levels or any(
                        word in _word(level) for word in arguments.levels):
                    yield row, level


def _in_process(arguments: Namespace) -> Iterator[tuple[Row, Any, Findings]]:
    recording = None if arguments.bag is None else drive_of_bag(arguments.bag)
    bench = quick_bench(recording) if arguments.quick else Bench(recording=recording)
    scripted = Bench() if not arguments.quick else quick_bench()
    if recording is not None:
        say(f'{arguments.bag}: {bench.of_recording}')
    for row, level in chosen(arguments, ROWS):
        yield row, level, measure(bench if row.any_drive else scripted, row, level)


def quick_bench(recording: Drive | None = None) -> Bench:
    """Return the bench of a quick pass."""
    return Bench(seeds=(0,), rate=10.0, thorough=False, recording=recording)


def measure(bench: Bench, row: Row, level: Any) -> Findings:
    """Return what a row measured; an exception that escaped is what does not pass."""
    try:
        return row.judge(bench, level)
    except Exception as error:
        found = Findings()
        found.holds('nothing escapes', value=False, why=f'{type(error).__name__}: {error}')
        return found


def _live(arguments: Namespace) -> Iterator[tuple[Row, Any, Findings]]:
    try:
        # What speaks to the middleware lies with the nodes and is loaded only here.
        from icv_v2x.nodes.fault_bench import rows  # noqa: PLC0415
    except ImportError as error:
        raise SourceError(
            f'--live needs rclpy and icv_v2x_msgs, which are not here ({error})') from error
    # The processes started are ended also where the command itself is.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    scripted = Bench()
    return (
        (row, level, measure(scripted, row, level))
        for row, level in chosen(arguments, rows(arguments.soak)))


def _entry(row: Row, level: Any, found: Findings) -> dict[str, Any]:
    return {
        'row': row.number, 'fault': row.fault, 'level': _word(level), 'asked': row.asked,
        'figures': {name: _plain(value) for name, value in found.figures.items()},
        'limits': found.limits,
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
