# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Who is right ahead: by place on the own way, wherever north is, by radio and by sensors."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies.convoy import START
from strategies.runs import make_ego, make_tracks

from icv_v2x.advisory import Application
from icv_v2x.pipeline import Pipeline
from icv_v2x.platooning.sight import places, right_ahead
from icv_v2x.scenes import Scene, kmh, run
from icv_v2x.world.ego import EgoState
from icv_v2x.world.tracks import Tracks

EGO = replace(make_ego(START, 0.0, 0.0, 0.0, 20.0), length=4.6, width=1.8)
NOBODY = make_tracks(START, x=[])


def ahead_of(ego: EgoState, objects: Tracks, seen: Tracks = NOBODY):
    return right_ahead(objects, places(objects, ego), seen, places(seen, ego))


def turned(objects: Tracks, angle: float, east: float, north: float) -> Tracks:
    return replace(
        objects, heading=objects.heading + angle,
        x=east + objects.x * math.cos(angle) - objects.y * math.sin(angle),
        y=north + objects.x * math.sin(angle) + objects.y * math.cos(angle))


CARS = make_tracks(
    START, x=[30.0, 18.0, 60.0, -20.0, 15.0], y=[0.2, 3.5, 0.0, 0.0, 0.1],
    heading=[0.0, 0.0, 0.0, 0.0, math.pi], speed=[20.0, 20.0, 20.0, 20.0, 10.0])


def test_the_nearest_in_the_own_lane_driving_the_same_way_counts() -> None:
    found = ahead_of(EGO, CARS)
    assert found is not None
    assert (found.row, found.seen) == (0, -1)
    assert found.gap == pytest.approx(25.4, abs=0.05)


@given(st.floats(-math.pi, math.pi), st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))
def test_where_north_is_makes_no_difference(angle: float, east: float, north: float) -> None:
    moved = replace(EGO, x=east, y=north, heading=angle)
    straight, found = ahead_of(EGO, CARS), ahead_of(moved, turned(CARS, angle, east, north))
    assert straight is not None
    assert found is not None
    assert found.row == straight.row
    assert found.gap == pytest.approx(straight.gap, abs=1e-6)


@pytest.mark.parametrize('radius', [150.0, -150.0, 600.0])
@pytest.mark.parametrize('arc', [15.0, 35.0, 80.0])
def test_gaps_are_taken_along_the_bend(radius: float, arc: float) -> None:
    angle = arc / radius
    ego = replace(EGO, yaw_rate=20.0 / radius)
    car = make_tracks(
        START, x=[radius * math.sin(angle)], y=[radius * (1.0 - math.cos(angle))],
        heading=[angle], speed=[20.0])
    found = ahead_of(ego, car)
    assert found is not None
    assert found.gap == pytest.approx(arc - 4.6, abs=0.1)


def test_the_own_sensors_give_the_gap_of_a_vehicle_that_the_radio_knows() -> None:
    seen = make_tracks(START, x=[31.0], y=[0.0], speed=[19.5], acceleration=[-1.0])
    found = ahead_of(EGO, CARS, seen)
    assert found is not None
    assert (found.row, found.seen) == (0, 0)
    assert (found.gap, found.speed) == (pytest.approx(26.4, abs=0.05), 19.5)
    assert found.acceleration == -1.0


def test_the_own_sensors_know_better_who_is_in_the_lane() -> None:
    beside = make_tracks(START, x=[30.0], y=[1.4], speed=[20.0])
    clear = ahead_of(EGO, replace(CARS, y=np.array([1.2, 3.5, 0.0, 0.0, 0.1])), replace(
        beside, y=np.array([2.6])))
    assert clear is not None
    assert clear.row == 2


def test_who_sends_nothing_is_seen_all_the_same() -> None:
    seen = make_tracks(START, x=[15.0], speed=[18.0])
    found = ahead_of(EGO, CARS.take(np.array([0])), seen)
    assert found is not None
    assert (found.row, found.seen) == (-1, 0)


def test_no_collision_warning_is_silenced_by_a_platoon() -> None:
    scene = Scene(3.0)
    scene.ego(kmh(60))
    scene.car('standing', ahead=60.0, speed=0.0, seen_by_ego=True)

    def said(wanted: str) -> list[tuple[object, ...]]:
        own = scene.parameters()
        own = replace(own, platooning=replace(own.platooning, wanted=wanted))
        own = replace(own, vehicle=replace(own.vehicle, temporary_id='00000000000000A5'))
        return [
            (step.time, one.application, one.level, one.subject_ids)
            for step in run(scene, Pipeline(own)) for one in step.cycle.advisories
            if one.application != Application.CPM]

    warned = said('nothing')
    assert warned
    assert said('join') == warned


