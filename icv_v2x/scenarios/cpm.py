# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Cooperative platooning management (CPM): the plan of a platoon as an advisory."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory.rules import LevelRule
from icv_v2x.advisory.sources import decided_by, of_ego, of_object
from icv_v2x.advisory.types import NAN, Action, Advisory, Application, Level
from icv_v2x.inputs import Verification
from icv_v2x.platooning import Control, State

if TYPE_CHECKING:
    from icv_v2x.platooning import PlatoonPlan
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

# The interval of speeds is that of the profile in this span [s].
_FROM, _TO = 0.5, 2.0
# The gap has to be opened for these.
_OPENING = frozenset({State.CUT_IN, State.LEADER_LOST, State.LEAVING, State.PARTING})
_QUIET = frozenset({State.FREE})


def assess(plan: PlatoonPlan | None, tracks: Tracks, ego: EgoState | None) -> list[Advisory]:
    """Return the plan as one candidate: INFO, or CAUTION where the gap has to be opened.

    It never says more than CAUTION, and keeps no collision application from speaking: what is
    urgent about the vehicle ahead is for FCW and EBW to say.

    Args:
        plan: Of the instant, None for none.
        tracks: All objects.
        ego: The ego.
    """
    if plan is None or ego is None or plan.state in _QUIET:
        return []
    level, action = Level.INFO, Action.MONITOR
    slowest = fastest = NAN
    if plan.control != Control.NONE:
        span = (plan.time >= _FROM) & (plan.time <= _TO)
        slowest, fastest = float(plan.speed[span].min()), float(plan.speed[span].max())
        action = Action.SPEED_ADVICE
        opening = plan.state in _OPENING or plan.control == Control.BLIND
        if opening and slowest < ego.speed:
            level, action = Level.CAUTION, Action.SLOW_DOWN
    row = _row(plan.ahead, tracks)
    ahead = [] if row < 0 else [of_object(tracks, row)]
    rule = LevelRule.CPM_OPENING_GAP if level == Level.CAUTION else LevelRule.CPM_PLAN
    return [Advisory(
        application=Application.CPM,
        level=level,
        action=action,
        subject_ids=_subjects(plan),
        reason=plan.reason,
        gap=plan.gap,
        closing_speed=NAN if row < 0 else ego.speed - float(tracks.speed[row]),
        required_deceleration=(
            plan.needed_deceleration
            if plan.needed_deceleration > 0.0 and math.isfinite(plan.needed_deceleration)
            else NAN),
        speed_min=slowest,
        speed_max=fastest,
        data_age=NAN if row < 0 else float(tracks.age[row]),
        verified=row >= 0 and bool(tracks.verification[row] == Verification.VERIFIED),
        corroborated=row >= 0 and bool(tracks.corroborated[row]),
        rule=rule.value,
        **decided_by(*ahead, of_ego(ego)),
    )]


def _subjects(plan: PlatoonPlan) -> tuple[str, ...]:
    """Return the vehicle ahead, then the leader; the last member for who leads."""
    if plan.place == 0:
        return (f'{plan.members[-1]:016X}',) if len(plan.members) > 1 else ()
    leader = (f'{plan.members[0]:016X}',) if plan.members else ()
    ahead = (plan.ahead,) if plan.ahead else ()
    return tuple(dict.fromkeys((*ahead, *leader)))


def _row(name: str, tracks: Tracks) -> int:
    if not name:
        return -1
    sender, _, number = name.partition(':')
    found = np.flatnonzero(
        (tracks.sender_id == np.uint64(int(sender, 16)))
        & (tracks.object_id == (int(number) if number else -1)))
    return int(found[0]) if len(found) else -1
