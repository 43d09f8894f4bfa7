# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The ego's way: along straights, bends, planned paths and the trail, the same on any heading."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies.runs import START, make_tracks
from world.road_users import ego as make_ego
from world.road_users import parameters

from icv_v2x.inputs import PlannedPath
from icv_v2x.scenarios.braking_evidence import BrakingEvidence
from icv_v2x.scenarios.own_path import OwnPath, Trail
from icv_v2x.world.ego import EgoState
from icv_v2x.world.tracks import Tracks

FLAG = 1 << 7


def moving(**changes: object) -> EgoState:
    return make_ego(**{'x': 0.0, 'y': 0.0, 'speed': 15.0, 'stamp': START, **changes})


def test_places_on_a_straight_way() -> None:
    tracks = make_tracks(START, x=[50.0, -30.0, 1.0], y=[2.0, -4.0, 0.0], heading=[0.1, 0.0, 0.0])
    places = OwnPath(moving(), Trail(), parameters()).places(tracks)
    assert places.station == pytest.approx([50.0, -30.0, 1.0])
    assert places.offset == pytest.approx([2.0, -4.0, 0.0])
    assert places.turned == pytest.approx([0.1, 0.0, 0.0])
    assert places.gap[1] == pytest.approx(30.0 - 4.7)
    assert places.ahead.tolist() == [True, False, False]


def test_a_lasting_turn_bends_the_way() -> None:
    radius = 100.0
    angle = np.array([0.3, 0.8])
    tracks = make_tracks(
        START, x=radius * np.sin(angle), y=radius * (1.0 - np.cos(angle)), heading=angle)
    turn = 15.0 / radius
    ego = moving(turn_rate=turn, yaw_rate=turn)
    places = OwnPath(ego, Trail(), parameters()).places(tracks)
    assert places.station == pytest.approx(radius * angle, rel=0.01)
    assert places.offset == pytest.approx([0.0, 0.0], abs=0.15)
    assert places.turned == pytest.approx([0.0, 0.0], abs=math.radians(3.0))


def test_a_planned_path_goes_before_the_present_motion() -> None:
    time = START + np.arange(-5, 60, dtype=np.int64) * 100_000_000
    along = np.maximum(np.arange(-5, 60) * 1.5, -8.0) - 1.4
    left = np.where(along > 20.0, along - 20.0, 0.0)
    yaw = np.where(along > 20.0, math.pi / 4, 0.0)
    path = PlannedPath(stamp=START, time=time, x=along, y=left, yaw=yaw)
    tracks = make_tracks(START, x=[40.0], y=[20.0], heading=[math.pi / 4])
    places = OwnPath(moving(path=path), Trail(), parameters()).places(tracks)
    assert abs(places.offset[0]) < 1.0
    assert places.station[0] == pytest.approx(20.0 + 20.0 * math.sqrt(2.0), abs=1.5)


def test_the_trail_is_bounded_and_forgets_after_a_jump() -> None:
    trail = Trail()
    for step in range(1000):
        trail.extend(moving(x=float(step)))
    assert len(trail.points()) == 200
    trail.extend(moving(x=2000.0))
    assert trail.points().tolist() == [[2000.0, 0.0]]


def turned(angle: float, mirror: float, tracks: Tracks, ego: EgoState) -> tuple[Tracks, EgoState]:
    cosine, sine = math.cos(angle), math.sin(angle)

    def place(x: object, y: object) -> tuple[np.ndarray, np.ndarray]:
        x, y = np.asarray(x), mirror * np.asarray(y)
        return x * cosine - y * sine + 300.0, x * sine + y * cosine - 70.0

    x, y = place(tracks.x, tracks.y)
    own_x, own_y = place(ego.x, ego.y)
    return (
        dataclasses.replace(tracks, x=x, y=y, heading=mirror * tracks.heading + angle),
        dataclasses.replace(
            ego, x=float(own_x), y=float(own_y), heading=mirror * ego.heading + angle,
            turn_rate=mirror * ego.turn_rate, yaw_rate=mirror * ego.yaw_rate),
    )


@settings(max_examples=60, deadline=None)
@given(
    st.floats(-math.pi, math.pi), st.sampled_from([1.0, -1.0]), st.floats(-0.3, 0.3),
    st.integers(0, 2**31),
)
def test_places_and_crossings_know_no_north_and_no_left(
    angle: float, mirror: float, turn_rate: float, seed: int
) -> None:
    random = np.random.default_rng(seed)
    tracks = make_tracks(
        START, x=random.uniform(-150, 150, 8), y=random.uniform(-150, 150, 8),
        heading=random.uniform(-3.0, 3.0, 8), speed=random.uniform(1.0, 20.0, 8))
    ego = moving(turn_rate=turn_rate, yaw_rate=turn_rate)
    path = OwnPath(ego, Trail(), parameters())
    before, crossed = path.places(tracks), path.crossed_by(tracks)
    other_tracks, other_ego = turned(angle, mirror, tracks, ego)
    path = OwnPath(other_ego, Trail(), parameters())
    after, crossed_after = path.places(other_tracks), path.crossed_by(other_tracks)
    assert after.station == pytest.approx(before.station, abs=1e-6)
    assert after.offset == pytest.approx(mirror * before.offset, abs=1e-6)
    assert np.cos(after.turned) == pytest.approx(np.cos(before.turned), abs=1e-6)
    assert np.sin(after.turned) == pytest.approx(mirror * np.sin(before.turned), abs=1e-6)
    assert after.gap == pytest.approx(before.gap, abs=1e-6)
    for one, same in zip(crossed[:2], crossed_after[:2], strict=True):
        assert same == pytest.approx(one, abs=1e-5, nan_ok=True)


def claim(evidence: BrakingEvidence, seconds: float, **columns: list[float]) -> tuple[bool, bool]:
    stamp = START + round(seconds * 1e9)
    tracks = make_tracks(
        stamp, x=[0.0], events=np.array([FLAG], np.uint16), age=[0.0], **columns)
    claims, confirmed = evidence.judge(tracks, parameters())
    return bool(claims[0]), bool(confirmed[0])


def test_a_claim_is_confirmed_by_the_speed_of_the_second_message() -> None:
    evidence = BrakingEvidence()
    assert claim(evidence, 0.0, speed=[20.0], acceleration=[-6.0]) == (True, False)
    assert claim(evidence, 0.1, speed=[19.4], acceleration=[-6.0]) == (True, True)


def test_a_stated_deceleration_alone_confirms_nothing() -> None:
    evidence = BrakingEvidence()
    for tick in range(60):
        told = claim(evidence, 0.1 * tick, speed=[20.0], acceleration=[-6.0])
        assert told == (True, False)


def test_the_same_message_seen_twice_confirms_nothing() -> None:
    evidence = BrakingEvidence()
    for tick in range(4):
        stamp = START + tick * 50_000_000
        # One message, carried on: its age grows and its speed falls as it claims.
        tracks = make_tracks(
            stamp, x=[0.0], events=np.array([FLAG], np.uint16), age=[0.05 * tick],
            speed=[20.0 - 0.3 * tick], acceleration=[-6.0])
        assert not evidence.judge(tracks, parameters())[1][0]
