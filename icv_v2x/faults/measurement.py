# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Operators of what GNSS does: positions, headings and speeds that are off, senders' and ego's."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from icv_v2x.faults.channel import MOST_SENDERS, SECOND
from icv_v2x.faults.operator import Process, check_amount
from icv_v2x.inputs import Encoding, Standard
from icv_v2x.message_set import codec
from icv_v2x.message_set.errors import MessageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icv_v2x.faults.air import AirFrames
    from icv_v2x.inputs import Odometry

CORRELATION = 30.0
"""Time constant of a position bias where none is given [s], as GNSS has it."""

# WGS-84 (NIMA TR8350.2).
_SEMI_MAJOR_AXIS = 6_378_137.0
_ECCENTRICITY_SQUARED = 0.00669437999014
# Codes of the message set: units per SI unit, and the highest code that is a value.
_DEGREE = 1e7
_HIGHEST = {'lat': 900_000_000, 'long': 1_800_000_000, 'speed': 8190}
_SPEED_UNIT = 0.02
_FULL_CIRCLE = 28_800
# Latitude and longitude follow each other in the octets: lowest code and bits.
_PLACE = (('lat', -900_000_000, 31), ('long', -1_799_999_999, 32))
_PLACE_BITS = sum(bits for _, _, bits in _PLACE)
_MOST = 1e4


@dataclass(frozen=True)
class Deviations:
    """One standard deviation of each error.

    Attributes:
        position: [m] per axis, independent from message to message.
        bias: [m] per axis, correlated over `correlation`.
        speed: [m/s], independent; a standing vehicle knows that it stands.
        heading: [rad], independent.
        correlation: Time constant of the bias [s], a first-order Gauss-Markov process.
    """

    position: float = 0.0
    bias: float = 0.0
    speed: float = 0.0
    heading: float = 0.0
    correlation: float = CORRELATION

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            check_amount(f'the deviation {field.name}', getattr(self, field.name), _MOST)
        if self.correlation == 0.0:
            raise ValueError('the correlation time of the bias is 0 s, expected more')

    def scaled(self, level: float) -> Deviations:
        """Return the same errors, each so many times as large."""
        return Deviations(
            self.position * level, self.bias * level, self.speed * level, self.heading * level,
            self.correlation)


class _Error(NamedTuple):
    east: float
    north: float
    speed: float
    heading: float


class _ErrorProcess:
    """The errors of one vehicle over time."""

    def __init__(self, deviations: Deviations, seed: Sequence[int]) -> None:
        self._deviations = deviations
        self._random = np.random.default_rng(seed)
        self._bias = deviations.bias * self._random.standard_normal(2)
        self._time: int | None = None

    def at(self, time: int) -> _Error:
        """Return the errors at an instant [ns]; one before the last leaves the bias as it was."""
        sizes = self._deviations
        if self._time is not None and time > self._time:
            kept = math.exp(-(time - self._time) / SECOND / sizes.correlation)
            fresh = sizes.bias * math.sqrt(1.0 - kept * kept)
            self._bias = kept * self._bias + fresh * self._random.standard_normal(2)
        self._time = time if self._time is None else max(time, self._time)
        white = self._random.standard_normal(4)
        return _Error(
            float(self._bias[0] + sizes.position * white[0]),
            float(self._bias[1] + sizes.position * white[1]),
            float(sizes.speed * white[2]), float(sizes.heading * white[3]))


@dataclass(frozen=True)
class ReportError:
    """Basic safety messages say what an erring sender measured; other frames stay as they are.

    Attributes:
        deviations: Of every sender; the errors of two senders are independent.
    """

    deviations: Deviations

    def start(self, seed: Sequence[int]) -> Process:
        """Return the process of one run."""
        return _ReportError(self, seed)


class _ReportError(Process):
    def __init__(self, operator: ReportError, seed: Sequence[int]) -> None:
        self._deviations = operator.deviations
        self._seed = tuple(seed)
        self._senders: dict[str, _ErrorProcess] = {}
        sizes = operator.deviations
        self._only_moves = not (sizes.speed or sizes.heading)

    def frames(self, frames: AirFrames) -> AirFrames:
        times = frames.columns['reception_time'].tolist()
        readable = (frames.standard == Standard.CSAE) & (frames.encoding == Encoding.UPER)
        return frames.with_octets([
            self._changed(octets, time) if usable else octets
            for octets, time, usable in zip(frames.octets, times, readable.tolist(), strict=True)
        ])

    def _changed(self, octets: bytes, time: int) -> bytes:
        try:
            name, message = codec.message_of(codec.decode(octets))
            if name != 'BasicSafetyMessage':
                return octets
            before = _place(message)
            _add(message, self._sender(message['id']).at(time))
            moved = _moved(octets, before, _place(message)) if self._only_moves else None
            return moved or codec.encode(codec.frame_of(name, message))
        except MessageError:
            # A frame that nobody can read has no position to be off.
            return octets

    def _sender(self, name: str) -> _ErrorProcess:
        if name not in self._senders:
            if len(self._senders) >= MOST_SENDERS:
                del self._senders[next(iter(self._senders))]
            self._senders[name] = _ErrorProcess(self._deviations, [*self._seed, int(name, 16)])
        return self._senders[name]


def _place(message: dict[str, Any]) -> int:
    """Return latitude and longitude as their bits, one after the other, negative: no such code."""
    number = 0
    for name, lowest, bits in _PLACE:
        number = number << bits | (message['pos'][name] - lowest)
    return number


def _moved(octets: bytes, before: int, after: int) -> bytes | None:
    """Return a frame with another place in it, None where its place is not found in the bits."""
    whole, mask = int.from_bytes(octets, 'big'), (1 << _PLACE_BITS) - 1
    if after < 0:
        return None
    for first in range(8 * len(octets) - _PLACE_BITS, -1, -1):
        if whole >> first & mask == before:
            return (whole ^ (before ^ after) << first).to_bytes(len(octets), 'big')
    return None


def _add(message: dict[str, Any], error: _Error) -> None:
    """Add errors to a message; what it calls unavailable stays so."""
    position = message['pos']
    latitude, longitude = position['lat'], position['long']
    if abs(latitude) <= _HIGHEST['lat'] and abs(longitude) <= _HIGHEST['long']:
        north, east = metres_per_degree(latitude / _DEGREE)
        position['lat'] = _within(latitude + error.north / north * _DEGREE, _HIGHEST['lat'])
        # Beyond the date line the longitude goes on from the other side.
        turned = round(longitude + error.east / east * _DEGREE) + _HIGHEST['long']
        position['long'] = turned % (2 * _HIGHEST['long']) - _HIGHEST['long']
    if 0 < message['speed'] <= _HIGHEST['speed']:
        speed = abs(message['speed'] + error.speed / _SPEED_UNIT)
        message['speed'] = _within(speed, _HIGHEST['speed'])
    if message['heading'] < _FULL_CIRCLE:
        turn = error.heading / (2.0 * math.pi) * _FULL_CIRCLE
        message['heading'] = round(message['heading'] - turn) % _FULL_CIRCLE


def _within(code: float, highest: int) -> int:
    return max(-highest, min(highest, round(code)))


def metres_per_degree(latitude: float) -> tuple[float, float]:
    """Return the length of a degree of latitude and of longitude on the WGS-84 ellipsoid.

    Args:
        latitude: [deg]; beyond 89.9 degrees it counts as that.

    Returns:
        Northwards and eastwards [m/deg], from the radii of curvature in the meridian and in the
        prime vertical.
    """
    angle = math.radians(max(-89.9, min(89.9, latitude)))
    root = math.sqrt(1.0 - _ECCENTRICITY_SQUARED * math.sin(angle) ** 2)
    meridian = _SEMI_MAJOR_AXIS * (1.0 - _ECCENTRICITY_SQUARED) / root**3
    parallel = _SEMI_MAJOR_AXIS / root * math.cos(angle)
    return math.radians(meridian), math.radians(parallel)


@dataclass(frozen=True)
class OdometryError:
    """The ego's own pose is off, as localisation by GNSS is.

    Attributes:
        deviations: Of the ego.
    """

    deviations: Deviations

    def start(self, seed: Sequence[int]) -> Process:
        """Return the process of one run."""
        return _OdometryError(self, seed)


class _OdometryError(Process):
    def __init__(self, operator: OdometryError, seed: Sequence[int]) -> None:
        self._errors = _ErrorProcess(operator.deviations, seed)

    def odometry(self, odometry: Odometry) -> Odometry:
        error = self._errors.at(odometry.stamp)
        moves = odometry.velocity_x != 0.0
        return dataclasses.replace(
            odometry,
            x=odometry.x + error.east,
            y=odometry.y + error.north,
            yaw=odometry.yaw + error.heading,
            velocity_x=odometry.velocity_x + (error.speed if moves else 0.0),
        )
