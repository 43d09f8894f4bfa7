# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Frames of perceived objects and of persons for tests, every field sensible unless changed."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from icv_v2x.inputs import FrameBatch, SignerRole, Verification
from icv_v2x.message_set import codec
from icv_v2x.parameters import Parameters, build
from icv_v2x.pipeline.perception import Perception

ORIGIN = (39.9, 116.4)
RECEPTION = 1_763_798_400_050_000_000
GENERATED = RECEPTION - 50_000_000
SECOND = GENERATED // 1_000_000 % 60_000
"""DSecond of GENERATED."""

DEGREE = 80
"""Codes of a heading in a degree."""
NORTH_METRE = 90
"""Codes of latitude in a metre at the origin, about."""


def parameters(**changes: Any) -> Parameters:
    """Return the defaults at the origin of these frames, changed as told, `__` for the dot."""
    return build(Parameters, {
        'map_origin.latitude': ORIGIN[0], 'map_origin.longitude': ORIGIN[1],
        'vehicle.length': 4.8, 'vehicle.width': 1.9, 'vehicle.base_link_to_center': 1.4,
        **{name.replace('__', '.'): value for name, value in changes.items()},
    })


def participant(number: int = 1, *, north: float = 0.0, **changes: Any) -> dict[str, Any]:
    """Return a ParticipantData value: a car north of the origin [m], driving east at 10 m/s."""
    return {
        'ptcType': 'motor', 'ptcId': number, 'source': 'video', 'secMark': SECOND,
        'pos': {'offsetLL': {'position-LL4': {'lon': 0, 'lat': round(north * NORTH_METRE)}}},
        'posConfidence': {'pos': 'a1m'}, 'speed': 500, 'heading': 90 * DEGREE,
        'size': {'width': 180, 'length': 460, 'height': 30}, **changes,
    }


def obstacle(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Return a DetectedObstacleData value: a stone of 1.5 m by 0.8 m at the origin."""
    return {
        'obsType': 'rockfall', 'obsId': number, 'source': 'lidar', 'secMark': SECOND,
        'pos': {'offsetLL': {'position-LL1': {'lon': 0, 'lat': 0}}},
        'posConfidence': {'pos': 'a1m'}, 'speed': 0, 'heading': 28800,
        'size': {'width': 8, 'length': 15}, **changes,
    }


def rsm(*participants: dict[str, Any], **changes: Any) -> bytes:
    """Return a roadside safety message of a unit at the origin."""
    return codec.encode({'rsmFrame': {
        'msgCnt': 5, 'id': '5253553030303031', 'refPos': _origin(),
        'participants': list(participants), **changes}})


def ssm(
    *participants: dict[str, Any], obstacles: tuple[dict[str, Any], ...] = (), **changes: Any
) -> bytes:
    """Return a sensor sharing message of a unit at the origin; participants as DetectedPTCData."""
    content = {
        'msgCnt': 6, 'id': '5353553030303031', 'equipmentType': 'rsu', 'secMark': SECOND,
        'sensorPos': _origin(), **changes}
    if participants:
        content['participants'] = list(participants)
    if obstacles:
        content['obstacles'] = list(obstacles)
    return codec.encode(codec.frame_of('SensorSharingMsg', content))


def psm(**changes: Any) -> bytes:
    """Return a personal safety message of a pedestrian who walks east at 1.4 m/s."""
    return codec.encode(codec.frame_of('PersonalSafetyMessage', {
        'msgCnt': 7, 'id': '0102030405060708', 'secMark': SECOND, 'pos': _origin(),
        'posAccuracy': {'semiMajor': 20, 'semiMinor': 10, 'orientation': 0}, 'speed': 70,
        'heading': 90 * DEGREE, 'overallRadius': 0,
        'non-motorData': {'basicType': 'aPEDESTRIAN'}, **changes}))


def batch(*frames: bytes, **columns: Any) -> FrameBatch:
    """Return frames as one batch, verified, each from another signer; columns as told."""
    count = len(frames)
    made = FrameBatch(
        stamp=RECEPTION, standard=1, encoding=0,
        reception_time=np.full(count, RECEPTION, np.int64),
        length=np.array([len(frame) for frame in frames], np.uint32),
        payload=np.frombuffer(b''.join(frames), np.uint8),
        verification=np.full(count, Verification.VERIFIED, np.uint8),
        signer=np.arange(count, dtype=np.uint64) + np.uint64(100),
        aid=np.zeros(count, np.uint32), rssi=np.full(count, math.nan, np.float32),
        generation_time=np.full(count, GENERATED, np.int64),
        signer_role=np.full(count, SignerRole.ROADSIDE, np.uint8))
    return replace(made, **{
        name: np.broadcast_to(np.asarray(value, getattr(made, name).dtype), count).copy()
        for name, value in columns.items()})


def _origin() -> dict[str, int]:
    return {'lat': round(ORIGIN[0] * 1e7), 'long': round(ORIGIN[1] * 1e7), 'elevation': 0}


def perceived(*batches: FrameBatch, **changes: Any) -> Perception:
    """Return a perception after some batches; conservation of frames is checked on the way."""
    made = Perception(parameters(**changes))
    for each in batches:
        made.receive(each)
    made.drain()
    counters = made.counters
    assert counters.received == sum(len(each) for each in batches)
    assert counters.received == counters.accepted + sum(counters.rejected.values())
    return made
