# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""`icv-v2x shadow`: what would have been said against what the driver then did."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from icv_v2x.dataset.shadow import HARD, WITHIN, ShadowWatch
from icv_v2x.interchange import BagReader
from icv_v2x.tools.bag_source import add_bag_argument, add_parameter_arguments, parameters_of
from icv_v2x.tools.errors import SourceError
from icv_v2x.tools.replay import replay
from icv_v2x.tools.terminal import say

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from rich.table import Table

    from icv_v2x.dataset.shadow import Answer, ShadowSummary
    from icv_v2x.interchange.playback import Step

_HOUR = 3600.0
_WORDS = {'hit': 'needed', 'false': 'no need seen', 'undecided': 'undecided'}


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of the command.

    Args:
        parser: The command's own parser.
    """
    add_bag_argument(parser)
    parser.add_argument(
        '--within', metavar='S', type=float, default=WITHIN,
        help=f'who brakes within so many seconds answers a warning (default: {WITHIN:g})')
    parser.add_argument(
        '--hard', metavar='A', type=float, default=HARD,
        help='deceleration [m/s2] from which braking without a warning is told of '
             f'(default: {HARD:g})')
    parser.add_argument(
        '--json', metavar='OUT', type=Path, help='where the same goes as JSON')
    add_parameter_arguments(parser)


def run(arguments: Namespace) -> int:
    """Replay a bag and compare.

    Args:
        arguments: What `add_arguments` declared.

    Returns:
        Exit status 0.

    Raises:
        BagError: The bag cannot be read.
        ParameterError: No parameter file, or one that cannot be used.
        SourceError: A bound is no positive number.
        OSError: The output cannot be written.
    """
    for name in ('within', 'hard'):
        value = getattr(arguments, name)
        if not (math.isfinite(value) and value > 0.0):
            raise SourceError(f'--{name} {value} is to be a number above 0')
    parameters = parameters_of(arguments.bag, arguments.params, arguments.profile)
    watch = ShadowWatch(within=arguments.within, hard=arguments.hard)

    def take(step: Step) -> None:
        watch.add(step.cycle, step.time)

    with BagReader(arguments.bag, warn=say) as bag:
        replay(bag, parameters, take)
    summary = watch.finish()
    if arguments.json is not None:
        arguments.json.write_text(
            json.dumps(document(summary), indent=2, allow_nan=False) + '\n', encoding='utf-8')
    show(summary)
    return 0


def document(summary: ShadowSummary) -> dict[str, Any]:
    """Return a run as JSON values, what is not known as null."""
    return {
        'duration': summary.duration,
        'within': summary.within,
        'counts': summary.counts(),
        'warnings': [_plain(dataclasses.asdict(answer)) for answer in summary.answers],
        'brakings': [_plain(dataclasses.asdict(braking)) for braking in summary.brakings],
        'omitted': summary.omitted,
    }


def show(summary: ShadowSummary) -> None:
    """Print a run as tables."""
    from rich.console import Console  # noqa: PLC0415 - not worth its time before the replay

    console = Console(highlight=False)
    hours = summary.duration / _HOUR
    counts = summary.counts()
    for name, count in counts.items():
        rate = f' ({count / hours:.1f} an hour)' if hours >= 0.1 and count else ''
        console.print(f'{name}: {count}{rate}', markup=False)
    if summary.answers:
        console.print(_warnings(summary))
    if summary.brakings:
        console.print(_brakings(summary))
    if summary.omitted:
        console.print(f'{summary.omitted} more were left out')


def _warnings(summary: ShadowSummary) -> Table:
    from rich.table import Table  # noqa: PLC0415

    table = Table(title='What would have been said, and what followed', title_justify='left')
    for name in ('time', 'said', 'subject', 'driver', 'nearest', 'unbraked', 'verdict'):
        table.add_column(name, justify='right' if name in ('time', 'unbraked') else 'left')
    for answer in summary.answers:
        table.add_row(
            f'{answer.time:.2f} s', f'{answer.application} {answer.level}', answer.subject[-8:],
            _driver(answer, summary.within), _nearest(answer), _metres(answer.unbraked),
            _WORDS[answer.verdict])
    return table


def _brakings(summary: ShadowSummary) -> Table:
    from rich.table import Table  # noqa: PLC0415

    table = Table(title='Hard braking that no warning came before', title_justify='left')
    for name in ('time', 'from', 'deceleration', 'said at most'):
        table.add_column(name, justify='left' if name == 'said at most' else 'right')
    for braking in summary.brakings:
        table.add_row(
            f'{braking.time:.2f} s', f'{3.6 * braking.speed:.0f} km/h',
            f'{braking.strongest:.1f} m/s2',
            'nothing' if braking.said == 'NONE' else braking.said)
    return table


def _driver(answer: Answer, within: float) -> str:
    if math.isnan(answer.braking_after):
        return 'did not brake'
    how = f'up to {answer.braking:.1f} m/s2'
    if answer.braking_after <= 0.0:
        return f'was braking, {how}'
    late = '' if answer.braked(within) else ', late'
    return f'braked after {answer.braking_after:.1f} s{late}, {how}'


def _nearest(answer: Answer) -> str:
    if math.isnan(answer.closest):
        return 'unknown'
    return f'{answer.closest:.1f} m after {answer.closest_after:.1f} s'


def _metres(distance: float) -> str:
    return 'unknown' if math.isnan(distance) else f'{distance:.1f} m'


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in values.items()}
