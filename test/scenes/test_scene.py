# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of scenes: where actors are put, what truly happens, what the ego receives."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity
from shapely.geometry import Polygon, box

from icv_v2x.inputs import (
    FrameBatch,
    Indicator,
    Odometry,
    PlannedPath,
    VehicleStatus,
    Verification,
)
from icv_v2x.interchange import BagReader
from icv_v2x.message_set import Encoding, decode_frames
from icv_v2x.parameters import load
from icv_v2x.scenes import (
    EgoOutput,
    Radio,
    Scene,
    encounter,
    inputs,
    kmh,
    separation,
    write,
)
from icv_v2x.translate.reports import ObjectReports, Source

ANGLES = st.floats(-math.pi, math.pi)
METRES = st.floats(-2000.0, 2000.0)


def rear_end() -> Scene:
    scene = Scene(12.0)
    scene.ego(kmh(50))
    scene.car('leader', ahead=80.0, speed=0.0)
    return scene


def polygon(scene: Scene, name: str, time: float) -> Polygon:
    actor = scene.the_ego if name == 'ego' else scene.actors[name]
    state = scene.states(name, time)
    half_length, half_width = 0.5 * actor.size.length, 0.5 * actor.size.width
    shape = box(-half_length, -half_width, half_length, half_width)
    turned = affinity.rotate(shape, float(state.heading[0]), origin=(0, 0), use_radians=True)
    return affinity.translate(turned, float(state.x[0]), float(state.y[0]))


def test_a_gap_ahead_is_bumper_to_bumper() -> None:
    scene = rear_end()
    assert separation(scene, 'leader', np.zeros(1))[0] == pytest.approx(80.0)
    assert encounter(scene, 'leader').first_overlap == pytest.approx(80.0 / kmh(50), abs=1e-5)


@given(st.floats(1.0, 100.0), ANGLES)
def test_a_gap_ahead_holds_for_any_heading(gap: float, heading: float) -> None:
    scene = Scene(1.0)
    scene.ego(10.0, x=5.0, y=-3.0, heading=0.7)
    scene.truck('other', ahead=gap, heading=heading, speed=0.0)
    level = affinity.rotate(
        polygon(scene, 'other', 0.0), -0.7, origin=(5.0, -3.0), use_radians=True)
    assert level.bounds[0] - (5.0 + 2.3) == pytest.approx(gap, abs=1e-9)


def test_behind_and_beside() -> None:
    scene = Scene(1.0)
    scene.ego(10.0)
    scene.car('behind', ahead=-12.0, speed=10.0)
    scene.car('beside', x=0.0, y=3.5, speed=10.0)
    assert separation(scene, 'behind', np.zeros(1))[0] == pytest.approx(12.0)
    assert separation(scene, 'beside', np.zeros(1))[0] == pytest.approx(1.7)


@settings(max_examples=12)
@given(
    st.floats(5.0, 22.0), st.floats(5.0, 22.0),
    st.floats(0.5, 2.6).flatmap(lambda angle: st.sampled_from([angle, -angle])),
    st.floats(0.3, 3.0).flatmap(lambda gap: st.sampled_from([gap, -gap])))
def test_a_crossing_has_the_post_encroachment_time_asked_for(
    speed: float, other: float, angle: float, gap: float,
) -> None:
    scene = Scene(20.0)
    scene.ego(speed)
    scene.crossing('other', speed=other, at=80.0, angle=angle, gap=gap)
    strips = {
        name: polygon(scene, name, 0.0).union(polygon(scene, name, 40.0)).convex_hull
        for name in ('ego', 'other')}

    def inside(name: str, strip: str) -> tuple[float, float]:
        low, high = 0.0, 40.0
        middle = 80.0 / speed + (0.0 if name == 'ego' else late)
        bounds = []
        for begin, end in ((low, middle), (high, middle)):
            outside, within = begin, end
            for _ in range(40):
                half = 0.5 * (outside + within)
                if polygon(scene, name, half).intersects(strips[strip]):
                    within = half
                else:
                    outside = half
            bounds.append(within)
        return bounds[0], bounds[1]

    states = scene.states('other', np.array([0.0]))
    late = math.hypot(80.0 - float(states.x[0]), float(states.y[0])) / other - 80.0 / speed
    mine, theirs = inside('ego', 'other'), inside('other', 'ego')
    measured = theirs[0] - mine[1] if gap > 0.0 else theirs[1] - mine[0]
    assert measured == pytest.approx(gap, abs=1e-6)
    assert encounter(scene, 'other').minimum_distance > 0.0


def test_a_crossing_without_delay_hits_in_the_middle() -> None:
    scene = Scene(10.0)
    scene.ego(10.0)
    scene.crossing('other', speed=7.0, at=50.0, angle=-1.2)
    at = scene.states('other', 5.0)
    assert (at.x[0], at.y[0]) == pytest.approx((50.0, 0.0))
    assert float(scene.states('other', 0.0).y[0]) > 0.0


@settings(max_examples=30)
@given(ANGLES, st.tuples(METRES, METRES), st.booleans(), st.integers(0, 2**31))
def test_a_placed_scene_has_the_same_encounters(
    rotation: float, shift: tuple[float, float], mirrored: bool, seed: int,
) -> None:
    random = np.random.default_rng(seed)
    scene = Scene(6.0)
    scene.ego(15.0).keep(1.0).turn(0.4, 40.0)
    scene.car(
        'other', x=float(random.uniform(10, 60)), y=float(random.uniform(-20, 20)),
        heading=float(random.uniform(-3, 3)), speed=8.0).change_lane(2.0, 2.0).brake(3.0)
    time = np.arange(0.0, 6.0, 0.05)
    placed = scene.placed(rotation=rotation, shift=shift, mirrored=mirrored)
    np.testing.assert_allclose(
        separation(scene, 'other', time), separation(placed, 'other', time), atol=1e-6)


@settings(max_examples=60)
@given(ANGLES, ANGLES, st.floats(-12.0, 12.0), st.floats(-12.0, 12.0))
def test_separation_is_the_distance_of_the_polygons(
    own: float, other: float, x: float, y: float,
) -> None:
    scene = Scene(1.0)
    scene.ego(1.0, heading=own)
    scene.truck('other', x=x, y=y, heading=other, speed=1.0)
    expected = polygon(scene, 'ego', 0.0).distance(polygon(scene, 'other', 0.0))
    assert separation(scene, 'other', np.zeros(1))[0] == pytest.approx(expected, abs=1e-9)


def test_who_is_not_there_or_on_another_level_is_infinitely_far() -> None:
    scene = Scene(4.0)
    scene.ego(10.0)
    scene.car('gone', ahead=5.0, speed=0.0, begin=1.0, until=2.0)
    scene.car('bridge', ahead=5.0, speed=0.0, elevation=6.0)
    apart = separation(scene, 'gone', np.array([0.5, 1.5, 2.5]))
    assert np.isinf(apart).tolist() == [True, False, True]
    assert math.isnan(encounter(scene, 'bridge').first_overlap)


def test_a_mirrored_scene_drives_and_indicates_on_the_other_side() -> None:
    scene = rear_end()
    scene.the_ego.indicate(Indicator.LEFT, 1.0, 2.0)
    mirrored = scene.placed(mirrored=True)
    assert mirrored.indicator_at(1.5) is Indicator.RIGHT
    assert mirrored.parameter_values()['driving_side'] == 'left'
    assert scene.indicator_at(1.5) is Indicator.LEFT


def test_names_and_places_are_checked() -> None:
    scene = rear_end()
    with pytest.raises(ValueError, match='an actor leader already'):
        scene.car('leader', ahead=5.0, speed=0.0)
    with pytest.raises(ValueError, match='either x and y or ahead'):
        scene.car('nowhere', speed=0.0)
    with pytest.raises(ValueError, match='no ego yet'):
        Scene(1.0).car('first', ahead=1.0, speed=0.0)


def frames_of(scene: Scene) -> list[tuple[int, FrameBatch]]:
    return [(time, record) for time, record in inputs(scene) if isinstance(record, FrameBatch)]


def test_frames_say_what_is_true() -> None:
    scene = Scene(3.0, start='2025-06-01T08:00:58.5Z')
    scene.ego(10.0)
    scene.truck('other', x=40.0, y=-7.0, heading=2.0, speed=12.0).turn(0.5, 30.0)
    scene = scene.placed(rotation=1.0, shift=(300.0, -200.0))
    frames = frames_of(scene)
    assert len(frames) == 30
    for log_time, batch in frames:
        message = decode_frames(batch.payload, batch.length, encoding=Encoding.UPER).bsm
        generated = int(batch.generation_time[0])
        assert log_time == generated + 20_000_000
        assert message.second[0] == pytest.approx(generated % (60 * 10**9) / 1e9, abs=1e-6)
        state = scene.states('other', (generated - scene.start) / 1e9)
        x, y, _ = scene.map_frame().to_map(
            message.latitude, message.longitude, message.elevation)
        assert math.hypot(x[0] - state.x[0], y[0] - state.y[0]) < 0.02
        yaw = scene.map_frame().heading_to_yaw(
            message.heading, message.latitude, message.longitude)
        assert abs(math.remainder(yaw[0] - state.heading[0], 2 * math.pi)) < 2.5e-4
        assert message.speed[0] == pytest.approx(state.speed[0], abs=0.011)
        assert message.yaw_rate[0] == pytest.approx(-state.yaw_rate[0], abs=2e-4)
        assert message.length[0] == pytest.approx(10.0)
        assert f'{int(message.temporary_id[0]):016X}' == scene.subject('other')
        assert batch.verification[0] == Verification.VERIFIED


@pytest.mark.parametrize('rate', [1.0, 2.5, 10.0, 20.0])
def test_the_radio_keeps_its_rate(rate: float) -> None:
    scene = rear_end().placed(radio=Radio(rate=rate))
    assert sum(len(batch) for _, batch in frames_of(scene)) == pytest.approx(12.0 * rate, abs=1)


def test_loss_is_seeded_and_near_its_share() -> None:
    scene = rear_end().placed(radio=Radio(rate=20.0, loss=0.3, seed=4))
    scene.duration = 100.0
    heard = [int(t) for _, batch in frames_of(scene) for t in batch.generation_time]
    again = [int(t) for _, batch in frames_of(scene) for t in batch.generation_time]
    assert heard == again
    assert len(heard) == pytest.approx(1400, abs=90)
    other = scene.placed(radio=Radio(rate=20.0, loss=0.3, seed=5))
    assert heard != [int(t) for _, batch in frames_of(other) for t in batch.generation_time]


def test_jitter_reorders_frames_and_batches_stay_in_the_order_of_reception() -> None:
    scene = rear_end().placed(radio=Radio(rate=20.0, jitter=0.3))
    frames = frames_of(scene)
    received = np.concatenate([batch.reception_time for _, batch in frames])
    generated = np.concatenate([batch.generation_time for _, batch in frames])
    assert (np.diff(received) >= 0).all()
    assert (np.diff(generated) < 0).any()
    assert all(int(batch.reception_time[-1]) == time for time, batch in frames)


def test_fields_can_be_left_out() -> None:
    scene = rear_end().placed(radio=Radio(omit=frozenset({'longitudinal_acceleration', 'length'})))
    _, batch = frames_of(scene)[0]
    message = decode_frames(batch.payload, batch.length, encoding=Encoding.UPER).bsm
    assert np.isnan(message.longitudinal_acceleration[0])
    assert np.isnan(message.length[0])


def test_reversing_is_told_by_the_gear() -> None:
    scene = Scene(1.0)
    scene.ego(5.0)
    scene.car('reverser', ahead=20.0, speed=-2.0)
    _, batch = frames_of(scene)[0]
    message = decode_frames(batch.payload, batch.length, encoding=Encoding.UPER).bsm
    assert message.speed[0] == pytest.approx(2.0)
    assert int(message.transmission[0]) == 3


def test_odometry_is_that_of_base_link() -> None:
    scene = Scene(4.0)
    scene.ego(10.0, base_link_to_center=1.4).turn(1.0, 20.0)
    poses = [record for _, record in inputs(scene) if isinstance(record, Odometry)]
    assert len(poses) == 201
    for pose in poses[::20]:
        time = (pose.stamp - scene.start) / 1e9
        centre = scene.states('ego', time)
        assert pose.x + 1.4 * math.cos(pose.yaw) == pytest.approx(centre.x[0])
        assert pose.y + 1.4 * math.sin(pose.yaw) == pytest.approx(centre.y[0])
        assert pose.velocity_y == pytest.approx(-1.4 * pose.yaw_rate)


def test_the_ego_can_publish_status_path_and_detections_and_lose_odometry() -> None:
    scene = Scene(5.0)
    scene.ego(10.0, output=EgoOutput(path_rate=5.0, odometry_lost=((1.0, 2.0),))).keep(
        1.0).change_lane(3.5, 3.0)
    scene.the_ego.indicate(Indicator.LEFT, 0.5, 4.0)
    scene.car('seen', ahead=30.0, speed=10.0, seen_by_ego=True, until=3.0)
    records = [record for _, record in inputs(scene)]
    shown = [r.indicator for r in records if isinstance(r, VehicleStatus)]
    assert shown[0] is Indicator.NONE
    assert shown[10] is Indicator.LEFT
    paths = [r for r in records if isinstance(r, PlannedPath)]
    assert float(paths[0].y[-1]) == pytest.approx(3.5, abs=1e-6)
    assert not any(
        1.0 <= (r.stamp - scene.start) / 1e9 < 2.0 for r in records if isinstance(r, Odometry))
    detections = [r for r in records if isinstance(r, ObjectReports)]
    assert [len(r) for r in detections[:2]] == [1, 1]
    assert len(detections[-1]) == 0
    assert int(detections[0].source[0]) & Source.OWN_DETECTION


def test_inputs_come_in_the_order_of_time() -> None:
    times = [time for time, _ in inputs(rear_end())]
    assert times == sorted(times)


def test_a_written_scene_reads_back_with_its_parameters(tmp_path: Path) -> None:
    scene = rear_end()
    write(scene, tmp_path / 'scene')
    with BagReader(tmp_path / 'scene') as bag:
        read = [(time, type(record)) for time, _, record in bag]
    assert read == [(time, type(record)) for time, record in inputs(scene)]
    assert load(tmp_path / 'scene.params.yaml') == scene.parameters()


def test_the_echo_of_the_ego_bears_the_id_in_its_parameters() -> None:
    scene = Scene(1.0)
    scene.ego(10.0, echo=True)
    _, batch = frames_of(scene)[0]
    message = decode_frames(batch.payload, batch.length, encoding=Encoding.UPER).bsm
    assert f'{int(message.temporary_id[0]):016X}' == scene.parameters().vehicle.temporary_id
