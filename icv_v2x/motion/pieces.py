# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Motion in pieces: what every prediction model returns and every conflict test takes.

A motion covers the time from the first piece's start to a common end. Within one piece an object
keeps its heading and moves uniformly or uniformly accelerated, so that contact with another
object can be solved in closed form. Times are seconds from now, positions are those of the
centre of the footprint in the map frame (x east, y north, [m]), headings are yaw angles
counter-clockwise from +x [rad].
"""

from __future__ import annotations

import dataclasses
import functools
from typing import TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]
IndexArray: TypeAlias = npt.NDArray[np.intp]
BoolArray: TypeAlias = npt.NDArray[np.bool_]
_Scalar = TypeVar('_Scalar', bound=np.generic)

_PIECE_FIELDS = (
    'x',
    'y',
    'heading',
    'velocity_x',
    'velocity_y',
    'acceleration_x',
    'acceleration_y',
)
# The acceleration of whatever is not accelerated, repeated without memory.
_NONE = np.zeros(1)


@dataclasses.dataclass(frozen=True)
class MotionState:
    """Where objects are and how they move at given times; every array has the same shape.

    Attributes:
        x: Centre of the footprint, east [m].
        y: Centre of the footprint, north [m].
        heading: Orientation of the footprint [rad].
        velocity_x: Velocity over ground, east [m/s].
        velocity_y: Velocity over ground, north [m/s].
    """

    x: FloatArray
    y: FloatArray
    heading: FloatArray
    velocity_x: FloatArray
    velocity_y: FloatArray


@dataclasses.dataclass(frozen=True)
class PiecewiseMotion:
    """The motion of n objects in K pieces each.

    Attributes:
        start_time: Start of each piece, not decreasing; (K,) where all objects share the grid,
            else (n, K) [s]. A piece of no length is allowed and has no effect.
        end_time: End of the last piece of all objects [s].
        x: Centre of the footprint at the start of the piece, east, (n, K) [m].
        y: Centre of the footprint at the start of the piece, north, (n, K) [m].
        heading: Orientation of the footprint during the piece, (n, K) [rad]. The course may
            differ from it.
        velocity_x: Velocity at the start of the piece, east, (n, K) [m/s].
        velocity_y: Velocity at the start of the piece, north, (n, K) [m/s].
        acceleration_x: Acceleration during the piece, east, (n, K) [m/s2].
        acceleration_y: Acceleration during the piece, north, (n, K) [m/s2].
    """

    start_time: FloatArray
    end_time: float
    x: FloatArray
    y: FloatArray
    heading: FloatArray
    velocity_x: FloatArray
    velocity_y: FloatArray
    acceleration_x: FloatArray
    acceleration_y: FloatArray

    def __post_init__(self) -> None:
        """Check that the arrays fit together.

        Raises:
            ValueError: An array is not (n, K), or the grid fits neither (K,) nor (n, K).
        """
        shape = self.x.shape
        # Motions are made several times a cycle: the loop is for those that do not fit.
        fits = (
            shape == self.y.shape == self.heading.shape == self.velocity_x.shape
            == self.velocity_y.shape == self.acceleration_x.shape == self.acceleration_y.shape
        )
        for name in () if fits and len(shape) == 2 else _PIECE_FIELDS:
            found = getattr(self, name).shape
            if len(shape) != 2 or found != shape:
                raise ValueError(f'{name} has shape {found}, expected (n, K) = {shape} like x')
        if self.start_time.shape not in (shape, shape[1:]):
            raise ValueError(
                f'start_time has shape {self.start_time.shape}, expected {shape[1:]} or {shape}'
            )

    def __len__(self) -> int:
        """Return the number of objects n."""
        return int(self.x.shape[0])

    @property
    def pieces(self) -> int:
        """Number of pieces K."""
        return int(self.x.shape[1])

    @functools.cached_property
    def accelerated(self) -> bool:
        """False where no piece is accelerated, which lets tests take their linear path."""
        known_none = self.acceleration_x.base is _NONE
        return not known_none and bool(self.acceleration_x.any() or self.acceleration_y.any())

    @functools.cached_property
    def direction(self) -> tuple[FloatArray, FloatArray]:
        """Cosine and sine of the heading, (n, K) each."""
        return np.cos(self.heading), np.sin(self.heading)

    @functools.cached_property
    def durations(self) -> FloatArray:
        """Length of each piece, (K,) or (n, K) like `start_time` [s]."""
        start = np.minimum(self.start_time, self.end_time)
        end = np.full_like(start, self.end_time)
        end[..., :-1] = start[..., 1:]
        return end - start

    def take(self, rows: npt.ArrayLike) -> PiecewiseMotion:
        """Return the motion of the chosen objects only.

        Args:
            rows: Indices (m,) or mask (n,) of the objects.
        """
        index = np.asarray(rows)
        start = self.start_time if self.start_time.ndim == 1 else self.start_time[index]
        fields = [getattr(self, name)[index] for name in _PIECE_FIELDS[:5]]
        if self.accelerated:
            fields += [self.acceleration_x[index], self.acceleration_y[index]]
        else:
            fields += [no_acceleration(fields[0].shape)] * 2
        taken = PiecewiseMotion(start, self.end_time, *fields)
        known = vars(self)
        # What was found out about all holds for the chosen ones too.
        if 'direction' in known:
            cosine, sine = self.direction
            vars(taken)['direction'] = cosine[index], sine[index]
        if 'durations' in known and start is self.start_time:
            vars(taken)['durations'] = self.durations
        return taken

    def with_direction(self, cosine: FloatArray, sine: FloatArray) -> PiecewiseMotion:
        """Return the motion itself, told of what its headings make, (n, K) each."""
        vars(self)['direction'] = cosine, sine
        return self

    def until(self, end_time: float) -> PiecewiseMotion:
        """Return the same motion with another end, which only cuts or prolongs the last piece.

        Args:
            end_time: New end [s]. Pieces that start later lose their length.
        """
        if end_time == self.end_time:
            return self
        return dataclasses.replace(self, end_time=end_time)


def piece_at(motion: PiecewiseMotion, time: npt.ArrayLike) -> IndexArray:
    """Return the index of the piece in force for each object.

    Args:
        motion: Motion of n objects.
        time: One time for all objects, a time for each (n,), or several for each (n, m) [s].

    Returns:
        Index into the pieces, (n,) for scalar and (n,) times, else (n, m); where several pieces
        start at once the last of them, before the first one that one.
    """
    moments = _moments(motion, time)
    if motion.pieces == 1:
        return np.zeros(moments.shape, dtype=np.intp)
    if motion.start_time.ndim == 1:
        index: IndexArray = np.searchsorted(motion.start_time, moments, side='right') - 1
        return np.maximum(index, 0)
    start = motion.start_time
    if moments.ndim == 1:
        started = start <= moments[:, np.newaxis]
    else:
        started = start[:, np.newaxis, :] <= moments[:, :, np.newaxis]
    count: IndexArray = np.count_nonzero(started, axis=-1)
    return np.maximum(count - 1, 0)


def state_at(motion: PiecewiseMotion, time: npt.ArrayLike) -> MotionState:
    """Return the state of the objects at any time.

    Args:
        motion: Motion of n objects.
        time: One time for all objects, a time for each (n,), or several for each (n, m) [s];
            one object takes any number of times (m,). A time outside the motion counts as its
            nearest end.

    Returns:
        The state, (n,) for scalar times, else of the shape of the times.
    """
    moments = _moments(motion, time)
    first = motion.start_time[..., :1]
    if moments.ndim == 1:
        first = first[..., 0]
    moments = np.minimum(np.maximum(moments, first), motion.end_time)
    if motion.pieces == 1 and moments.ndim == 1 and not motion.accelerated:
        return _uniform(motion, moments - motion.start_time[..., 0])
    state = _continued(motion, piece_at(motion, moments), moments)
    return MotionState(state.x, state.y, state.heading, state.velocity_x, state.velocity_y)


def position_at(motion: PiecewiseMotion, time: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return x and y of the objects at any time; arguments and shapes as for `state_at`."""
    state = state_at(motion, time)
    return state.x, state.y


def on_grid(motion: PiecewiseMotion, start_time: FloatArray) -> PiecewiseMotion:
    """Return the same motion with pieces that start at other times.

    It is the same motion only where the new grid holds the old one's starts; otherwise each new
    piece continues what was in force at its start.

    Args:
        motion: Motion of n objects.
        start_time: Start of the new pieces, (M,) or (n, M) [s].
    """
    if start_time is motion.start_time:
        return motion
    grid = np.broadcast_to(start_time, (len(motion), start_time.shape[-1]))
    pieces = _continued(motion, piece_at(motion, grid), grid)
    return PiecewiseMotion(start_time, motion.end_time, *(vars(pieces)[f] for f in _PIECE_FIELDS))


def on_common_grid(
    first: PiecewiseMotion, second: PiecewiseMotion
) -> tuple[PiecewiseMotion, PiecewiseMotion]:
    """Return two motions cut into pieces that start at the same times.

    Args:
        first: Motion of n objects or of one.
        second: Motion of n objects or of one.

    Returns:
        Both on a grid that holds the starts of both, and with the earlier of both ends. The grid
        is (M,) where both have a shared grid, else (n, M), also for a motion of one object that
        is then repeated for each.
    """
    end = min(first.end_time, second.end_time)
    first, second = first.until(end), second.until(end)
    if first.start_time is second.start_time or np.array_equal(
        first.start_time, second.start_time
    ):
        return first, second
    if first.start_time.ndim == second.start_time.ndim == 1:
        grid = np.union1d(first.start_time, second.start_time)
        return _on_shared_grid(first, grid), _on_shared_grid(second, grid)
    count = max(len(first), len(second))
    starts = [
        np.broadcast_to(np.atleast_2d(motion.start_time), (count, motion.pieces))
        for motion in (first, second)
    ]
    grid = np.sort(np.concatenate(starts, axis=1), axis=1)
    return on_grid(_repeated(first, count), grid), on_grid(_repeated(second, count), grid)


def _on_shared_grid(motion: PiecewiseMotion, grid: FloatArray) -> PiecewiseMotion:
    """Return the same motion on a grid without repeated times, itself where that is its own."""
    return motion if np.array_equal(motion.start_time, grid) else on_grid(motion, grid)


@functools.lru_cache(maxsize=256)
def no_acceleration(shape: tuple[int, ...]) -> FloatArray:
    """Return zeros of a shape, read-only, known to be no acceleration without a look."""
    return np.broadcast_to(_NONE, shape)


def aligned(*values: npt.ArrayLike) -> list[FloatArray]:
    """Return one value or array (n,) per quantity as arrays (n,), read-only where repeated."""
    arrays = [np.atleast_1d(np.asarray(value, dtype=np.float64)) for value in values]
    shape = arrays[0].shape
    # Mostly all are of one length, and then numpy's own check costs more than what follows.
    if all(array.shape == shape for array in arrays):
        return arrays
    return list(np.broadcast_arrays(*arrays))


def stretched(values: npt.NDArray[_Scalar], shape: tuple[int, ...]) -> npt.NDArray[_Scalar]:
    """Return values as an array of a shape, which they mostly have: then at no cost."""
    return values if values.shape == shape else np.broadcast_to(values, shape)


def _moments(motion: PiecewiseMotion, time: npt.ArrayLike) -> FloatArray:
    """Return times as (n,) or (n, m)."""
    moments = np.asarray(time, dtype=np.float64)
    if moments.ndim == 2 or (moments.ndim == 1 and len(motion) in (1, len(moments))):
        return moments
    return stretched(moments, (len(motion),))


@dataclasses.dataclass(frozen=True)
class _Continued(MotionState):
    """The state with the acceleration in force, all of one shape [m/s2]."""

    acceleration_x: FloatArray
    acceleration_y: FloatArray


def _continued(motion: PiecewiseMotion, piece: IndexArray, time: FloatArray) -> _Continued:
    """Return what follows at times from the given pieces, (n,) or (n, m) each."""
    row = np.arange(len(motion)) if len(motion) > 1 else np.zeros(1, dtype=np.intp)
    if piece.ndim == 2:
        row = row[:, np.newaxis]
    start = motion.start_time
    elapsed = time - (start[piece] if start.ndim == 1 else start[row, piece])
    velocity_x, velocity_y = motion.velocity_x[row, piece], motion.velocity_y[row, piece]
    x, y = motion.x[row, piece], motion.y[row, piece]
    if not motion.accelerated:
        none = no_acceleration(x.shape)
        return _Continued(
            x + elapsed * velocity_x,
            y + elapsed * velocity_y,
            motion.heading[row, piece],
            velocity_x,
            velocity_y,
            none,
            none,
        )
    change_x, change_y = motion.acceleration_x[row, piece], motion.acceleration_y[row, piece]
    return _Continued(
        x + elapsed * (velocity_x + 0.5 * elapsed * change_x),
        y + elapsed * (velocity_y + 0.5 * elapsed * change_y),
        motion.heading[row, piece],
        velocity_x + elapsed * change_x,
        velocity_y + elapsed * change_y,
        change_x,
        change_y,
    )


def _uniform(motion: PiecewiseMotion, elapsed: FloatArray) -> MotionState:
    """Return the state after times (m,) in a single piece without acceleration, (m,)."""
    columns = [getattr(motion, name)[:, 0] for name in _PIECE_FIELDS[:5]]
    if len(columns[0]) != len(elapsed):
        columns = [np.repeat(column, len(elapsed)) for column in columns]
    x, y, heading, velocity_x, velocity_y = columns
    return MotionState(
        x + elapsed * velocity_x, y + elapsed * velocity_y, heading, velocity_x, velocity_y
    )


def _repeated(motion: PiecewiseMotion, count: int) -> PiecewiseMotion:
    """Return the motion of one object as that of `count` equal ones."""
    if len(motion) == count:
        return motion
    return motion.take(np.zeros(count, dtype=np.intp))


def distance_travelled(motion: PiecewiseMotion, time: npt.ArrayLike) -> FloatArray:
    """Return the length of the way each object has made, exact where it does not reverse.

    Args:
        motion: Motion of n objects, without reversing inside a piece.
        time: One time for each object, (n,), or one for all [s]; one object takes any number
            of times (m,). Clipped like in `state_at`.

    Returns:
        Distance along the path since the start of the motion, (n,) or (m,) [m]; NaN for a NaN
        time.
    """
    moments = _moments(motion, time)
    if motion.pieces == 1 and motion.start_time.ndim == 1 and not motion.accelerated:
        duration = motion.durations[0]
        pace = np.hypot(motion.velocity_x[:, 0], motion.velocity_y[:, 0])
        way: FloatArray = pace * np.minimum(
            np.maximum(moments - motion.start_time[0], 0.0), duration)
        return way
    spent = np.clip(moments[:, np.newaxis] - motion.start_time, 0.0, motion.durations)
    along_x = spent * (motion.velocity_x + 0.5 * spent * motion.acceleration_x)
    along_y = spent * (motion.velocity_y + 0.5 * spent * motion.acceleration_y)
    travelled: FloatArray = np.hypot(along_x, along_y).sum(axis=1)
    return travelled
