# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The figures of a bag or a topic as lines of text, for `icv-v2x inspect`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from icv_v2x.tools.bag_contents import BagContents


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
