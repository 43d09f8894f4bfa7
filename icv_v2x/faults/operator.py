# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What every operator is: a frozen description, and the process that it starts with a seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icv_v2x.faults.air import AirFrames
    from icv_v2x.inputs import Odometry


class Process:
    """One operator at work on one run; by itself it changes nothing."""

    def frames(self, frames: AirFrames) -> AirFrames:
        """Return what becomes of frames; never earlier than they were."""
        return frames

    def odometry(self, odometry: Odometry) -> Odometry | None:
        """Return what becomes of a pose of the ego, None where it is lost."""
        return odometry

    def rest(self) -> AirFrames | None:
        """Return what is still held when the run ends."""
        return None


class Operator(Protocol):
    """A description that can be used for any number of runs."""

    def start(self, seed: Sequence[int]) -> Process:
        """Return the process of one run.

        Args:
            seed: Whole numbers, not negative; the same ones give the same run.
        """


def check_share(name: str, value: float) -> None:
    """Raise `ValueError` unless a value is a share, 0 to 1."""
    if not 0.0 <= value <= 1.0:
        raise ValueError(f'{name} is {value}, expected a share from 0 to 1')


def check_amount(name: str, value: float, most: float) -> None:
    """Raise `ValueError` unless a value lies from 0 to a maximum."""
    if not 0.0 <= value <= most:
        raise ValueError(f'{name} is {value}, expected 0 to {most:g}')
