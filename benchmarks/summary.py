# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The one table of the benchmarks: what they measured, on which machine, beside their peers.

`./dev bench` ends with it; `./dev bench --write` puts it into README.md as well. Reads the file
that pytest-benchmark writes with `--benchmark-json`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

README = Path(__file__).resolve().parent.parent / 'README.md'
BEGIN, END = '<!-- benchmarks: begin -->', '<!-- benchmarks: end -->'
HEADER = ('what', 'median', 'peers in the same run, times slower')
_PACKAGES = ('numpy', 'scipy', 'asn1tools', 'shapely')
_MISSING = '-'

Measured = dict[str, Any]
"""One benchmark as pytest-benchmark writes it."""


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        what: What is measured.
        name: Name of the benchmark.
        value: Gives the median as text.
        peers: Name of each peer, and the benchmark that measures it or the entry of
            `extra_info` that holds its time a frame.
    """

    what: str
    name: str
    value: Callable[[Measured], str]
    peers: tuple[tuple[str, str], ...] = ()


def duration(seconds: float) -> str:
    """Return a time with three digits."""
    scales = {'s': 1.0, 'ms': 1e-3, 'us': 1e-6}
    unit, scale = next(
        ((unit, scale) for unit, scale in scales.items() if seconds >= scale), ('us', 1e-6))
    number = seconds / scale
    return f'{number:.{0 if number >= 100 else 1 if number >= 10 else 2}f} {unit}'


def median(found: Measured) -> str:
    """Return the median time of a benchmark."""
    return duration(found['stats']['median'])


def each(count: int) -> Callable[[Measured], str]:
    """Return what tells the median time for one of so many."""
    return lambda found: duration(found['stats']['median'] / count)


def noted(text: str) -> Callable[[Measured], str]:
    """Return what tells entries of `extra_info`, named in braces."""
    return lambda found: text.format(**{
        name.replace(' ', '_'): value for name, value in found['extra_info'].items()})


_SWEPT = tuple(
    (peer, f'test_{test}[1000]')
    for peer, test in (('shapely loop', 'shapely_loop'), ('sampled scan', 'sampled_scan')))
_LIBRARY = (('asn1tools', 'library_us'),)

ROWS = (
    Row('first contact with 1,000 objects', 'test_swept_test[1000]', median, _SWEPT),
    *(
        Row(f'conflicts with {count:,} objects, all outputs, {model}',
            f'test_all_outputs[{model}-{count}]', median)
        for model in ('constant velocity', 'turn rate and acceleration')
        for count in (1000, 5000)),
    Row('merge plan over 20 gaps among 200 objects', 'test_plan_over_20_gaps_with_200_objects',
        median),
    Row('decoding a BSM of 69 octets, 1,000 at once',
        'test_batch_against_library[bsm_profile_1000]', each(1000), _LIBRARY),
    Row('decoding an RSM of 16 participants, 100 at once',
        'test_batch_against_library[rsm_16_participants_100]', each(100), _LIBRARY),
    Row('decoding an SSM of 16 participants, 100 at once',
        'test_batch_against_library[ssm_16_participants_100]', each(100), _LIBRARY),
    Row('encoding a BSM of 69 octets', 'test_encode_bsm', median),
    Row('encoding a BSM of 71 octets, 1,000 vehicles at once', 'test_encode_bsm_rows',
        each(1000), _LIBRARY),
    Row('lanes of 1,000 objects among 160', 'test_matching[160 lanes]', median),
    Row('one track each for 500 senders, seen by 4 units', 'test_one_track_for_every_object'
        '[500-4-125]', median),
    Row('cycle with 200 tracks, all applications', 'test_cycle',
        noted('{cycle_median_ms} ms, p99 {cycle_p99_ms} ms')),
    Row('decoding, tracking and trust beside it', 'test_cycle',
        noted('{decoding_median_ms} ms, p99 {decoding_p99_ms} ms')),
    Row('replay of 20 s with 200 vehicles', 'test_replay_memory', median),
    Row('memory of that replay', 'test_replay_memory', noted('{peak_memory_MB:.0f} MB')),
)


def lines_of(result: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return the lines of the table, those that were not measured left out."""
    measured = {found['name']: found for found in result['benchmarks']}
    return [
        (row.what, row.value(measured[row.name]), _ratios(row, measured))
        for row in ROWS if row.name in measured]


def _ratios(row: Row, measured: dict[str, Measured]) -> str:
    found = measured[row.name]
    ratios = []
    for peer, where in row.peers:
        if where in found['extra_info']:
            ratio = found['extra_info'][where] / found['extra_info']['batched_us']
        elif where in measured:
            ratio = measured[where]['stats']['median'] / found['stats']['median']
        else:
            continue
        ratios.append(f'{peer} {ratio:,.0f}' if ratio >= 10.0 else f'{peer} {ratio:.1f}')
    return ', '.join(ratios) or _MISSING


def machine_of(result: dict[str, Any]) -> str:
    """Return machine, its load before the benchmarks, and versions in one line."""
    machine = result['machine_info']
    processor = machine.get('cpu', {})
    name = processor.get('brand_raw') or machine.get('processor') or machine['machine']
    versions = [f'Python {machine["python_version"]}']
    for package in _PACKAGES:
        try:
            versions.append(f'{package} {version(package)}')
        except PackageNotFoundError:
            continue
    return (
        f'{name}, {processor.get("count", "?")} processors, load {machine.get("load", "?")} '
        f'before, {", ".join(versions)}')


def block(result: dict[str, Any]) -> str:
    """Return the table as it stands in README.md."""
    lines = [HEADER, ('-', '-', '-'), *lines_of(result)]
    rows = ['|' + '|'.join(
        cell if cell == _MISSING and place == 1 else f' {cell} ' for cell in line) + '|'
        for place, line in enumerate(lines)]
    return '\n'.join([
        BEGIN, f'Printed by `./dev bench` on {result["datetime"][:10]}: {machine_of(result)}.', '',
        *rows, END])


def written(text: str, made: str) -> str:
    """Return a text with its block replaced.

    Raises:
        ValueError: It has none.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f'no block between {BEGIN} and {END}')
    return before + made + after


def show(result: dict[str, Any]) -> None:
    """Print the table."""
    lines = [HEADER, *lines_of(result)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADER))]
    print(f'\n{machine_of(result)}\n')
    for place, line in enumerate(lines):
        print('  '.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)))
        if not place:
            print('  '.join('-' * width for width in widths))


def main() -> int:
    """Return 0, or 1 where the table cannot be written as it is not complete."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('result', type=Path, help='what --benchmark-json wrote')
    parser.add_argument('--write', action='store_true', help='renew the table in README.md')
    arguments = parser.parse_args()
    result = json.loads(arguments.result.read_text(encoding='utf-8'))
    show(result)
    if not arguments.write:
        return 0
    missing = {row.name for row in ROWS} - {found['name'] for found in result['benchmarks']}
    if missing:
        print(f'README.md stays: not measured are {", ".join(sorted(missing))}', file=sys.stderr)
        return 1
    README.write_text(written(README.read_text(encoding='utf-8'), block(result)), 'utf-8')
    print(f'\nwritten to {README.name}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
