# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Operators that change what basic safety messages say: places, clocks, any field."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.faults.channel import SECOND
from icv_v2x.faults.measurement import metres_per_degree
from icv_v2x.faults.operator import Process, check_amount
from icv_v2x.inputs import Encoding, Standard
from icv_v2x.message_set import codec
from icv_v2x.message_set.errors import MessageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from icv_v2x.faults.air import AirFrames

_MINUTE = 60_000
_DEGREE = 1e7
_FARTHEST = 1e7
_LONGEST = 3600.0
_BSM = 'BasicSafetyMessage'
_CODES_OF_A_MINUTE = 60_999


@dataclass(frozen=True)
class Reach:
    """Whose messages are struck, and when.

    Attributes:
        senders: Temporary ids, upper-case hexadecimal; empty: everybody's.
        begin: [s] since the first frame of the run.
        until: [s] likewise.
    """

    senders: frozenset[str] = frozenset()
    begin: float = 0.0
    until: float = math.inf


class Rewriting(Process):
    """Decodes the messages within reach, has them changed, and encodes them again."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._first: int | None = None

    def frames(self, frames: AirFrames) -> AirFrames:
        """Return frames whose messages within reach are changed."""
        if not len(frames):
            return frames
        times = frames.columns['reception_time'].tolist()
        if self._first is None:
            self._first = min(times)
        readable = (frames.standard == Standard.CSAE) & (frames.encoding == Encoding.UPER)
        octets = [
            self._changed(one, (time - self._first) / SECOND) if usable else one
            for one, time, usable in zip(frames.octets, times, readable.tolist(), strict=True)
        ]
        return self.around(frames.with_octets(octets))

    def around(self, frames: AirFrames) -> AirFrames:
        """Return frames with what the security header says of them changed, where it is."""
        return frames

    def change(self, message: dict[str, Any], elapsed: float) -> None:
        """Change one message in place, so many seconds after the begin of the fault."""
        raise NotImplementedError

    def _changed(self, octets: bytes, time: float) -> bytes:
        if not self._reach.begin <= time < self._reach.until:
            return octets
        try:
            name, message = codec.message_of(codec.decode(octets))
            if name != _BSM or not self._struck(message['id']):
                return octets
            self.change(message, time - self._reach.begin)
            return codec.encode(codec.frame_of(name, message))
        except MessageError:
            # What nobody can read has nothing to change.
            return octets

    def _struck(self, sender: str) -> bool:
        return not self._reach.senders or sender in self._reach.senders


@dataclass(frozen=True)
class Displacement:
    """Positions are off: at once, or more and more.

    Attributes:
        east: [m].
        north: [m].
        drift: [m/s] at which the displacement grows beyond that, eastwards.
        reach: Of whom and when.
    """

    east: float = 0.0
    north: float = 0.0
    drift: float = 0.0
    reach: Reach = Reach()

    def __post_init__(self) -> None:
        for name in ('east', 'north', 'drift'):
            check_amount(f'the displacement {name}', abs(getattr(self, name)), _FARTHEST)

    def start(self, seed: Sequence[int]) -> Process:
        """Return the process of one run."""
        del seed
        return _Displacement(self)


class _Displacement(Rewriting):
    def __init__(self, operator: Displacement) -> None:
        super().__init__(operator.reach)
        self._operator = operator

    def change(self, message: dict[str, Any], elapsed: float) -> None:
        operator, position = self._operator, message['pos']
        north, east = metres_per_degree(position['lat'] / _DEGREE)
        position['lat'] += round(operator.north / north * _DEGREE)
        position['long'] += round((operator.east + operator.drift * elapsed) / east * _DEGREE)


@dataclass(frozen=True)
class ClockError:
    """Clocks of senders are wrong; every one of them wrong alike is the own clock being wrong.

    Attributes:
        offset: [s] by which they are ahead.
        drift: [s/s] by which they gain.
        reach: Of whom and when.
    """

    offset: float = 0.0
    drift: float = 0.0
    reach: Reach = Reach()

    def __post_init__(self) -> None:
        check_amount('the offset of a clock', abs(self.offset), _LONGEST)
        check_amount('the drift of a clock', abs(self.drift), 1.0)

    def start(self, seed: Sequence[int]) -> Process:
        """Return the process of one run."""
        del seed
        return _ClockError(self)


class _ClockError(Rewriting):
    def __init__(self, operator: ClockError) -> None:
        super().__init__(operator.reach)
        self._operator = operator

    def change(self, message: dict[str, Any], elapsed: float) -> None:
        if message['secMark'] <= _CODES_OF_A_MINUTE:
            ahead = self._operator.offset + self._operator.drift * elapsed
            message['secMark'] = (message['secMark'] + round(1e3 * ahead)) % _MINUTE

    def around(self, frames: AirFrames) -> AirFrames:
        # The security header is stamped by the same clock; leaving its time out is allowed.
        columns = dict(frames.columns)
        columns['generation_time'] = np.zeros_like(columns['generation_time'])
        return type(frames)(
            frames.log_time, frames.stamp, frames.standard, frames.encoding, columns,
            frames.octets)


@dataclass(frozen=True)
class Claim:
    """Fields of messages say something else; the codes are those of the message set.

    Attributes:
        values: Path of a field, its parts joined by points, to the code that it takes. Fields
            that a message does not carry are added where the parts before the last are there.
        reach: Of whom and when.
    """

    values: Mapping[str, Any]
    reach: Reach = Reach()

    def start(self, seed: Sequence[int]) -> Process:
        """Return the process of one run."""
        del seed
        return _Claim(self)


class _Claim(Rewriting):
    def __init__(self, operator: Claim) -> None:
        super().__init__(operator.reach)
        self._values = operator.values

    def change(self, message: dict[str, Any], elapsed: float) -> None:
        del elapsed
        for path, value in self._values.items():
            *parents, name = path.split('.')
            place = message
            for parent in parents:
                place = place.setdefault(parent, {})
            place[name] = value


@dataclass(frozen=True)
class Outage:
    """No frame is heard for a while.

    Attributes:
        reach: When; `senders` is not looked at.
    """

    reach: Reach

    def start(self, seed: Sequence[int]) -> Process:
        """Return the process of one run."""
        del seed
        return _Outage(self)


class _Outage(Process):
    def __init__(self, operator: Outage) -> None:
        self._reach = operator.reach
        self._first: int | None = None

    def frames(self, frames: AirFrames) -> AirFrames:
        if not len(frames):
            return frames
        times = frames.columns['reception_time']
        if self._first is None:
            self._first = int(times.min())
        since = (times - self._first) / SECOND
        return frames.take((since < self._reach.begin) | (since >= self._reach.until))
