# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a warning was false: what the record shows of the subject afterwards."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from icv_v2x.scenes.manoeuvres import States
from icv_v2x.scenes.truth import rectangle_distance

AHEAD = 5.0
"""A warning is judged by what happens within this time [s] (scenario specification)."""
NEAR = 0.5
"""A footprint that comes this near [m] makes a warning a hit (scenario specification)."""

# Spacing of the instants that are looked at [s].
_STEP = 0.05
# Rounding of instants [s].
_ROUNDING = 1e-6

Past: TypeAlias = Callable[[NDArray[np.float64]], States]
"""Gives the recorded states at instants (n,) [s]."""


@dataclass(frozen=True)
class Judgement:
    """What became of a warning.

    Attributes:
        verdict: `hit`, `false`, or `undecided` where the record ends before.
        nearest: Least distance to the subject's recorded footprint [m], NaN: no record.
    """

    verdict: str
    nearest: float


UNDECIDED = Judgement('undecided', math.nan)
"""The verdict on a subject that was not recorded."""


def judge(
    begin: float, ego: Past, ego_size: tuple[float, float], subject: Past,
    subject_size: tuple[float, float], known_until: float,
) -> Judgement:
    """Return what became of a warning.

    By definition it is false where the ego, at constant velocity from its begin on, would not
    have come within `NEAR` of the subject's recorded footprint during `AHEAD`.

    Args:
        begin: When the warning began [s].
        ego: The record of who was warned.
        ego_size: Length and width [m].
        subject: The record of whom he was warned of.
        subject_size: Length and width [m].
        known_until: When the record of the subject ends [s].
    """
    times = begin + np.arange(0.0, AHEAD + 0.5 * _STEP, _STEP)
    known = times[times <= known_until + _ROUNDING]
    if not len(known):
        return UNDECIDED
    start = ego(np.array([begin]))
    way = start.speed[0] * (known - begin)
    none = np.zeros(len(known))
    going_on = States(
        time=known, x=start.x[0] + way * np.cos(start.heading[0]),
        y=start.y[0] + way * np.sin(start.heading[0]), z=none,
        heading=none + start.heading[0], speed=none + start.speed[0],
        acceleration=none, yaw_rate=none)
    distance = rectangle_distance(going_on, ego_size, subject(known), subject_size)
    nearest = float(distance.min())
    if nearest <= NEAR:
        return Judgement('hit', nearest)
    return Judgement('false' if len(known) == len(times) else 'undecided', nearest)
