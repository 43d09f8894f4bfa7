# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Lists whose elements follow each other in every frame, many elements of one frame at a time.

Where an element begins is known only when the one before it was read. Neighbours mostly hold the
same optional fields and are then equally wide, so a run of them is read at the places where they
would be; what was read stands as far as every element turned out as wide as it was taken for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from icv_v2x.message_set.batched.columns import ColumnReader
from icv_v2x.message_set.batched.offsets import read_offset
from icv_v2x.message_set.quantities import ABSENT, Raw

_LONGEST_RUN = 512
_GROWTH = 64
WORTHWHILE = 40
"""Fewer elements of the size of a participant are read faster by the codec."""
WORTHWHILE_POINTS = 4
"""The same for points."""
_POOR_ROUNDS = 6

ReadElement = Callable[[ColumnReader, NDArray[np.intp]], None]


def read_lists(
    head: ColumnReader, count: Raw, read: ReadElement, names: Iterable[str] = (), *,
    worthwhile: int = WORTHWHILE,
) -> dict[str, Raw]:
    """Read the lists of all rows.

    Lists that go on after a few readings of hardly any element, since their elements are of ever
    changing width, are refused: element by element the codec is faster, and nobody may make the
    receiver slow.

    Args:
        head: At the first element of each list, (n,); ends behind the last one.
        count: Elements of each list, (n,); rows that are refused count as empty.
        read: Reads one element of every row that it is given, and takes the owners' rows, (k,).
        names: Columns that it fills.
        worthwhile: A reading of fewer elements does not pay.

    Returns:
        The columns, elements of the first row first, (sum of count,); what stands in the rows of
        a list that broke a bound has no meaning.
    """
    count = np.where(head.refused, 0, count)
    first = np.cumsum(count) - count
    made = {name: np.full(int(count.sum()), ABSENT) for name in names}
    done, width = np.zeros_like(count), np.zeros_like(count)
    run = np.ones_like(count)
    poor_rounds = 0
    while True:
        active = np.flatnonzero(done < count)
        if not active.size:
            return made
        if poor_rounds > _POOR_ROUNDS:
            head.refused[active] = True
            return made
        ahead = np.minimum(count[active] - done[active], run[active])
        begin = np.cumsum(ahead) - ahead
        step = np.arange(int(ahead.sum())) - np.repeat(begin, ahead)
        owner = np.repeat(active, ahead)
        start = head.cursor.position[owner] + step * width[owner]
        reader = ColumnReader(head.cursor.placed(start.copy()))
        read(reader, owner)
        used = reader.cursor.position - start
        wrong = np.where((used != width[owner]) | reader.refused, step, _LONGEST_RUN)
        good = np.minimum(np.minimum.reduceat(wrong, begin) + 1, ahead)
        poor_rounds += int(good.sum()) < worthwhile
        last = begin + good - 1
        kept = step < np.repeat(good, ahead)
        at = (first + done)[owner[kept]] + step[kept]
        for name, column in made.items():
            column[at] = reader.columns[name][kept]
        head.cursor.position[active] = reader.cursor.position[last]
        width[active] = used[last]
        done[active] += good
        stopped = active[reader.refused[last]]
        head.refused[stopped] = True
        done[stopped] = count[stopped]
        run[active] = np.where(
            good == ahead, np.minimum(_GROWTH * ahead, _LONGEST_RUN), np.maximum(good, 1))


def read_where(
    reader: ColumnReader, present: Raw, read: Callable[[ColumnReader], None],
    names: Iterable[str] = (),
) -> None:
    """Read a structure that only some rows hold.

    Args:
        reader: At the structure, (n,); gets the columns.
        present: 1 where the row holds it, (n,).
        read: Reads it from every row that it is given.
        names: Columns that it fills.
    """
    rows = np.flatnonzero(present)
    if not rows.size:
        for name in names:
            reader.columns[name] = np.full(present.size, ABSENT)
        return
    inner = ColumnReader(reader.cursor.rows(rows))
    read(inner)
    reader.cursor.position[rows] = inner.cursor.position
    reader.refused[rows] |= inner.refused
    for name in names:
        column = np.full(present.size, ABSENT)
        column[rows] = inner.columns[name]
        reader.columns[name] = column


def skip_offset(reader: ColumnReader, owner: NDArray[np.intp]) -> None:
    """Pass over a PositionOffsetLLV."""
    del owner
    has_vertical, form = reader.cursor.read_run(1, 3)
    reader.refused |= read_offset(reader.cursor, form, has_vertical).invalid


def skip_polygon(reader: ColumnReader) -> None:
    """Pass over a Polygon, 4 to 32 points."""
    count = reader.cursor.read(5) + 4
    reader.refuse_above(count, 32)
    read_lists(reader, count, skip_offset, worthwhile=WORTHWHILE_POINTS)
