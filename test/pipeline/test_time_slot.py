# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A road-side unit gives a time slot of a junction (RSC), by octets: met where that is safe."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from road_side_paths import (
    LIFE,
    OTHER,
    OWN,
    START,
    UNIT,
    Car,
    ego,
    own,
    point,
    settings,
    tracks_of,
)
from road_side_paths import heard as path_heard

from icv_v2x.advisory.types import Action, Advisory, Application, Level
from icv_v2x.inputs import SignerRole, Verification
from icv_v2x.merging.slot import through_slot
from icv_v2x.message_set.records.rsc import CoordinationInfo
from icv_v2x.message_set.records.vir import DriveBehavior
from icv_v2x.pipeline.merge_dialogue import MergeDialogue
from icv_v2x.world.ego import EgoState
from icv_v2x.world.tracks import Tracks

EGO = ego(12.0)
# Into the junction after 60 m, out of it 20 m later.
INTO, OUT = 60.0, 80.0
NOBODY = tracks_of([], START)


def heard(
    times: tuple[float, ...] = (5.0, 6.7), vehicle: int = OWN,
    role: SignerRole = SignerRole.ROADSIDE,
    verification: Verification = Verification.VERIFIED,
    information: CoordinationInfo = CoordinationInfo.NO_SIGNAL_INTERSECTION_PASSING,
) -> MergeDialogue:
    """Return the dialogue after a slot was given."""
    path = tuple(point(x, 0.0, time) for x, time in zip((INTO, OUT), times, strict=False))
    return path_heard(
        path, DriveBehavior.INTERSECTION_STRAIGHT_THROUGH, information, vehicle, role,
        verification)


def said(
    dialogue: MergeDialogue, tracks: Tracks = NOBODY, ego: EgoState = EGO, later: float = 0.0,
) -> list[Advisory]:
    """Return what is said some time later [s]."""
    now = START + round(later * 1e9)
    _, advisories = dialogue.step(now, None, replace(tracks, stamp=now), ego)
    assert dialogue.failures == 0
    return advisories


def test_a_slot_is_told_with_the_speed_that_meets_it() -> None:
    (advice,) = said(heard())
    assert (advice.application, advice.level) == (Application.CIP, Level.INFO)
    assert (advice.action, advice.rule) == (Action.SPEED_ADVICE, 'CIP.slot')
    assert advice.speed_min == pytest.approx(12.0, abs=0.1)
    assert advice.speed_max == pytest.approx(12.0, abs=0.1)
    assert advice.distance == pytest.approx(INTO, abs=0.1)
    assert (advice.conflict_x, advice.conflict_y) == pytest.approx((INTO, 0.0), abs=0.1)
    assert set(advice.source_kinds) == {'EGO', 'RSC'}
    assert advice.verified
    assert f'{UNIT:016X}' in advice.reason


@pytest.mark.parametrize(('time', 'slower'), [(6.5, True), (4.4, False)])
def test_a_later_slot_asks_for_less_speed_and_an_earlier_one_for_more(
    time: float, slower: bool,
) -> None:
    (advice,) = said(heard((time, time + 2.0)))
    assert advice.rule == 'CIP.slot'
    assert (advice.speed_min < 11.0) == slower
    assert (advice.speed_max > 13.0) != slower


def test_a_slot_out_of_reach_gives_no_right_to_pass() -> None:
    (advice,) = said(heard((2.0, 3.0)))
    assert (advice.level, advice.action) == (Level.CAUTION, Action.YIELD)
    assert advice.rule == 'CIP.no_slot'
    assert 'cannot be met' in advice.reason


def test_a_slot_in_which_somebody_is_met_is_not_followed() -> None:
    # Comes from the side and is in the junction when the ego would be.
    crossing = tracks_of([Car(70.0, 12.0, y=-66.0)], START)
    crossing = replace(crossing, heading=np.array([math.pi / 2.0]))
    (advice,) = said(heard(), crossing)
    assert (advice.level, advice.action) == (Level.CAUTION, Action.YIELD)
    assert 'contact with' in advice.reason
    assert advice.subject_ids == (f'{1:016X}',)
    behind = replace(crossing, y=np.array([-100.0]))
    assert said(heard(), behind)[0].rule == 'CIP.slot'


def test_the_next_point_counts_once_the_first_is_passed() -> None:
    later = replace(EGO, x=65.0, stamp=START)
    (advice,) = said(heard(), ego=later)
    assert advice.distance == pytest.approx(OUT - 65.0, abs=0.1)
    assert said(heard(), ego=replace(EGO, x=90.0)) == []


def test_a_slot_that_is_kept_is_met_up_to_the_end() -> None:
    dialogue = heard()
    for step in range(19):
        time = 0.1 * step
        (advice,) = said(dialogue, ego=replace(EGO, x=12.0 * time + 0.3), later=time)
        assert advice.rule == 'CIP.slot'
    # A moment before the point, a little late.
    (advice,) = said(heard((1.0, 2.7)), ego=replace(EGO, x=47.0), later=0.0)
    assert advice.rule == 'CIP.slot'


@pytest.mark.parametrize('dialogue', [
    lambda: heard(vehicle=OTHER), lambda: heard(role=SignerRole.VEHICLE),
    lambda: heard((5.0, 4.0)),
    lambda: heard(information=CoordinationInfo.COOPERATIVE_VEH_MERGING),
], ids=['for another', 'of a vehicle', 'out of order', 'of a merge'])
def test_what_is_no_slot_of_the_ego_says_nothing(dialogue: object) -> None:
    assert callable(dialogue)
    assert said(dialogue()) == []


def test_a_slot_is_no_suggestion_for_a_change_of_lane_and_lapses() -> None:
    dialogue = heard()
    assert dialogue.suggestion(START) is None
    assert said(dialogue, later=LIFE - 0.1)
    assert said(dialogue, later=LIFE + 0.1) == []


def test_an_unverified_slot_is_told_as_such() -> None:
    assert not said(heard(verification=Verification.NOT_CHECKED))[0].verified


@examples(max_examples=60, deadline=None)
@given(
    st.floats(0.0, 20.0), st.floats(-2.0, 2.0), st.floats(0.5, 12.0), st.floats(0.05, 0.95))
def test_a_slot_within_reach_is_met_exactly_and_with_comfort(
    speed: float, acceleration: float, time: float, share: float,
) -> None:
    limits, fastest = settings().limits, 22.0
    ego = own(speed, acceleration)
    ends = [
        through_slot(ego, limits, way, time, fastest)
        for way in np.linspace(0.0, fastest * time, 60)]
    met = [way for way, one in zip(np.linspace(0.0, fastest * time, 60), ends, strict=True) if one]
    assert met
    way = met[0] + share * (met[-1] - met[0])
    profile = through_slot(ego, limits, way, time, fastest)
    assert profile is not None
    made, pace, _ = profile.at(time)
    assert abs(made[0] - way) <= max(0.5, 0.3 * pace[0])
    bounds = limits.at(0.0)
    assert np.all(np.abs(profile.acceleration) <= max(
        float(bounds.braking), abs(acceleration)) + 1e-9)
