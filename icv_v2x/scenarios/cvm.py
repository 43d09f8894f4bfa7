# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Cooperative vehicle merge and lane change (CVM, CLC): the merge plan as an advisory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory.rules import LevelRule
from icv_v2x.advisory.sources import decided_by, of_ego, of_object
from icv_v2x.advisory.types import NAN, Action, Advisory, Application, Level
from icv_v2x.inputs import Verification
from icv_v2x.merging import State

if TYPE_CHECKING:
    from icv_v2x.advisory.merge_plan import MergePlan
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

_SAID = {
    State.MERGE: (Level.INFO, Action.MERGE),
    State.HOLD: (Level.CAUTION, Action.KEEP_LANE),
    State.ABORT: (Level.WARNING, Action.KEEP_LANE),
}


def assess(
    plan: MergePlan | None, tracks: Tracks, ego: EgoState | None, *, continues: bool, lane_id: int,
) -> list[Advisory]:
    """Return the candidate for a plan, none where nothing is asked or all is done.

    Args:
        plan: At the instant of the tracks.
        tracks: All objects.
        ego: The ego.
        continues: The ego lane goes on behind the stretch: a lane change (CLC), no merge (CVM).
        lane_id: Of the target lane, -1 where not known.
    """
    if plan is None or ego is None or plan.state not in _SAID:
        return []
    level, action = _SAID[plan.state]
    subjects: tuple[str, ...] = ()
    if plan.chosen >= 0:
        pair = (plan.gap_leader[plan.chosen], plan.gap_follower[plan.chosen])
        subjects = tuple(name for name in pair if name)
    rows = [row for row in range(len(tracks)) if tracks.name(row) in subjects] if subjects else []
    inputs = [of_ego(ego), *(of_object(tracks, row) for row in rows)]
    application = Application.CLC if continues else Application.CVM
    speeds = plan.speed[plan.time <= 3.0]
    return [Advisory(
        application=application,
        level=level, exit_level=level, action=action, subject_ids=subjects, reason=plan.reason,
        distance=plan.stop_distance, lane_id=lane_id,
        data_age=max(one.age for one in inputs),
        rule=LevelRule.of(application, plan.state.name.lower()).value, **decided_by(*inputs),
        speed_min=float(speeds.min()) if len(speeds) else NAN,
        speed_max=float(speeds.max()) if len(speeds) else NAN,
        verified=bool(np.all(tracks.verification[rows] == Verification.VERIFIED)))]
