# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Results of all bags as tables, and summed up."""

from __future__ import annotations

import statistics
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from icv_v2x.dataset.evaluation_schema import EVALUATION_TABLES
from icv_v2x.dataset.parquet import TableWriter
from icv_v2x.tools.evaluation.bag import DONE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

Result = dict[str, Any]

HOUR = 3600.0
_LATENCIES = ('cycle_median', 'cycle_p99', 'cycle_greatest', 'decoding_p99')
_AGES = ('ego_age', 'ego_age_greatest', 'track_age')


@dataclass(frozen=True)
class Spread:
    """One figure over all bags that have it.

    Attributes:
        median: Of the bags.
        greatest: Of the bags.
    """

    median: float
    greatest: float


@dataclass(frozen=True)
class Totals:
    """All bags together.

    Attributes:
        hours: [h] of recording.
        cycles: Cycles run.
        received: Radio frames.
        accepted: Radio frames used.
        warnings: Situations at WARNING or above.
        verdicts: Verdict to advisories at WARNING or above.
        advisories: (application, level) to cycles in force and situations.
        inputs: (kind, reason) to what was not used.
        modes: Mode to cycles.
        spreads: Name of a figure to its spread, in the units of the tables.
    """

    hours: float
    cycles: int
    received: int
    accepted: int
    warnings: int
    verdicts: Counter[str]
    advisories: dict[tuple[str, str], tuple[int, int]]
    inputs: Counter[tuple[str, str]]
    modes: Counter[str]
    spreads: dict[str, Spread]


def totals(results: Sequence[Result]) -> Totals:
    """Return the sum of all bags that are done."""
    done = [result for result in results if result['status'] == DONE]
    cycles: Counter[tuple[str, str]] = Counter()
    situations: Counter[tuple[str, str]] = Counter()
    inputs: Counter[tuple[str, str]] = Counter()
    for result in done:
        for row in result['advisories']:
            key = row['application'], row['level']
            cycles[key] += row['cycles']
            situations[key] += row['situations']
        for kind, reason, count in _inputs(result):
            inputs[kind, reason] += count
    spreads = {}
    for name in (*_LATENCIES, *_AGES):
        values = [result[name] for result in done if result[name] is not None]
        if values:
            spreads[name] = Spread(statistics.median(values), max(values))
    return Totals(
        hours=sum(result['duration'] for result in done) / HOUR,
        cycles=sum(result['cycles'] for result in done),
        received=sum(result['received'] for result in done),
        accepted=sum(result['accepted'] for result in done),
        warnings=sum(result['warnings'] for result in done),
        verdicts=sum((Counter(result['verdicts']) for result in done), Counter()),
        advisories={key: (cycles[key], situations[key]) for key in sorted({*cycles, *situations})},
        inputs=inputs,
        modes=sum((Counter(result['modes']) for result in done), Counter()),
        spreads=spreads,
    )


def write_tables(folder: Path, results: Sequence[Result], package: str) -> None:
    """Write the tables of an evaluation.

    Args:
        folder: Where they go.
        results: Of all bags.
        package: Version of the package.

    Raises:
        MissingExtraError: pyarrow is not installed.
        OSError: A file cannot be written.
    """
    makers = {'bags': _bag_rows, 'advisories': _advisory_rows, 'inputs': _input_rows}
    for table in EVALUATION_TABLES:
        with TableWriter(
            folder / f'{table.name}.parquet', table, {'icv_v2x.version': package},
        ) as writer:
            for row in makers[table.name](results):
                writer.add(1, {column.name: [row.get(column.name)] for column in table.columns})


def _bag_rows(results: Sequence[Result]) -> Iterator[Result]:
    for result in results:
        row = {**result, 'error': result['error'] or None}
        if result['status'] == DONE:
            row['hits'] = result['verdicts'].get('hit', 0)
            row['false_warnings'] = result['verdicts'].get('false', 0)
            row['active'] = (
                result['modes'].get('ACTIVE', 0) / result['cycles'] if result['cycles'] else None)
        yield row


def _advisory_rows(results: Sequence[Result]) -> Iterator[Result]:
    for result in results:
        for row in result.get('advisories', ()):
            hours = result['duration'] / HOUR
            yield {
                'bag': result['bag'], **row,
                'per_hour': row['situations'] / hours if hours else None}


def _input_rows(results: Sequence[Result]) -> Iterator[Result]:
    for result in results:
        for kind, reason, count in _inputs(result):
            yield {'bag': result['bag'], 'kind': kind, 'reason': reason, 'count': count}


def _inputs(result: Result) -> Iterator[tuple[str, str, int]]:
    for kind, reasons in result.get('inputs', {}).items():
        for reason, count in reasons.items():
            yield kind, reason, count
