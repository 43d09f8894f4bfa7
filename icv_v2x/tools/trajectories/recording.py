# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Recorded or simulated traffic: one trajectory per road user, from whatever file it came."""

from __future__ import annotations

import gzip
import math
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

import numpy as np
from scipy.signal import savgol_filter

from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.tools.errors import SourceError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

_GZIP = b'\x1f\x8b'
_SMOOTHING = 1.0
_STANDING = 0.5


@dataclass(frozen=True)
class Trajectory:
    """One road user over time; unavailable is NaN.

    Attributes:
        name: Its id in the source.
        object_class: What it is.
        length: [m].
        width: [m].
        fixed: It never moves and was not tracked over time.
        time: (n,) [s] increasing.
        x: (n,) [m] centre of the box, east.
        y: (n,) [m] north.
        heading: (n,) [rad] counter-clockwise from east.
        speed: (n,) [m/s].
        acceleration: (n,) [m/s2].
        z: (n,) [m], None: the source has no heights.
    """

    name: str
    object_class: ObjectClass
    length: float
    width: float
    fixed: bool
    time: Array
    x: Array
    y: Array
    heading: Array
    speed: Array
    acceleration: Array
    z: Array | None = None

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self.time)

    @property
    def duration(self) -> float:
        """Time from the first to the last sample [s]."""
        return float(self.time[-1] - self.time[0])

    def yaw_rate(self) -> Array:
        """Return the slope of the heading over about a second, 0 while standing.

        Sources give headings from differences of positions, whose noise a plain difference
        would blow up: a least-squares line over a centred window is taken (Savitzky and Golay
        1964, order 1).

        Returns:
            (n,) [rad/s] counter-clockwise.
        """
        if len(self) < 2:
            return np.zeros(len(self))
        heading = np.unwrap(self.heading)
        steps = np.diff(self.time)
        step = float(np.median(steps))
        window = min(2 * round(0.5 * _SMOOTHING / step) + 1, len(self) - 1 + len(self) % 2)
        if window < 3 or np.ptp(steps) > 0.01 * step:
            rate = np.gradient(heading, self.time)
        else:
            rate = savgol_filter(heading, window, 1, deriv=1, delta=step)
        return np.where(np.abs(self.speed) < _STANDING, 0.0, rate)


@dataclass(frozen=True)
class Recording:
    """All road users of one source.

    Attributes:
        trajectories: In the order of the source, names unique.
        latitude: [deg] of the coordinates' origin, None: the source does not say.
        longitude: [deg].
        notes: What was passed over, for a person.
        simulated: A computer made it.
    """

    trajectories: tuple[Trajectory, ...]
    latitude: float | None = None
    longitude: float | None = None
    notes: tuple[str, ...] = ()
    simulated: bool = False

    def longest(self) -> Trajectory:
        """Return the vehicle observed longest, the first of several.

        Raises:
            SourceError: There is none that was tracked.
        """
        tracked = [
            trajectory for trajectory in self.trajectories
            if not trajectory.fixed and trajectory.object_class is not ObjectClass.PEDESTRIAN
        ]
        if not tracked:
            raise SourceError('the source has no moving vehicle that could be the ego')
        return max(tracked, key=lambda trajectory: round(trajectory.duration, 6))

    def named(self, name: str) -> Trajectory:
        """Return the trajectory of that name.

        Raises:
            SourceError: There is none; the text lists some names.
        """
        for trajectory in self.trajectories:
            if trajectory.name == name:
                return trajectory
        names = [trajectory.name for trajectory in self.trajectories]
        more = ', ...' if len(names) > 12 else ''
        raise SourceError(
            f'no vehicle {name} in the source; it has {", ".join(names[:12])}{more}')


def open_source(path: Path) -> IO[bytes]:
    """Open a source, unpacking it where it is gzip.

    Args:
        path: File, whatever its name.

    Returns:
        Binary stream.

    Raises:
        SourceError: It cannot be opened.
    """
    try:
        with path.open('rb') as file:
            packed = file.read(2) == _GZIP
        return cast('IO[bytes]', gzip.open(path)) if packed else path.open('rb')
    except OSError as error:
        raise SourceError(f'cannot read {path}: {error.strerror or error}') from error


UNPACKING_ERRORS = (OSError, EOFError, zlib.error)
"""What reading a damaged gzip file raises."""


def finite(text: str | None, what: str) -> float:
    """Return a number of a source.

    Args:
        text: As it stands there.
        what: Where it stands, for the error.

    Returns:
        The number.

    Raises:
        SourceError: It is missing, no number, or not finite.
    """
    try:
        number = float(text or '')
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise SourceError(f'{what} is {text!r}, expected a number')
    return number
