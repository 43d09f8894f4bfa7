# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Random traffic for the numeric core: states of pairs of objects, and moves of whole scenes."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from icv_v2x.conflict import Footprint
from icv_v2x.motion import (
    PiecewiseMotion,
    constant_acceleration,
    constant_turn_rate,
    constant_velocity,
)

Array = npt.NDArray[np.float64]
MODELS = ('constant_velocity', 'constant_acceleration', 'constant_turn_rate')


@dataclasses.dataclass(frozen=True)
class Traffic:
    """Present states of n objects, (n,) each, in SI units."""

    x: Array
    y: Array
    heading: Array
    speed: Array
    acceleration: Array
    yaw_rate: Array
    length: Array
    width: Array

    @property
    def footprint(self) -> Footprint:
        return Footprint.of(self.length, self.width)

    def take(self, rows: npt.ArrayLike) -> Traffic:
        index = np.arange(len(self.x))[np.asarray(rows, dtype=np.intp)]
        return Traffic(*(values[index] for values in vars(self).values()))

    def predicted(self, model: str, horizon: float) -> PiecewiseMotion:
        state = (self.x, self.y, self.heading, self.speed)
        if model == 'constant_velocity':
            return constant_velocity(*state, horizon)
        if model == 'constant_acceleration':
            return constant_acceleration(*state, self.acceleration, horizon)
        return constant_turn_rate(
            *state, self.yaw_rate, horizon, acceleration=self.acceleration, piece_duration=0.25
        )

    def moved(self, *, angle: float = 0.0, shift: tuple[float, float] = (0.0, 0.0)) -> Traffic:
        cosine, sine = np.cos(angle), np.sin(angle)
        return dataclasses.replace(
            self,
            x=self.x * cosine - self.y * sine + shift[0],
            y=self.x * sine + self.y * cosine + shift[1],
            heading=self.heading + angle,
        )

    def mirrored(self) -> Traffic:
        return dataclasses.replace(self, y=-self.y, heading=-self.heading, yaw_rate=-self.yaw_rate)


def random_traffic(seed: int, count: int, *, spread: float = 15.0) -> Traffic:
    """Return traffic of all kinds: parallel, head-on, standing, crossing, anyhow."""
    random = np.random.default_rng(seed)
    heading = np.where(
        random.random(count) < 0.5,
        random.integers(0, 8, count) * (np.pi / 4),
        random.uniform(-np.pi, np.pi, count),
    )
    speed = np.where(random.random(count) < 0.2, 0.0, random.uniform(0.0, 30.0, count))
    acceleration = np.where(random.random(count) < 0.2, 0.0, random.uniform(-8.0, 3.0, count))
    yaw_rate = np.where(random.random(count) < 0.2, 0.0, random.uniform(-0.6, 0.6, count))
    return Traffic(
        random.uniform(-spread, spread, count),
        random.uniform(-spread, spread, count),
        heading,
        speed,
        acceleration,
        yaw_rate,
        random.uniform(0.3, 12.0, count),
        random.uniform(0.3, 2.6, count),
    )


def seeds() -> st.SearchStrategy[int]:
    """Return seeds for `random_traffic`, which shrink to small numbers."""
    return st.integers(0, 2**31)


def angles() -> st.SearchStrategy[float]:
    """Return rotations of a whole scene [rad]."""
    return st.floats(-np.pi, np.pi)
