# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A road-side unit suggests a gap (RSC), by octets: taken where it is safe, else left."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'merging'))

from closed_loop import SPACING, START, Car, request, tracks_of
from merge_cases import LENGTH, WIDTH

from icv_v2x.frames import MapFrame
from icv_v2x.inputs import SignerRole, Verification
from icv_v2x.merging import State
from icv_v2x.message_set.records.common import Position
from icv_v2x.message_set.records.position_offset import PositionOffset
from icv_v2x.message_set.records.rsc import (
    CoordinationInfo,
    DriveSuggestion,
    RoadsideCoordination,
    VehicleCoordination,
)
from icv_v2x.message_set.records.vir import DriveBehavior, PathPlanningPoint
from icv_v2x.parameters import Parameters, build
from icv_v2x.pipeline import MergePlanner
from icv_v2x.pipeline.merge_dialogue import MergeDialogue
from icv_v2x.transmit.outgoing import batch_of, frame_of_record
from icv_v2x.world.ego import EgoState

OWN, OTHER = 0xA1, 0xB2
PARAMETERS = build(Parameters, {
    'map_origin.latitude': 39.9, 'map_origin.longitude': 116.4, 'vehicle.length': LENGTH,
    'vehicle.width': WIDTH, 'vehicle.base_link_to_center': 0.0,
    'vehicle.temporary_id': f'{OWN:016X}', 'merging.cooperation': True})
EGO = EgoState(START, 0.0, 0.0, 0.0, 0.0, 25.0, 0.0, 0.0, LENGTH, WIDTH, 1.5, 0.1, 0.0)
# Ahead of the one beside is the better gap, behind it a possible one.
CARS = [Car(x, 25.0) for x in (150.0, 62.0, 2.0, -66.0, -150.0)]
LIFE, WHEN = 2.0, 6.0


def coordination(way: float, vehicle: int = OWN) -> Any:
    """Return the frame that suggests to be on the target lane after a way in 6 s."""
    frame = MapFrame(39.9, 116.4, 0.0, PARAMETERS.map_projection)
    latitude, longitude, _ = frame.to_geodetic(np.array([way]), np.array([SPACING]), 0.0)
    point = PathPlanningPoint(
        position_in_map=None,
        position=PositionOffset(float(latitude[0]) - 39.9, float(longitude[0]) - 116.4),
        position_confidence=None, speed=25.0, speed_confidence=math.nan, heading=math.nan,
        heading_confidence=math.nan, accelerations=None, acceleration_confidence=None,
        estimated_time=WHEN, time_confidence=math.nan)
    return frame_of_record(RoadsideCoordination(
        message_count=1, id=0x51, second=START / 1e9 % 60.0,
        reference_position=Position(39.9, 116.4, math.nan),
        coordinates=(VehicleCoordination(
            vehicle, DriveSuggestion(DriveBehavior.LANE_CHANGING_TO_LEFT, LIFE, None, None),
            (point,), CoordinationInfo.COOPERATIVE_VEH_MERGING),),
        lane_coordinates=()), START)


def heard(way: float, vehicle: int = OWN, role: SignerRole = SignerRole.ROADSIDE) -> MergeDialogue:
    """Return the dialogue after the frame."""
    dialogue = MergeDialogue(PARAMETERS)
    batch = batch_of([coordination(way, vehicle)], START)
    dialogue.hear(replace(
        batch, verification=np.full(1, Verification.VERIFIED, np.uint8),
        signer_role=np.full(1, role, np.uint8)))
    return dialogue


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
