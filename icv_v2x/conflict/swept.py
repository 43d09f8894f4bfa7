# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The swept test: when and where moving footprints first come into contact, in continuous time."""

from __future__ import annotations

import dataclasses

import numpy as np

from icv_v2x.conflict.broad_phase import may_meet
from icv_v2x.conflict.footprint import Footprint, corners, overlap_point
from icv_v2x.conflict.overlap import (
    SeparatingAxes,
    linear_overlap,
    quadratic_overlap,
    separating_axes,
)
from icv_v2x.motion.pieces import (
    BoolArray,
    FloatArray,
    IndexArray,
    PiecewiseMotion,
    on_common_grid,
    piece_at,
    state_at,
    stretched,
)

# Temporaries of this many doubles stay in the second-level cache of common processors.
_CHUNK = 16384
# Contact that pauses for less than this is one contact: rounding at the seam of two pieces [s].
_SEAM = 1e-9


@dataclasses.dataclass(frozen=True)
class Contact:
    """The first contact of n pairs of moving footprints.

    Touching is no contact: see `icv_v2x.conflict.overlap`.

    Attributes:
        overlaps: Whether the footprints overlap within the common time, (n,).
        begin: First moment of overlap, (n,) [s]; NaN where there is none.
        end: End of that overlap, at most the common end of the motions, (n,) [s]; NaN where
            there is none.
        x: A point that both footprints share at `begin`, east, (n,) [m]; NaN where there is none.
        y: The same point, north, (n,) [m].
        piece: Piece of the second motion in force at `begin`, (n,); -1 where there is none.
    """

    overlaps: BoolArray
    begin: FloatArray
    end: FloatArray
    x: FloatArray
    y: FloatArray
    piece: IndexArray

    def take(self, rows: IndexArray) -> Contact:
        """Return the contacts of the chosen pairs.

        Args:
            rows: Indices (m,) or mask (n,) of the pairs.
        """
        return Contact(*(values[rows] for values in vars(self).values()))


def first_contact(
    first: PiecewiseMotion,
    first_footprint: Footprint,
    second: PiecewiseMotion,
    second_footprint: Footprint,
) -> Contact:
    """Return the first contact of pairs of moving footprints.

    Args:
        first: Motion of n objects, or of one that is paired with each of the second.
        first_footprint: Its sizes, (n,) or (1,).
        second: Motion of n objects, or of one.
        second_footprint: Its sizes, (n,) or (1,).

    Raises:
        ValueError: The numbers of objects do not fit together.
    """
    count = pair_count(first, first_footprint, second, second_footprint)
    begin, end = np.full(count, np.nan), np.full(count, np.nan)
    uniform = first.pieces == second.pieces == 1 and not (first.accelerated or second.accelerated)
    step = max(1, _CHUNK // max(4, first.pieces, second.pieces))
    for start in range(0, count, step):
        chunk = slice(start, min(start + step, count))
        parts = (
            _part(first, first_footprint, chunk),
            _part(second, second_footprint, chunk),
        )
        search = _uniform_contact if uniform else _piecewise_contact
        begin[chunk], end[chunk] = search(*parts[0], *parts[1], chunk.stop - chunk.start)
    overlaps = ~np.isnan(begin)
    x, y = np.full(count, np.nan), np.full(count, np.nan)
    piece = np.full(count, -1, dtype=np.intp)
    rows = np.flatnonzero(overlaps)
    if len(rows):
        moments = begin[rows]
        outlines, part = [], second
        for motion, footprint in ((first, first_footprint), (second, second_footprint)):
            part = motion if len(motion) == 1 else motion.take(rows)
            state = state_at(part, moments)
            size = footprint if len(footprint) == 1 else footprint.take(rows)
            outlines.append(corners(state.x, state.y, state.heading, size))
        x[rows], y[rows] = overlap_point(outlines[0], outlines[1])
        piece[rows] = piece_at(part, moments)
    return Contact(overlaps, begin, end, x, y, piece)


def pair_count(
    first: PiecewiseMotion,
    first_footprint: Footprint,
    second: PiecewiseMotion,
    second_footprint: Footprint,
) -> int:
    """Return the number of pairs.

    Raises:
        ValueError: The numbers of objects do not fit together.
    """
    counts = [len(first), len(first_footprint), len(second), len(second_footprint)]
    # An empty side makes no pairs, however many the other one has.
    count = 0 if 0 in counts else max(counts)
    if any(found not in (1, count) for found in counts):
        raise ValueError(
            f'motions and footprints are of {counts} objects, expected one number or 1'
        )
    return count


def _part(
    motion: PiecewiseMotion, footprint: Footprint, chunk: slice
) -> tuple[PiecewiseMotion, Footprint]:
    """Return the objects of a chunk, or the one that is paired with all."""
    whole = chunk.start == 0 and chunk.stop >= max(len(motion), len(footprint))
    if whole:
        return motion, footprint
    rows = np.arange(chunk.start, chunk.stop)
    return _rows_of(motion, footprint, rows)


def _index_into(objects: PiecewiseMotion | Footprint, rows: IndexArray) -> IndexArray:
    """Return the rows of pairs as rows of one side, which may be a single object."""
    return np.zeros_like(rows) if len(objects) == 1 else rows


def _rows_of(
    motion: PiecewiseMotion, footprint: Footprint, rows: IndexArray
) -> tuple[PiecewiseMotion, Footprint]:
    """Return one side of the chosen pairs, with one row for each."""
    return motion.take(_index_into(motion, rows)), footprint.take(_index_into(footprint, rows))


def _uniform_contact(
    first: PiecewiseMotion,
    first_footprint: Footprint,
    second: PiecewiseMotion,
    second_footprint: Footprint,
    count: int,
) -> tuple[FloatArray, FloatArray]:
    """Return begin and end of contact, (n,), for constant velocities."""
    start = np.maximum(first.start_time[..., 0], second.start_time[..., 0])
    duration = min(first.end_time, second.end_time) - start
    lead = [start - motion.start_time[..., 0] for motion in (first, second)]
    position, velocity = [], []
    for axis in ('x', 'y'):
        speeds = [getattr(motion, f'velocity_{axis}')[:, 0] for motion in (first, second)]
        places = [getattr(motion, axis)[:, 0] for motion in (first, second)]
        offset = places[1] - places[0]
        if lead[0].any() or lead[1].any():
            offset = offset + lead[1] * speeds[1] - lead[0] * speeds[0]
        position.append(offset)
        velocity.append(speeds[1] - speeds[0])
    axes = separating_axes(
        _at(first.direction, (slice(None), 0)),
        first_footprint,
        _at(second.direction, (slice(None), 0)),
        second_footprint,
    )
    begin, end = linear_overlap(
        axes, (position[0], position[1]), (velocity[0], velocity[1]), duration
    )
    none = ~(begin < end)
    begin += start
    end += start
    begin[none] = np.nan
    end[none] = np.nan
    return stretched(begin, (count,)), stretched(end, (count,))


def _piecewise_contact(
    first: PiecewiseMotion,
    first_footprint: Footprint,
    second: PiecewiseMotion,
    second_footprint: Footprint,
    count: int,
) -> tuple[FloatArray, FloatArray]:
    """Return begin and end of contact, (n,), for motion in any pieces."""
    begin, end = np.full(count, np.nan), np.full(count, np.nan)
    reach = first_footprint.radius + second_footprint.radius
    near = np.flatnonzero(stretched(may_meet(first, second, reach), (count,)))
    if not len(near):
        return begin, end
    first, second = (
        motion if len(motion) == 1 else motion.take(near) for motion in (first, second))
    first_footprint, second_footprint = (
        size if len(size) == 1 else size.take(near)
        for size in (first_footprint, second_footprint))
    first, second = on_common_grid(first, second)
    reach = (first_footprint.radius + second_footprint.radius)[:, np.newaxis]
    shape = (len(near), first.pieces)
    duration = stretched(first.durations, shape)
    possible = duration > 0.0
    relative: list[tuple[FloatArray, FloatArray, FloatArray]] = []
    for axis in ('x', 'y'):
        place, rate, change = (
            getattr(second, name) - getattr(first, name)
            for name in (axis, f'velocity_{axis}', f'acceleration_{axis}')
        )
        half = 0.5 * duration * rate
        last = place + 2.0 * half + 0.5 * duration * duration * change
        # The way lies in the hull of its two ends and of the point where their tangents meet.
        lower = np.minimum(np.minimum(place, place + half), last)
        upper = np.maximum(np.maximum(place, place + half), last)
        possible = possible & (lower < reach) & (upper > -reach)
        relative.append((place, rate, change))
    row, column = np.nonzero(possible)
    if not len(row):
        return begin, end
    pair = [tuple(stretched(values, shape)[row, column] for values in axis) for axis in relative]
    rows_of = [_index_into(motion, row) for motion in (first, second)]
    axes = separating_axes(
        _at(first.direction, (rows_of[0], column)),
        first_footprint.take(_index_into(first_footprint, row)),
        _at(second.direction, (rows_of[1], column)),
        second_footprint.take(_index_into(second_footprint, row)),
    )
    piece_begin, piece_end, _ = piece_overlap(axes, pair[0], pair[1], duration[row, column])
    found = piece_begin < piece_end
    row, column = row[found], column[found]
    start = stretched(first.start_time, shape)[row, column]
    rows, first_begin, first_end = _joined(
        row, start + piece_begin[found], start + piece_end[found]
    )
    begin[near[rows]], end[near[rows]] = first_begin, first_end
    return begin, end


def _at(
    direction: tuple[FloatArray, FloatArray], where: tuple[IndexArray | slice, IndexArray | int]
) -> tuple[FloatArray, FloatArray]:
    """Return cosine and sine of chosen pieces."""
    return direction[0][where], direction[1][where]


def piece_overlap(
    axes: SeparatingAxes,
    along_x: tuple[FloatArray, ...],
    along_y: tuple[FloatArray, ...],
    duration: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return when rectangles overlap in one piece, by the linear form where it is enough.

    Args:
        axes: Separating axes of m pairs.
        along_x: Position [m], velocity [m/s] and acceleration [m/s2] of the second relative to
            the first, east, (m,) each.
        along_y: The same, north.
        duration: Duration of the piece, (m,) [s].

    Returns:
        Begin and end of the first overlap and end of the last one, as `quadratic_overlap`.
    """
    position, velocity, acceleration = (
        (east, north) for east, north in zip(along_x, along_y, strict=True)
    )
    if np.any(acceleration[0]) or np.any(acceleration[1]):
        return quadratic_overlap(axes, position, velocity, acceleration, duration)
    begin, end = linear_overlap(axes, position, velocity, duration)
    return begin, end, end


def _joined(
    row: IndexArray, begin: FloatArray, end: FloatArray
) -> tuple[IndexArray, FloatArray, FloatArray]:
    """Join contacts that continue over pieces and keep the first of each row.

    Args:
        row: Row of each contact, ascending, (m,).
        begin: Begin of each contact, ascending within a row, (m,) [s].
        end: End of each contact, (m,) [s].

    Returns:
        The rows with contact, and begin and end of the first contact of each.
    """
    if not len(row):
        return row, begin, end
    new_row = np.concatenate(([True], row[1:] != row[:-1]))
    broken = new_row | np.concatenate(([True], begin[1:] - end[:-1] > _SEAM))
    starts = np.flatnonzero(broken)
    ends = np.append(starts[1:], len(row)) - 1
    leading = new_row[starts]
    return row[starts[leading]], begin[starts[leading]], end[ends[leading]]
