# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What a merge is planned from: the stretch, the ego, the settings."""

from __future__ import annotations

import dataclasses

from icv_v2x.merging.limits import ComfortLimits

# Nobody has to make room for a change that has more way left than this [m].
_URGENT = 400.0


@dataclasses.dataclass(frozen=True)
class Stretch:
    """Where the lane change may be made; along the ego lane, from the ego's centre.

    Attributes:
        begin: Where it may begin, negative once passed [m].
        end: Where it must be complete [m].
        desired_speed: What the ego would drive on the target lane, alone [m/s].
        approach_speed: Limit before `begin` [m/s].
    """

    begin: float
    end: float
    desired_speed: float
    approach_speed: float

    @property
    def urgent(self) -> bool:
        """Whether so little way is left that others are expected to make room."""
        return self.end - max(self.begin, 0.0) <= _URGENT


@dataclasses.dataclass(frozen=True)
class Own:
    """The ego.

    Attributes:
        speed: [m/s].
        acceleration: [m/s2].
        length: [m].
        width: [m].
    """

    speed: float
    acceleration: float
    length: float
    width: float


@dataclasses.dataclass(frozen=True)
class Settings:
    """How a merge is chosen.

    Attributes:
        limits: Of the ego's motion.
        change_duration: Of the lane change [s].
        headway: Time gap wanted after the merge [s].
        entry_headway: Least time gap when the change begins [s].
        spacious_headway: A larger time gap than this is worth nothing more [s].
        asked_most: Deceleration that a follower is asked for at most [m/s2].
        yield_most: The same of one that has agreed to make room [m/s2].
        weight_follower: Cost of the follower's deceleration d, times d (1 m/s2 + d)
            [s per (m/s2)2].
        weight_own: Cost of the ego's braking behind its new leader [s per (m/s2)2].
        weight_margin: Cost of time gaps below the spacious one [s per s2].
        weight_comfort: Cost of the profile's own acceleration [s per (m/s2)2].
        weight_opening: Cost of a gap that its follower has to open first [s].
        switch: A gap is left for another one that costs less by at least this [s].
        beyond: The delay is counted up to this far behind the end [m].
        sigmas: Standard deviations of stations that gaps are narrowed by.
        end_margin: A stop is planned this far before the end [m].
        decide_ahead: A gap is chosen from this long before the stretch on [s].
        passing: Share of what the new leader is slower by that passing it makes good.
        suggestion_worth: What a suggested gap may cost more [s].
        cooperates: Whether others can be asked to make room.
    """

    limits: ComfortLimits
    change_duration: float
    headway: float
    entry_headway: float
    spacious_headway: float
    asked_most: float
    yield_most: float
    weight_follower: float
    weight_own: float
    weight_margin: float
    weight_comfort: float
    weight_opening: float
    switch: float
    beyond: float
    sigmas: float
    end_margin: float
    decide_ahead: float
    passing: float
    suggestion_worth: float
    cooperates: bool
