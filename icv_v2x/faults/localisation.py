# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Operators of the own localisation: it falls silent, jumps, or is stamped by another clock."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from icv_v2x.faults.channel import LONGEST, SECOND
from icv_v2x.faults.operator import Process, check_amount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icv_v2x.inputs import Odometry


@dataclass(frozen=True)
class OdometryLoss:
    """No pose comes for a while.

    Attributes:
        begin: [s] since the first pose.
        duration: [s].
    """

    begin: float
    duration: float

    def __post_init__(self) -> None:
        check_amount('the begin of a loss', self.begin, LONGEST)
        check_amount('the duration of a loss', self.duration, LONGEST)

    def start(self, seed: Sequence[int]) -> Process:
        """Return the process of one run."""
        del seed
        return _OdometryLoss(self)


class _OdometryLoss(Process):
    def __init__(self, operator: OdometryLoss) -> None:
        self._operator = operator
        self._first: int | None = None

    def odometry(self, odometry: Odometry) -> Odometry | None:
        if self._first is None:
            self._first = odometry.stamp
        since = (odometry.stamp - self._first) / SECOND - self._operator.begin
        return None if 0.0 <= since < self._operator.duration else odometry


@dataclass(frozen=True)
class OdometryJump:
    """Poses are off from an instant on, or for a while.

    Attributes:
        begin: [s] since the first pose.
        east: [m].
        north: [m].
        duration: [s].
    """

    begin: float
    east: float = 0.0
    north: float = 0.0
    duration: float = LONGEST

    def __post_init__(self) -> None:
        check_amount('the begin of a jump', self.begin, LONGEST)
        check_amount('the duration of a jump', self.duration, LONGEST)

    def start(self, seed: Sequence[int]) -> Process:
        """Return the process of one run."""
        del seed
        return _OdometryJump(self)


class _OdometryJump(Process):
    def __init__(self, operator: OdometryJump) -> None:
        self._operator = operator
        self._first: int | None = None

    def odometry(self, odometry: Odometry) -> Odometry:
        if self._first is None:
            self._first = odometry.stamp
        since = (odometry.stamp - self._first) / SECOND - self._operator.begin
        if not 0.0 <= since < self._operator.duration:
            return odometry
        return replace(
            odometry, x=odometry.x + self._operator.east, y=odometry.y + self._operator.north)


@dataclass(frozen=True)
class StaleOdometry:
    """Poses come late, their stamps telling when they were true.

    Attributes:
        delay: [s].
    """

    delay: float

    def __post_init__(self) -> None:
        check_amount('the delay of poses', self.delay, LONGEST)

    def start(self, seed: Sequence[int]) -> Process:
        """Return the process of one run."""
        del seed
        return _StaleOdometry(self)


class _StaleOdometry(Process):
    def __init__(self, operator: StaleOdometry) -> None:
        self._delay = round(operator.delay * SECOND)

    def odometry(self, odometry: Odometry) -> Odometry:
        return replace(odometry, stamp=odometry.stamp - self._delay)
