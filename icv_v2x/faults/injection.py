# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Operators of a hostile channel: frames are damaged, replayed, flooded, or judged otherwise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.faults.air import joined
from icv_v2x.faults.channel import LONGEST, SECOND
from icv_v2x.faults.operator import Process, check_amount, check_share
from icv_v2x.inputs import Verification
from icv_v2x.message_set import codec
from icv_v2x.message_set.errors import MessageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icv_v2x.faults.air import AirFrames

_MOST_AT_ONCE = 1000
_DEGREE = 1e7
_MOST_COUNTS = 128
_FLOOD_SIGNER = 0x464C_4F4F_0000_0000
_FLOOD_SENDER = 0xF10D_0000_0000_0000


class Damage(Enum):
    """What becomes of a damaged frame."""

    CUT = 'cut'
    FLIPPED = 'flipped'
    RANDOM = 'random'
    LONGER = 'longer'


@dataclass(frozen=True)
class Mutate:
    """Octets of frames are damaged.

    Attributes:
        share: Of the frames, 0 to 1.
        kinds: What happens to them, each as often as the others.
        copies: The damaged frame comes besides the sound one instead of in its place.
    """

    share: float
    kinds: tuple[Damage, ...] = tuple(Damage)
    copies: bool = False

    def __post_init__(self) -> None:
        check_share('the share damaged', self.share)
        if not self.kinds:
            raise ValueError('no kind of damage is named, expected one or more')

    def start(self, seed: Sequence[int]) -> Process:
        """Return the process of one run."""
        return _Mutate(self, seed)


class _Mutate(Process):
    def __init__(self, operator: Mutate, seed: Sequence[int]) -> None:
        self._operator = operator
        self._random = np.random.default_rng(seed)

    def frames(self, frames: AirFrames) -> AirFrames:
        struck = self._random.random(len(frames)) < self._operator.share
        octets = [
            self._damaged(one) if bad else one
            for one, bad in zip(frames.octets, struck.tolist(), strict=True)]
        damaged = frames.with_octets(octets)
        return joined([frames, damaged.take(struck)]) if self._operator.copies else damaged

    def _damaged(self, octets: bytes) -> bytes:
        random = self._random
        kind = self._operator.kinds[int(random.integers(len(self._operator.kinds)))]
        if kind is Damage.CUT:
            return octets[:int(random.integers(len(octets) + 1))]
        if kind is Damage.RANDOM:
            return random.bytes(int(random.integers(1, 400)))
        if kind is Damage.LONGER:
            return octets + random.bytes(int(random.integers(1, 100)))
        bits = np.unpackbits(np.frombuffer(octets, np.uint8))
        bits[random.integers(len(bits), size=int(random.integers(1, 9)))] ^= 1
        return np.packbits(bits).tobytes()


@dataclass(frozen=True)
class Replay:
    """Every frame comes again later, as someone who recorded it sends it.

    Attributes:
        delay: [s].
    """

    delay: float

    def __post_init__(self) -> None:
        check_amount('the delay of a replay', self.delay, LONGEST)

    def start(self, seed: Sequence[int]) -> Process:
        """Return the process of one run."""
        del seed
        return _Replay(self)


class _Replay(Process):
    def __init__(self, operator: Replay) -> None:
        self._delay = round(operator.delay * SECOND)

    def frames(self, frames: AirFrames) -> AirFrames:
        again = frames.later(np.full(len(frames), self._delay, np.int64))
        return joined([frames, again])


@dataclass(frozen=True)
class Flood:
    """With every basic safety message come many of senders that are not there.

    Attributes:
        frames: Invented frames for each frame heard.
        senders: How many temporary ids and certificates they use in turn.
        spread: [m] how far from the sender heard they claim to be.
        verification: What the unit says of them.
    """

    frames: int
    senders: int = 100
    spread: float = 300.0
    verification: Verification = Verification.VERIFIED

    def __post_init__(self) -> None:
        for name in ('frames', 'senders'):
            if not 1 <= getattr(self, name) <= _MOST_AT_ONCE:
                raise ValueError(
                    f'{name} of a flood are {getattr(self, name)}, expected 1 to {_MOST_AT_ONCE}')

    def start(self, seed: Sequence[int]) -> Process:
        """Return the process of one run."""
        return _Flood(self, seed)


class _Flood(Process):
    def __init__(self, operator: Flood, seed: Sequence[int]) -> None:
        self._operator = operator
        self._random = np.random.default_rng(seed)
        self._sent = 0

    def frames(self, frames: AirFrames) -> AirFrames:
        parts = [frames]
        for row, octets in enumerate(frames.octets):
            try:
                name, message = codec.message_of(codec.decode(octets))
            except MessageError:
                continue
            if name != 'BasicSafetyMessage':
                continue
            numbers = np.arange(self._sent, self._sent + self._operator.frames)
            self._sent += self._operator.frames
            parts.append(self._invented(frames, row, message, numbers))
        return joined(parts)

    def _invented(
        self, frames: AirFrames, row: int, message: dict[str, object], numbers: np.ndarray,
    ) -> AirFrames:
        operator = self._operator
        source = frames.take(np.full(len(numbers), row, np.intp))
        sender = numbers % operator.senders
        angle = 2.0 * np.pi * sender / operator.senders
        # About one hundred thousandth of a degree is a metre.
        reach = operator.spread * 1e-5 * _DEGREE * (0.2 + 0.8 * self._random.random(1)[0])
        place = dict(message['pos'])  # type: ignore[call-overload]
        made = []
        for index, number in enumerate(numbers.tolist()):
            invented = {
                **message, 'id': f'{_FLOOD_SENDER + int(sender[index]):016X}',
                'msgCnt': number // operator.senders % _MOST_COUNTS,
                'pos': {
                    **place,
                    'lat': place['lat'] + round(reach * float(np.cos(angle[index]))),
                    'long': place['long'] + round(reach * float(np.sin(angle[index]))),
                },
            }
            made.append(codec.encode(codec.frame_of('BasicSafetyMessage', invented)))
        columns = dict(source.columns)
        columns['signer'] = (_FLOOD_SIGNER + sender).astype(np.uint64)
        columns['verification'] = np.full(len(numbers), operator.verification, np.uint8)
        return replace(source.with_octets(made), columns=columns)


@dataclass(frozen=True)
class Judged:
    """The on-board unit says something else of signatures.

    Attributes:
        verification: What it says, also values that no unit knows.
        share: Of the frames, 0 to 1.
    """

    verification: int
    share: float = 1.0

    def __post_init__(self) -> None:
        check_share('the share judged otherwise', self.share)

    def start(self, seed: Sequence[int]) -> Process:
        """Return the process of one run."""
        return _Judged(self, seed)


class _Judged(Process):
    def __init__(self, operator: Judged, seed: Sequence[int]) -> None:
        self._operator = operator
        self._random = np.random.default_rng(seed)

    def frames(self, frames: AirFrames) -> AirFrames:
        struck = self._random.random(len(frames)) < self._operator.share
        columns = dict(frames.columns)
        columns['verification'] = np.where(
            struck, self._operator.verification, columns['verification']).astype(np.uint8)
        return replace(frames, columns=columns)
