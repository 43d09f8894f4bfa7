# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A road-side unit suggests a gap (RSC), by octets: taken where it is safe, else left."""

from __future__ import annotations

import pytest
from road_side_paths import (
    LIFE,
    OTHER,
    OWN,
    PARAMETERS,
    SPACING,
    START,
    Car,
    ego,
    point,
    request,
    tracks_of,
)
from road_side_paths import heard as path_heard

from icv_v2x.inputs import SignerRole
from icv_v2x.merging import State
from icv_v2x.message_set.records.rsc import CoordinationInfo
from icv_v2x.message_set.records.vir import DriveBehavior
from icv_v2x.pipeline import MergePlanner
from icv_v2x.pipeline.merge_dialogue import MergeDialogue

EGO = ego(25.0)
# Ahead of the one beside is the better gap, behind it a possible one.
CARS = [Car(x, 25.0) for x in (150.0, 62.0, 2.0, -66.0, -150.0)]
WHEN = 6.0


def heard(way: float, vehicle: int = OWN, role: SignerRole = SignerRole.ROADSIDE) -> MergeDialogue:
    """Return the dialogue after the suggestion to be on the target lane after a way in 6 s."""
    return path_heard(
        (point(way, SPACING, WHEN, 25.0),), DriveBehavior.LANE_CHANGING_TO_LEFT,
        CoordinationInfo.COOPERATIVE_VEH_MERGING, vehicle, role)


def chosen(dialogue: MergeDialogue | None) -> tuple[str, str]:
    """Return leader and follower of the gap that is chosen."""
    planner = MergePlanner(PARAMETERS)
    planner.request(request(300.0, 30.0, START))
    plan, _ = planner.assess(
        tracks_of(CARS, START), EGO,
        suggestion=None if dialogue is None else dialogue.suggestion(START))
    assert plan is not None
    assert plan.state == State.MERGE
    return plan.gap_leader[plan.chosen], plan.gap_follower[plan.chosen]


def test_a_suggested_gap_is_taken_though_another_one_is_better() -> None:
    ahead, behind = (f'{2:016X}', f'{3:016X}'), (f'{3:016X}', f'{4:016X}')
    assert chosen(None) == ahead
    assert chosen(heard(25.0 * WHEN - 30.0)) == behind
    assert chosen(heard(25.0 * WHEN + 30.0)) == ahead


def test_a_suggested_gap_that_cannot_be_entered_is_left() -> None:
    # Between the two foremost, which the ego does not reach.
    assert chosen(heard(25.0 * WHEN + 100.0)) == chosen(None)


@pytest.mark.parametrize(('vehicle', 'role'), [
    (OTHER, SignerRole.ROADSIDE), (OWN, SignerRole.VEHICLE)], ids=['for another', 'of a vehicle'])
def test_what_is_not_for_the_ego_or_not_of_a_road_side_unit_is_no_suggestion(
    vehicle: int, role: SignerRole,
) -> None:
    assert heard(120.0, vehicle, role).suggestion(START) is None


def test_a_suggestion_ends_with_its_life_time() -> None:
    dialogue = heard(120.0)
    found = dialogue.suggestion(START + round((LIFE - 0.1) * 1e9))
    assert found is not None
    assert (found.x, found.y) == pytest.approx((120.0, SPACING), abs=0.1)
    assert (found.instant - START) / 1e9 == pytest.approx(WHEN, abs=0.02)
    assert dialogue.suggestion(START + round((LIFE + 0.1) * 1e9)) is None
