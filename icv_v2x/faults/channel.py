# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Operators of the radio channel: frames are lost, late, repeated or out of order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.faults.air import AirFrames, joined
from icv_v2x.faults.operator import Process, check_amount, check_share

if TYPE_CHECKING:
    from collections.abc import Sequence

SECOND = 1_000_000_000
LONGEST = 3600.0
"""Longest delay, interval or outage that is taken [s]."""
MOST_SENDERS = 10_000
"""Senders whose state is kept; the one that began first is forgotten first."""

_COMMON = 0


@dataclass(frozen=True)
class Loss:
    """Each frame is lost by itself.

    Attributes:
        share: Of the frames, 0 to 1.
    """

    share: float

    def __post_init__(self) -> None:
        check_share('the share lost', self.share)

    def start(self, seed: Sequence[int]) -> Process:
        """Return the process of one run."""
        return _Loss(self, seed)


class _Loss(Process):
    def __init__(self, operator: Loss, seed: Sequence[int]) -> None:
        self._operator = operator
        self._random = np.random.default_rng(seed)

    def frames(self, frames: AirFrames) -> AirFrames:
        return frames.take(self._random.random(len(frames)) >= self._operator.share)


@dataclass(frozen=True)
class Burst:
    """Outages in which every frame is lost, at times of a Poisson process.

    Attributes:
        interval: Mean time from the end of one outage to the next [s].
        duration: Of each outage [s].
        common: The outages strike all senders at once, as interference at the ego does; else
            each signer on its own, as a lorry in between does.
    """

    interval: float
    duration: float
    common: bool = False

    def __post_init__(self) -> None:
        check_amount('the interval of outages', self.interval, LONGEST)
        check_amount('the duration of an outage', self.duration, LONGEST)
        if self.interval == 0.0:
            raise ValueError('the interval of outages is 0, expected more')

    def start(self, seed: Sequence[int]) -> Process:
        """Return the process of one run."""
        return _Burst(self, seed)


class _Burst(Process):
    def __init__(self, operator: Burst, seed: Sequence[int]) -> None:
        self._operator = operator
        self._seed = tuple(seed)
        self._links: dict[int, tuple[np.random.Generator, int]] = {}

    def frames(self, frames: AirFrames) -> AirFrames:
        times = frames.columns['reception_time'].tolist()
        signers = frames.columns['signer'].tolist()
        heard = [
            self._heard(_COMMON if self._operator.common else signer, time)
            for time, signer in zip(times, signers, strict=True)
        ]
        return frames.take(np.array(heard, np.bool_))

    def _heard(self, link: int, time: int) -> bool:
        duration = round(self._operator.duration * SECOND)
        if link not in self._links:
            _make_room(self._links)
            random = np.random.default_rng([*self._seed, link])
            self._links[link] = (random, time + self._wait(random))
        random, begin = self._links[link]
        while time >= begin + duration:
            begin += duration + self._wait(random)
        self._links[link] = (random, begin)
        return time < begin

    def _wait(self, random: np.random.Generator) -> int:
        # At least 1 ns, so that outages of no duration come to an end as well.
        return max(1, round(random.exponential(self._operator.interval) * SECOND))


@dataclass(frozen=True)
class Delay:
    """Every frame is late by the same time.

    Attributes:
        time: [s].
    """

    time: float

    def __post_init__(self) -> None:
        check_amount('the delay', self.time, LONGEST)

    def start(self, seed: Sequence[int]) -> Process:
        """Return the process of one run."""
        del seed
        return _Delay(self)


class _Delay(Process):
    def __init__(self, operator: Delay) -> None:
        self._delay = round(operator.time * SECOND)

    def frames(self, frames: AirFrames) -> AirFrames:
        return frames.later(np.full(len(frames), self._delay, np.int64))


@dataclass(frozen=True)
class Jitter:
    """Each frame is late by a time of its own, evenly distributed from 0; frames may overtake.

    Attributes:
        most: [s].
    """

    most: float

    def __post_init__(self) -> None:
        check_amount('the jitter', self.most, LONGEST)

    def start(self, seed: Sequence[int]) -> Process:
        """Return the process of one run."""
        return _Jitter(self, seed)


class _Jitter(Process):
    def __init__(self, operator: Jitter, seed: Sequence[int]) -> None:
        self._operator = operator
        self._random = np.random.default_rng(seed)

    def frames(self, frames: AirFrames) -> AirFrames:
        delay = self._random.random(len(frames)) * self._operator.most * SECOND
        return frames.later(np.round(delay).astype(np.int64))


@dataclass(frozen=True)
class Duplicate:
    """Frames come more than once, the copies right behind the first.

    Attributes:
        share: Of the frames that are repeated, 0 to 1.
        copies: How often such a frame comes in all, 2 or more.
    """

    share: float
    copies: int = 2

    def __post_init__(self) -> None:
        check_share('the share repeated', self.share)
        if not 2 <= self.copies <= 100:
            raise ValueError(f'a repeated frame comes {self.copies} times, expected 2 to 100')

    def start(self, seed: Sequence[int]) -> Process:
        """Return the process of one run."""
        return _Duplicate(self, seed)


class _Duplicate(Process):
    def __init__(self, operator: Duplicate, seed: Sequence[int]) -> None:
        self._operator = operator
        self._random = np.random.default_rng(seed)

    def frames(self, frames: AirFrames) -> AirFrames:
        repeated = self._random.random(len(frames)) < self._operator.share
        times = np.where(repeated, self._operator.copies, 1)
        return frames.take(np.repeat(np.arange(len(frames)), times))


@dataclass(frozen=True)
class Reorder:
    """Frames are held until later ones of the same signer went ahead.

    Attributes:
        share: Of the frames that are held, 0 to 1.
        depth: How many frames of the same signer go ahead of a held one.
    """

    share: float
    depth: int = 1

    def __post_init__(self) -> None:
        check_share('the share out of order', self.share)
        if not 1 <= self.depth <= 100:
            raise ValueError(f'{self.depth} frames go ahead of a held one, expected 1 to 100')

    def start(self, seed: Sequence[int]) -> Process:
        """Return the process of one run."""
        return _Reorder(self, seed)


class _Reorder(Process):
    def __init__(self, operator: Reorder, seed: Sequence[int]) -> None:
        self._operator = operator
        self._random = np.random.default_rng(seed)
        self._held: dict[int, tuple[AirFrames, int]] = {}
        self._forgotten: list[AirFrames] = []

    def frames(self, frames: AirFrames) -> AirFrames:
        passed: list[AirFrames] = [frames.take(np.zeros(0, np.intp))]
        for row, signer in enumerate(frames.columns['signer'].tolist()):
            one = frames.take(np.array([row]))
            if signer not in self._held:
                if self._random.random() < self._operator.share:
                    self._hold(signer, one)
                else:
                    passed.append(one)
                continue
            passed.append(one)
            held, ahead = self._held.pop(signer)
            if ahead > 1:
                self._held[signer] = held, ahead - 1
            else:
                passed.append(held.later(np.maximum(one.log_time - held.log_time, 0)))
        passed.extend(self._forgotten)
        self._forgotten.clear()
        return joined(passed)

    def rest(self) -> AirFrames | None:
        parts = [*self._forgotten, *(held for held, _ in self._held.values())]
        self._held.clear()
        return joined(parts) if parts else None

    def _hold(self, signer: int, one: AirFrames) -> None:
        if len(self._held) >= MOST_SENDERS:
            oldest, _ = self._held.pop(next(iter(self._held)))
            wait = np.maximum(one.log_time - oldest.log_time, 0)
            self._forgotten.append(oldest.later(wait))
        self._held[signer] = one, self._operator.depth


def _make_room(states: dict[int, tuple[np.random.Generator, int]]) -> None:
    if len(states) >= MOST_SENDERS:
        del states[next(iter(states))]
