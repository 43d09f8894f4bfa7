# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The merge planner's answer, field by field as `icv_v2x_msgs/MergePlan` has it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from icv_v2x.merging import State

Array = NDArray[np.float64]


@dataclass(frozen=True)
class MergePlan:
    """What was chosen, every gap that was considered, and the profile to drive.

    Attributes:
        stamp: Instant of the plan [ns since the Unix epoch].
        state: What to do.
        chosen: Index of the chosen gap, -1: none.
        reason: One sentence with the numbers that decided.
        time: (k,) [s] from the stamp.
        distance: (k,) [m] along the ego lane from its present place.
        speed: (k,) [m/s].
        acceleration: (k,) [m/s2].
        gap_leader: Id of each gap's leader, '': none; g gaps.
        gap_follower: Id of each gap's follower, '': none.
        gap_feasible: (g,) bool.
        gap_cost: (g,) [s], NaN where the gap cannot be entered.
        gap_time: (g,) [s] of the lane change; without a cost if the follower made room, NaN
            where that would not do either.
        gap_leader_headway: (g,) [s] behind the leader at that time.
        gap_follower_headway: (g,) [s] in front of the follower.
        gap_follower_deceleration: (g,) [m/s2] asked of the follower.
        gap_reason: Why each was not chosen.
        stop_distance: [m] to the last point where a comfortable stop before the end begins.
    """

    stamp: int
    state: State
    chosen: int
    reason: str
    time: Array
    distance: Array
    speed: Array
    acceleration: Array
    gap_leader: tuple[str, ...]
    gap_follower: tuple[str, ...]
    gap_feasible: NDArray[np.bool_]
    gap_cost: Array
    gap_time: Array
    gap_leader_headway: Array
    gap_follower_headway: Array
    gap_follower_deceleration: Array
    gap_reason: tuple[str, ...]
    stop_distance: float

    @property
    def change_time(self) -> float:
        """When the lane change of the chosen gap begins [s] from the stamp, NaN: none."""
        return float(self.gap_time[self.chosen]) if self.chosen >= 0 else float('nan')


def without_gaps(stamp: int, state: State, reason: str) -> MergePlan:
    """Return a plan that only says how things stand."""
    none = np.empty(0)
    return MergePlan(
        stamp, state, -1, reason, none, none, none, none, (), (), np.empty(0, np.bool_), none,
        none, none, none, none, (), float('nan'))
