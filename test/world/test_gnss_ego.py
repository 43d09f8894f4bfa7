# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Poses from a satellite receiver and from the own messages, checked against pyproj."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pyproj
import pytest

from icv_v2x.frames import MapFrame
from icv_v2x.inputs import FrameBatch, Odometry
from icv_v2x.message_set.batch import decode_frames
from icv_v2x.parameters import Parameters, build
from icv_v2x.parameters.adapter_groups import EgoSource
from icv_v2x.scenes import Scene
from icv_v2x.scenes.inputs import inputs
from icv_v2x.translate.csae import reports_from_bsm
from icv_v2x.world.gnss_ego import Fix, FixRefusal, GnssEgo, odometry_of_own

ORIGIN = (39.795, 114.5)
SECOND = 10**9
GEOD = pyproj.Geod(ellps='WGS84')


def settings(**changes: Any) -> EgoSource:
    return replace(EgoSource(), **changes)


def parameters(projection: str = 'utm') -> Parameters:
    return build(Parameters, {
        'map_origin.latitude': ORIGIN[0], 'map_origin.longitude': ORIGIN[1],
        'map_projection': projection, 'vehicle.length': 4.8, 'vehicle.width': 1.9,
        'vehicle.base_link_to_center': 1.4})


def fix(seconds: float, azimuth: float = 0.0, distance: float = 0.0, **changes: Any) -> Fix:
    longitude, latitude, _ = GEOD.fwd(ORIGIN[1], ORIGIN[0], azimuth, distance)
    return Fix(**{
        'stamp': round(seconds * SECOND), 'latitude': latitude, 'longitude': longitude,
        'altitude': 20.0, 'valid': True, **changes})


def grid_yaw(azimuth: float) -> float:
    """Returns the yaw in the UTM grid of a course over ground at the origin [rad]."""
    grid = pyproj.Transformer.from_crs('EPSG:4326', 'EPSG:32650', always_xy=True)
    longitude, latitude, _ = GEOD.fwd(ORIGIN[1], ORIGIN[0], azimuth, 10.0)
    x, y = grid.transform(longitude, latitude)
    x0, y0 = grid.transform(ORIGIN[1], ORIGIN[0])
    return math.atan2(y - y0, x - x0)


def pose(found: Odometry | FixRefusal) -> Odometry:
    assert isinstance(found, Odometry), found
    return found


def test_heading_and_velocity_turn_by_the_convergence_of_the_map() -> None:
    ego = GnssEgo(parameters(), settings())
    ego.turn(SECOND, math.radians(30.0), 0.1)
    ego.move(SECOND, 10.0 * math.cos(math.radians(30.0)), 10.0 * math.sin(math.radians(30.0)))
    made = pose(ego.fix(fix(1.0)))
    assert made.yaw == pytest.approx(grid_yaw(60.0), abs=1e-5)
    assert abs(made.yaw - math.radians(30.0)) > math.radians(0.3)
    assert (made.velocity_x, made.velocity_y) == (pytest.approx(10.0), pytest.approx(0.0))
    assert made.yaw_rate == 0.1
    assert (made.x, made.y, made.z) == (
        pytest.approx(0.0, abs=1e-6), pytest.approx(0.0, abs=1e-6), 20.0)


def test_the_antenna_is_not_base_link() -> None:
    ego = GnssEgo(parameters('local_tangent_plane'), settings(antenna_x=2.0, antenna_y=0.5))
    ego.turn(SECOND, 0.5 * math.pi, 0.2)
    ego.move(SECOND, 0.0, 10.0)
    made = pose(ego.fix(fix(1.0)))
    assert (made.x, made.y) == (pytest.approx(0.5, abs=1e-6), pytest.approx(-2.0, abs=1e-6))
    assert made.velocity_x == pytest.approx(10.0 + 0.2 * 0.5)
    assert made.velocity_y == pytest.approx(-0.2 * 2.0)


def test_without_heading_the_course_is_taken_and_held_when_slow() -> None:
    ego = GnssEgo(parameters(), settings())
    assert ego.fix(fix(0.0)) is FixRefusal.NO_SPEED
    made = pose(ego.fix(fix(0.1, 60.0, 1.0)))
    assert made.yaw == pytest.approx(grid_yaw(60.0), abs=1e-3)
    assert made.velocity_x == pytest.approx(10.0, rel=1e-3)
    slow = pose(ego.fix(fix(0.2, 60.0, 1.01)))
    assert slow.yaw == made.yaw
    assert slow.velocity_x == pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize(('bad', 'reason'), [
    (fix(1.0, valid=False), FixRefusal.NO_FIX),
    (fix(1.0, latitude=math.nan), FixRefusal.NO_POSITION),
    (fix(1.0, latitude=91.0), FixRefusal.NO_POSITION),
    (fix(0.5), FixRefusal.LATE),
    (fix(1.0), FixRefusal.NO_HEADING),
])
def test_a_fix_of_no_use_is_refused_with_its_reason(bad: Fix, reason: FixRefusal) -> None:
    ego = GnssEgo(parameters(), settings())
    if reason is FixRefusal.LATE:
        ego.fix(fix(0.6))
    ego.move(SECOND, 0.1, 0.0)
    assert ego.fix(bad) is reason


def test_an_old_heading_tells_nothing() -> None:
    ego = GnssEgo(parameters(), settings(heading_age=0.3))
    ego.turn(0, 0.0, 0.0)
    ego.move(SECOND, 0.0, 10.0)
    assert pose(ego.fix(fix(1.0))).yaw == pytest.approx(grid_yaw(0.0), abs=1e-4)


def test_own_messages_become_the_poses_that_they_were_made_of() -> None:
    scene = Scene(0.5)
    scene.ego(10.0)
    scene.car('leader', ahead=40.0, speed=5.0)
    cycle = _reports(scene)
    own = int(cycle.sender_id[0])
    poses = odometry_of_own(cycle, own, 1.4)
    assert len(poses) == int((cycle.sender_id == own).sum())
    first = poses[0]
    row = int(np.flatnonzero(cycle.sender_id == own)[0])
    assert math.hypot(first.x - cycle.x[row], first.y - cycle.y[row]) == pytest.approx(1.4)
    assert first.velocity_x == cycle.speed[row]
    assert odometry_of_own(cycle, 1, 1.4) == []


def _reports(scene: Scene) -> Any:
    made = scene.parameters()
    batch = next(record for _, record in inputs(scene) if isinstance(record, FrameBatch))
    frame = MapFrame(
        made.map_origin.latitude, made.map_origin.longitude, made.map_origin.altitude,
        made.map_projection)
    decoded = decode_frames(batch.payload, batch.length)
    return reports_from_bsm(decoded.bsm, batch, frame, made)[0]
