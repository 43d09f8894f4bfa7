# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""`icv-v2x degrade`: a bag as it would have been recorded behind a worse channel."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from icv_v2x.faults import degrade
from icv_v2x.inputs import FrameBatch
from icv_v2x.interchange import BagReader, BagWriter, Unreadable
from icv_v2x.interchange.parameter_text import parameter_path
from icv_v2x.interchange.topics import OBU_SIGNALS
from icv_v2x.parameters import ParameterError
from icv_v2x.tools import degradation
from icv_v2x.tools.bag_source import add_bag_argument, parameter_file
from icv_v2x.tools.errors import SourceError
from icv_v2x.tools.terminal import progress, say
from icv_v2x.translate.signal_reports import SignalReports

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

    from icv_v2x.faults import Degradable


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of the command.

    Args:
        parser: The command's own parser.
    """
    add_bag_argument(parser)
    parser.add_argument('out', metavar='OUT', type=Path, help='rosbag2 directory to make')
    parser.add_argument(
        '--seed', metavar='N', type=int, default=0, help='of the random numbers (default: 0)')
    parser.add_argument('--force', action='store_true', help='replace a bag of that name')
    degradation.add_arguments(parser)


def run(arguments: Namespace) -> int:
    """Degrade a bag; its parameter file, where it has one, goes along.

    Args:
        arguments: What `add_arguments` declared.

    Returns:
        Exit status 0.

    Raises:
        BagError: The bag cannot be read, or the new one not written.
        SourceError: An option has a value that is not allowed.
        OSError: The parameter file cannot be copied.
    """
    if arguments.seed < 0:
        raise SourceError(f'the seed is {arguments.seed}, expected 0 or more')
    if arguments.out.resolve() == arguments.bag.resolve():
        raise SourceError(f'{arguments.out} is the bag itself; name another directory to make')
    operators = degradation.operators(arguments)
    before, after = _Count(), _Count()
    with (
        BagReader(arguments.bag, warn=say) as bag,
        BagWriter(arguments.out, replace=arguments.force, simulated=True) as out,
    ):
        left_out = [topic for topic in bag.topics if topic not in bag.counts]
        if left_out:
            say(f'{arguments.bag}: topics that are not read are left out: {", ".join(left_out)}')
        inputs = before.counted(_records(bag))
        for log_time, record in after.counted(degrade(inputs, operators, seed=arguments.seed)):
            out.write(log_time, record)
    try:
        given = parameter_file(arguments.bag, None)
    except ParameterError:
        say(f'{arguments.bag} has no parameter file beside it, so {arguments.out} has none either')
    else:
        shutil.copyfile(given, parameter_path(arguments.out))
    say(f'{arguments.out}: {after.frames} frames of {before.frames}')
    return 0


class _Count:
    """Counts the frames that pass."""

    def __init__(self) -> None:
        self.frames = 0

    def counted(
        self, items: Iterator[tuple[int, Degradable]],
    ) -> Iterator[tuple[int, Degradable]]:
        for log_time, record in items:
            if isinstance(record, FrameBatch):
                self.frames += len(record)
            yield log_time, record


def _records(bag: BagReader) -> Iterator[tuple[int, Degradable]]:
    unreadable = signals = 0
    with progress(f'degrading {bag.path}', sum(bag.counts.values())) as advance:
        for log_time, _, record in bag:
            if isinstance(record, Unreadable):
                unreadable += 1
            elif isinstance(record, SignalReports):
                signals += 1
            elif record is not None:
                yield log_time, record
            advance()
    if unreadable:
        say(f'{bag.path}: {unreadable} messages that cannot be read are left out')
    if signals:
        say(f'{bag.path}: {signals} messages of {OBU_SIGNALS} cannot be written and are left out')
