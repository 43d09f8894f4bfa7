# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Conflict zones: where the swept paths of two objects cross, who is in there when, who is first.

A piece in which an object moves along its heading sweeps a longer rectangle, so that a swept
path is a chain of rectangles and everything reduces to moving rectangles against standing ones.
A piece with a sideways component sweeps less than the rectangle taken for it, which errs towards
a larger zone. The paths, and with them the zone, end with the motions.
"""

from __future__ import annotations

import dataclasses
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from icv_v2x.conflict.footprint import Footprint
from icv_v2x.conflict.overlap import separating_axes
from icv_v2x.conflict.swept import Contact, first_contact, piece_overlap
from icv_v2x.motion.pieces import (
    BoolArray,
    FloatArray,
    IndexArray,
    PiecewiseMotion,
    distance_travelled,
)

# A few in a hundred pairs of pieces are near; the temporaries of those of so many pairs stay in
# the second-level cache of common processors.
_CHUNK = 131072
SEAM = 1e-9
"""An object that is still inside this shortly before the end has not left [s]."""
# From so many pairs of pieces on it pays to look for those that decide.
_MANY = 500
# A sweep that is narrower than its rectangle by no more than this is taken as equal [m].
_HAIR = 1e-3


@dataclasses.dataclass(frozen=True)
class ZoneTimes:
    """Conflict zones of one ego with n objects; NaN where there is no zone.

    Where the paths part and meet again the zone is all of it: first entry, last exit.

    Attributes:
        exists: Whether the swept paths overlap, (n,).
        ego_entry: When the ego's footprint enters the object's swept path, (n,) [s].
        ego_exit: When it has left it for good, (n,) [s]; inf where not before the end.
        object_entry: When the object's footprint enters the ego's swept path, (n,) [s].
        object_exit: When it has left it for good, (n,) [s]; inf where not before the end.
        ego_entry_distance: Way of the ego from now to its entry, (n,) [m].
        object_entry_distance: Way of the object from now to its entry, (n,) [m].
        ego_first: Whether the ego enters before the object, (n,).
        post_encroachment_time: Time from the exit of the first to the entry of the second, (n,)
            [s]. Negative for the time both spend in the zone without touching, as a leader and
            its follower do (at least that long where an exit is inf); NaN where they touch.
    """

    exists: BoolArray
    ego_entry: FloatArray
    ego_exit: FloatArray
    object_entry: FloatArray
    object_exit: FloatArray
    ego_entry_distance: FloatArray
    object_entry_distance: FloatArray
    ego_first: BoolArray
    post_encroachment_time: FloatArray

    def take(self, rows: npt.ArrayLike) -> ZoneTimes:
        """Return the zones with the chosen objects.

        Args:
            rows: Indices (m,) or mask (n,) of the objects.
        """
        index = np.asarray(rows)
        return ZoneTimes(*(values[index] for values in vars(self).values()))


@dataclasses.dataclass(frozen=True)
class _SweptPath:
    """The rectangles that the pieces of n motions sweep, (n, K) each.

    `sweeps` is False for a piece in which the object stands where the piece before it ended,
    and `hold` is the end of all such pieces after one, or else its own end [s]. `sideways` is
    the greatest way across the heading within a piece [m].
    """

    x: FloatArray
    y: FloatArray
    cosine: FloatArray
    sine: FloatArray
    length: FloatArray
    width: FloatArray
    half_x: FloatArray
    half_y: FloatArray
    sweeps: BoolArray
    hold: FloatArray
    sideways: float


def zone_times(
    ego_motion: PiecewiseMotion,
    ego_footprint: Footprint,
    motions: PiecewiseMotion,
    footprints: Footprint,
    *,
    contact: Contact | None = None,
) -> ZoneTimes:
    """Return the conflict zones of the ego with n objects, and when each is inside.

    Args:
        ego_motion: Motion of the ego, one object.
        ego_footprint: Its size, (1,).
        motions: Motion of n objects.
        footprints: Their sizes, (n,) or (1,).
        contact: First contact of the same motions, where it is known already.

    Raises:
        ValueError: `ego_motion` is not of one object.
    """
    if len(ego_motion) != 1:
        raise ValueError(f'ego_motion is of {len(ego_motion)} objects, expected 1')
    end_time = min(ego_motion.end_time, motions.end_time)
    ego_motion, motions = ego_motion.until(end_time), motions.until(end_time)
    if contact is None:
        contact = first_contact(ego_motion, ego_footprint, motions, footprints)
    count = len(motions)
    ego_entry, ego_exit = np.full(count, np.nan), np.full(count, np.nan)
    object_entry, object_exit = np.full(count, np.nan), np.full(count, np.nan)

    ego_path = _swept_path(ego_motion, ego_footprint)
    for chunk in _chunks(count, motions.pieces * ego_motion.pieces):
        whole = len(chunk) == count
        part = motions if whole else motions.take(chunk)
        size = footprints if whole or len(footprints) == 1 else footprints.take(chunk)
        path = _swept_path(part, size)
        row, piece, ego_piece = _crossing_pieces(path, ego_path)
        if len(row) > _MANY:
            row, piece, ego_piece = _outermost_pieces(path, ego_path, row, piece, ego_piece)
        if not len(row):
            continue
        entry, leave = _times_inside(
            (part, size, path, (row, piece)),
            (ego_motion, ego_footprint, ego_path, (np.zeros_like(row), ego_piece)),
        )
        starts = np.flatnonzero(np.concatenate(([True], row[1:] != row[:-1])))
        rows, pairs = chunk[row[starts]], len(row)
        object_entry[rows] = np.fmin.reduceat(entry[:pairs], starts)
        object_exit[rows] = np.fmax.reduceat(leave[:pairs], starts)
        ego_entry[rows] = np.fmin.reduceat(entry[pairs:], starts)
        ego_exit[rows] = np.fmax.reduceat(leave[pairs:], starts)

    exists = ~(np.isnan(ego_entry) | np.isnan(object_entry))
    for times in (ego_entry, ego_exit, object_entry, object_exit):
        times[~exists] = np.nan
    encroachment = np.maximum(object_entry - ego_exit, ego_entry - object_exit)
    encroachment[contact.overlaps] = np.nan
    ego_exit[ego_exit >= end_time - SEAM] = np.inf
    object_exit[object_exit >= end_time - SEAM] = np.inf
    ego_way, object_way = np.full(count, np.nan), np.full(count, np.nan)
    rows = np.flatnonzero(exists)
    if len(rows):
        ego_way[rows] = distance_travelled(ego_motion, ego_entry[rows])
        object_way[rows] = distance_travelled(motions.take(rows), object_entry[rows])
    return ZoneTimes(
        exists,
        ego_entry,
        ego_exit,
        object_entry,
        object_exit,
        ego_way,
        object_way,
        ego_entry < object_entry,
        encroachment,
    )


def _chunks(count: int, pieces: int) -> list[IndexArray]:
    """Return the rows 0 to n in chunks."""
    step = max(1, _CHUNK // pieces)
    return [np.arange(start, min(start + step, count)) for start in range(0, count, step)]


def _swept_path(motion: PiecewiseMotion, footprint: Footprint) -> _SweptPath:
    """Return the rectangles that the pieces of motions sweep."""
    duration = motion.durations
    tangents = [duration * rate for rate in (motion.velocity_x, motion.velocity_y)]
    cosine, sine = motion.direction
    extents, middles = [], []
    for east, north in ((cosine, sine), (-sine, cosine)):
        final = tangents[0] * east + tangents[1] * north
        if not motion.accelerated:
            extents.append(np.abs(final))
            middles.append(0.5 * final)
            continue
        # The way lies in the hull of its two ends and of the point where their tangents meet.
        tangent = 0.5 * final
        change = motion.acceleration_x * east + motion.acceleration_y * north
        final = final + 0.5 * duration * duration * change
        lower = np.minimum(np.minimum(tangent, final), 0.0)
        upper = np.maximum(np.maximum(tangent, final), 0.0)
        extents.append(upper - lower)
        middles.append(0.5 * (upper + lower))
    length = footprint.length[:, np.newaxis] + extents[0]
    width = footprint.width[:, np.newaxis] + extents[1]
    sweeps = np.empty(motion.x.shape, dtype=np.bool_)
    sweeps[:] = duration > 0.0
    hold = np.full(motion.x.shape, motion.end_time)
    if motion.pieces > 1:
        _join_standing_pieces(motion, extents, sweeps, hold)
    return _SweptPath(
        motion.x + middles[0] * cosine - middles[1] * sine,
        motion.y + middles[0] * sine + middles[1] * cosine,
        cosine,
        sine,
        length,
        width,
        0.5 * (length * np.abs(cosine) + width * np.abs(sine)),
        0.5 * (length * np.abs(sine) + width * np.abs(cosine)),
        sweeps,
        hold,
        float(np.fmax.reduce(extents[1], axis=None, initial=0.0)),
    )


def _join_standing_pieces(
    motion: PiecewiseMotion, extents: list[FloatArray], sweeps: BoolArray, hold: FloatArray
) -> None:
    """Take out pieces in which an object only stands, and let the piece before hold for them.

    Args:
        motion: Motion of n objects.
        extents: Way along and across the heading in each piece, (n, K) each [m].
        sweeps: Whether a piece has a duration, (n, K); cleared where it only stands.
        hold: Filled with the time until which a piece and those taken out last, (n, K) [s].
    """
    covered = (extents[0][:, 1:] == 0.0) & (extents[1][:, 1:] == 0.0) & sweeps[:, :-1]
    covered &= motion.heading[:, 1:] == motion.heading[:, :-1]
    sweeps[:, 1:] &= ~covered
    starts = np.where(sweeps, np.minimum(motion.start_time, motion.end_time), motion.end_time)
    # Backwards from the end: when the next piece starts that sweeps anything.
    following = np.minimum.accumulate(starts[:, ::-1], axis=1)[:, ::-1]
    hold[:, :-1] = following[:, 1:]


def _crossing_pieces(
    path: _SweptPath, ego_path: _SweptPath
) -> tuple[IndexArray, IndexArray, IndexArray]:
    """Return row, piece and ego piece of the rectangles whose upright boxes overlap.

    The pairs come in ascending order of rows.
    """
    near = path.sweeps.copy()
    for axis in ('x', 'y'):
        middle, half = getattr(path, axis), getattr(path, f'half_{axis}')
        ego_middle, ego_half = getattr(ego_path, axis), getattr(ego_path, f'half_{axis}')
        near &= middle - half < np.max(ego_middle + ego_half)
        near &= middle + half > np.min(ego_middle - ego_half)
    row, piece = np.nonzero(near)
    if ego_path.sweeps.shape[1] == 1:
        # The greatest and the least of a single piece are that piece.
        if not ego_path.sweeps[0, 0]:
            row = piece = row[:0]
        return row, piece, np.zeros_like(row)
    close = np.broadcast_to(ego_path.sweeps[0], (len(row), ego_path.sweeps.shape[1])).copy()
    for axis in ('x', 'y'):
        middle, half = getattr(path, axis)[row, piece], getattr(path, f'half_{axis}')[row, piece]
        ego_middle, ego_half = getattr(ego_path, axis)[0], getattr(ego_path, f'half_{axis}')[0]
        close &= (middle - half)[:, np.newaxis] < ego_middle + ego_half
        close &= (middle + half)[:, np.newaxis] > ego_middle - ego_half
    pair, ego_piece = np.nonzero(close)
    return row[pair], piece[pair], ego_piece


def _outermost_pieces(
    path: _SweptPath,
    ego_path: _SweptPath,
    row: IndexArray,
    piece: IndexArray,
    ego_piece: IndexArray,
) -> tuple[IndexArray, IndexArray, IndexArray]:
    """Return the pairs of pieces that decide on the first entry and the last exit.

    Those are pairs of rectangles that truly overlap, with the first or the last such piece of
    the row on either side. Where the sweep is a hair narrower than its rectangle, entry may
    happen in the piece next to it, which is kept too.

    Args:
        path: Swept paths of the objects.
        ego_path: Swept path of the ego.
        row: Row of each pair, ascending, (m,).
        piece: Piece of the object in each pair, (m,).
        ego_piece: Piece of the ego in each pair, (m,).
    """
    there, here = _standing(path, (row, piece)), _standing(ego_path, (0 * row, ego_piece))
    axes = separating_axes(
        (here[0], here[1]),
        Footprint(here[2], here[3]),
        (there[0], there[1]),
        Footprint(there[2], there[3]),
    )
    apart = np.abs(axes.project(there[4] - here[4], there[5] - here[5])) > axes.reach
    overlap = ~apart.any(axis=0)
    row, piece, ego_piece = row[overlap], piece[overlap], ego_piece[overlap]
    if not len(row) or max(path.sideways, ego_path.sideways) > _HAIR:
        return row, piece, ego_piece
    new_row = np.concatenate(([True], row[1:] != row[:-1]))
    starts, group = np.flatnonzero(new_row), np.cumsum(new_row) - 1
    keep = np.zeros(len(row), dtype=np.bool_)
    for index in (piece, ego_piece):
        keep |= index <= np.minimum.reduceat(index, starts)[group] + 1
        keep |= index >= np.maximum.reduceat(index, starts)[group] - 1
    return row[keep], piece[keep], ego_piece[keep]


_Side: TypeAlias = tuple[PiecewiseMotion, Footprint, _SweptPath, tuple[IndexArray, IndexArray]]


def _times_inside(one: _Side, other: _Side) -> tuple[FloatArray, FloatArray]:
    """Return when moving footprints are inside the rectangles that the other side sweeps.

    Args:
        one: Motion, sizes, swept path, and row and piece of each pair in these, (m,) each.
        other: The same of the other side.

    Returns:
        First entry and last exit, (2m,) each [s], NaN where never: first those of the one side
        in the other's path, then those of the other in the path of the one.
    """
    sides = [_moving(*side) for side in (one, other)]
    paths = [_standing(path, where) for _, _, path, where in (other, one)]
    moving = [np.concatenate(values) for values in zip(*sides, strict=True)]
    standing = [np.concatenate(values) for values in zip(*paths, strict=True)]
    cosine, sine, length, width, start, duration, hold, x, y, rate_x, rate_y, *change = moving
    axes = separating_axes(
        (standing[0], standing[1]),
        Footprint(standing[2], standing[3]),
        (cosine, sine),
        Footprint(length, width),
    )
    begin, end, last = piece_overlap(
        axes,
        (x - standing[4], rate_x, change[0]),
        (y - standing[5], rate_y, change[1]),
        duration,
    )
    inside = begin < end
    # Who is inside when he comes to a standstill is so for as long as he stands.
    leave = np.where(last >= duration, hold, start + last)
    return np.where(inside, start + begin, np.nan), np.where(inside, leave, np.nan)


def _moving(
    motion: PiecewiseMotion,
    footprint: Footprint,
    path: _SweptPath,
    where: tuple[IndexArray, IndexArray],
) -> list[FloatArray]:
    """Return direction, size, time and motion of the chosen pieces, (m,) each."""
    row, piece = where
    one = np.zeros_like(row) if len(footprint) == 1 else row
    # One index into the flat arrays is looked up much faster than two.
    flat = row * path.x.shape[1] + piece
    shared = piece if motion.start_time.ndim == 1 else flat
    if motion.accelerated:
        change = [motion.acceleration_x.take(flat), motion.acceleration_y.take(flat)]
    else:
        change = [np.zeros(len(row))] * 2
    return [
        path.cosine.take(flat),
        path.sine.take(flat),
        footprint.length[one],
        footprint.width[one],
        motion.start_time.take(shared),
        motion.durations.take(shared),
        path.hold.take(flat),
        motion.x.take(flat),
        motion.y.take(flat),
        motion.velocity_x.take(flat),
        motion.velocity_y.take(flat),
        *change,
    ]


def _standing(path: _SweptPath, where: tuple[IndexArray, IndexArray]) -> list[FloatArray]:
    """Return direction, size and centre of the chosen rectangles, (m,) each."""
    flat = where[0] * path.x.shape[1] + where[1]
    return [
        values.take(flat)
        for values in (path.cosine, path.sine, path.length, path.width, path.x, path.y)
    ]
