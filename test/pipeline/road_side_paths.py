# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Paths that a road-side unit gives a vehicle (RSC), by octets, and scenes to hear them in."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'merging'))

from closed_loop import SPACING, START, Car, request, tracks_of
from merge_cases import LENGTH, WIDTH, own, settings

from icv_v2x.frames import MapFrame
from icv_v2x.inputs import SignerRole, Verification
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
from icv_v2x.pipeline.merge_dialogue import MergeDialogue
from icv_v2x.transmit.outgoing import batch_of, frame_of_record
from icv_v2x.world.ego import EgoState

__all__ = [
    'LIFE', 'OTHER', 'OWN', 'PARAMETERS', 'SPACING', 'START', 'UNIT', 'Car', 'ego', 'heard', 'own',
    'point', 'request', 'settings', 'tracks_of']

OWN, OTHER, UNIT = 0xA1, 0xB2, 0x51
PARAMETERS = build(Parameters, {
    'map_origin.latitude': 39.9, 'map_origin.longitude': 116.4, 'vehicle.length': LENGTH,
    'vehicle.width': WIDTH, 'vehicle.base_link_to_center': 0.0,
    'vehicle.temporary_id': f'{OWN:016X}', 'merging.cooperation': True})
LIFE = 2.0
"""How long a path holds [s]."""


def ego(speed: float) -> EgoState:
    """Return an ego in the origin that drives east [m/s]."""
    return EgoState(START, 0.0, 0.0, 0.0, 0.0, speed, 0.0, 0.0, LENGTH, WIDTH, 1.5, 0.1, 0.0)


def point(x: float, y: float, time: float, speed: float = math.nan) -> PathPlanningPoint:
    """Return a point of a path, when to be there [s] and how fast [m/s]."""
    frame = MapFrame(39.9, 116.4, 0.0, PARAMETERS.map_projection)
    latitude, longitude, _ = frame.to_geodetic(np.array([x]), np.array([y]), 0.0)
    return PathPlanningPoint(
        position_in_map=None,
        position=PositionOffset(float(latitude[0]) - 39.9, float(longitude[0]) - 116.4),
        position_confidence=None, speed=speed, speed_confidence=math.nan, heading=math.nan,
        heading_confidence=math.nan, accelerations=None, acceleration_confidence=None,
        estimated_time=time, time_confidence=math.nan)


def heard(
    path: tuple[PathPlanningPoint, ...], behavior: DriveBehavior, information: CoordinationInfo,
    vehicle: int = OWN, role: SignerRole = SignerRole.ROADSIDE,
    verification: Verification = Verification.VERIFIED,
) -> MergeDialogue:
    """Return the dialogue of the ego after a path was given to a vehicle."""
    frame = frame_of_record(RoadsideCoordination(
        message_count=1, id=UNIT, second=START / 1e9 % 60.0,
        reference_position=Position(39.9, 116.4, math.nan),
        coordinates=(VehicleCoordination(
            vehicle, DriveSuggestion(behavior, LIFE, None, None), path, information),),
        lane_coordinates=()), START)
    dialogue = MergeDialogue(PARAMETERS)
    dialogue.hear(replace(
        batch_of([frame], START), verification=np.full(1, verification, np.uint8),
        signer_role=np.full(1, role, np.uint8)))
    return dialogue
