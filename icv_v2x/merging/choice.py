# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What the planner remembers from one instant to the next, and what it answers."""

from __future__ import annotations

import dataclasses
import math
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from icv_v2x.merging.profiles import Profile
    from icv_v2x.merging.traffic import FloatArray, IndexArray

    BoolArray = npt.NDArray[np.bool_]


class State(IntEnum):
    """What the planner says (constants of `icv_v2x_msgs/MergePlan`)."""

    NONE = 0
    MERGE = 1
    HOLD = 2
    ABORT = 3
    COMPLETE = 4


@dataclasses.dataclass(frozen=True)
class Incumbent:
    """The gap in force.

    Attributes:
        leader: Row of its leader, -1: none.
        follower: Row of its follower, -1: none.
        time: When its lane change begins, from now [s].
        changing: Since when the change is under way, NaN: not yet [s].
        progress: How far the ego is across, 0 to 1.
        profile: What is left of the profile in force, None: nothing.
        missed: For how long its gap could not be entered [s].
        rivalled: For how long another gap has cost less by the margin that a change needs [s].
        changes: How often another gap was chosen since the request came.
    """

    leader: int
    follower: int
    time: float
    changing: float = math.nan
    progress: float = 0.0
    profile: Profile | None = None
    missed: float = 0.0
    rivalled: float = 0.0
    changes: int = 0

    @property
    def under_way(self) -> bool:
        """Whether the lane change has begun."""
        return not math.isnan(self.changing)


@dataclasses.dataclass(frozen=True)
class Gaps:
    """All candidate gaps, g of them, the foremost first.

    Attributes:
        leader: Rows of the leaders, -1: none, (g,).
        follower: Rows of the followers, -1: none, (g,).
        feasible: Whether each can be entered, (g,).
        cost: [s], NaN where it cannot be entered, (g,).
        time: Of the lane change from now, (g,) [s]; NaN where it cannot be entered even if its
            follower made room.
        leader_headway: Then, (g,) [s].
        follower_headway: Then, (g,) [s].
        asked: Deceleration asked of the follower, (g,) [m/s2].
        reason: Why it was not chosen, '' of the chosen one.
    """

    leader: IndexArray
    follower: IndexArray
    feasible: BoolArray
    cost: FloatArray
    time: FloatArray
    leader_headway: FloatArray
    follower_headway: FloatArray
    asked: FloatArray
    reason: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class MergeChoice:
    """What is planned at one instant.

    Attributes:
        state: MERGE, HOLD, or ABORT.
        chosen: Index into `gaps`, -1: none.
        profile: Of the ego from now.
        change_time: When the lane change begins from now, NaN: none planned [s].
        gaps: All candidates.
        stop_distance: To where a comfortable stop before the end begins at the latest [m].
        reason: With the numbers that decided.
        bridged: Whether the plan in force goes on without a possible entry.
        opening: For how long the follower has to make room first, 0: there is room [s].
        rivalled: Whether another gap costs less by the margin that a change needs.
    """

    state: State
    chosen: int
    profile: Profile
    change_time: float
    gaps: Gaps
    stop_distance: float
    reason: str
    bridged: bool = False
    opening: float = 0.0
    rivalled: bool = False
