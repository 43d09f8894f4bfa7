# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""`icv-v2x inspect`: a table of what a bag or a topic holds, and of what is wrong with it."""

from __future__ import annotations

import math
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from icv_v2x.inputs import FrameBatch
from icv_v2x.interchange import BagReader, Unreadable
from icv_v2x.interchange.topics import OBU_FRAMES
from icv_v2x.tools.bag_contents import BagContents
from icv_v2x.tools.errors import SourceError
from icv_v2x.tools.terminal import progress, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of the command.

    Args:
        parser: The command's own parser.
    """
    parser.add_argument(
        'bag', metavar='BAG', type=Path, nargs='?',
        help='rosbag2 directory (mcap or sqlite3) or .mcap file')
    parser.add_argument(
        '--topic', metavar='NAME',
        help='listen to a topic of radio frames such as /obu/rx instead (needs rclpy)')
    parser.add_argument(
        '--duration', metavar='S', type=float, default=math.inf,
        help='how long to listen to the topic [s] (default: until interrupted)')
    parser.add_argument(
        '--senders', metavar='N', type=int, default=20,
        help='how many senders to list, the most talkative first (default: %(default)s)')


def run(arguments: Namespace) -> int:
    """Print the table.

    Args:
        arguments: What `add_arguments` declared.

    Returns:
        Exit status 0.

    Raises:
        BagError: The bag cannot be read.
        SourceError: Not one of bag and topic is given, or there is no ROS 2 to listen with.
    """
    if (arguments.bag is None) == (arguments.topic is None):
        raise SourceError('give a bag or --topic, one of them')
    if arguments.topic is not None:
        # a bag needs no ROS 2, so nothing of it is loaded for one
        from icv_v2x.tools.inspect_topic import inspect_topic  # noqa: PLC0415

        inspect_topic(arguments.topic, arguments.duration, arguments.senders)
        return 0
    with BagReader(arguments.bag, warn=say) as bag:
        contents = contents_of(bag)
        head = (f'{bag.path}: {bag.duration:.1f} s, {bag.message_count} messages; '
                f'{contents.frames} radio frames in {contents.batches} batches')
    sys.stdout.write(head + '\n')
    sys.stdout.writelines(f'{line}\n' for line in lines(contents, senders=arguments.senders))
    return 0


def contents_of(bag: BagReader) -> BagContents:
    """Read an open bag to its end.

    Args:
        bag: The bag.

    Returns:
        The figures.

    Raises:
        BagError: The bag is damaged within.
    """
    contents = BagContents()
    with progress(f'inspecting {bag.path}', sum(bag.counts.values())) as advance:
        for _, topic, record in bag:
            if isinstance(record, FrameBatch):
                contents.add(record)
            elif isinstance(record, Unreadable) and topic == OBU_FRAMES:
                contents.lose(record.frames, record.reason, record.detail)
            advance()
    contents.finish()
    return contents


def lines(contents: BagContents, *, senders: int) -> Iterator[str]:
    """Write the figures as text.

    Args:
        contents: The figures.
        senders: How many senders to list.

    Yields:
        Lines without line ends.
    """
    rows: list[tuple[str, ...]] = [
        ('message', 'frames', 'senders', 'octets min', 'mean', 'max', 'age ms 50 %', '95 %',
         'max', 'longest gap s')]
    rows += [
        (name, str(tally.frames), str(len(tally.senders)), str(tally.shortest),
         f'{tally.octets / tally.frames:.0f}', str(tally.longest),
         *(_number(1e3 * tally.ages.quantile(share), 0) for share in (0.5, 0.95, 1.0)),
         _number(max((sender.largest_gap for sender in tally.senders.values()), default=math.nan),
                 2))
        for name, tally in sorted(contents.types.items(), key=lambda entry: -entry[1].frames)
    ]
    yield from _section('', rows)
    yield from _section('rejected frames', [
        (reason, str(count), contents.examples[reason])
        for reason, count in contents.rejected.most_common()])
    yield from _section('verdict of the OBU', [
        (verdict.lower(), str(count)) for verdict, count in contents.verification.most_common()])
    vehicles = contents.types.get('BasicSafetyMessage')
    if vehicles is not None:
        yield from _section('unavailable in basic safety messages', [
            (name, f'{100.0 * count / vehicles.frames:.1f} %')
            for name, count in contents.unavailable.most_common()])
    ranked = sorted(
        ((name, sender, tally) for name, kind in contents.types.items()
         for sender, tally in kind.senders.items()),
        key=lambda entry: (-entry[2].frames, entry[0], entry[1]))
    if ranked:
        yield from _section('senders', [
            ('sender', 'message', 'frames', 'rate Hz', 'longest gap s'),
            *((sender, name, str(tally.frames), _number(tally.rate(), 2),
               _number(tally.largest_gap, 2)) for name, sender, tally in ranked[:senders])])
        if len(ranked) > senders:
            yield f'  and {len(ranked) - senders} more'
    if contents.senders_not_told_apart:
        yield f'  {contents.senders_not_told_apart} messages of further senders'


def _number(value: float, digits: int) -> str:
    return '-' if math.isnan(value) else f'{value:.{digits}f}'


def _section(title: str, rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Align the first column to the left and numbers to the right."""
    if not rows:
        return
    yield ''
    if title:
        yield title
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        cells = [
            cell.ljust(width) if at == 0 or not _is_number(rows, at) else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))]
        yield ('  ' + '  '.join(cells)).rstrip()


def _is_number(rows: Sequence[tuple[str, ...]], at: int) -> bool:
    return rows[-1][at].removesuffix(' %').replace('.', '').replace('-', '').isdigit() or (
        rows[-1][at] == '-')
