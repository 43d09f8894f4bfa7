# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""One state for every object, changed and shared ids, numbers that last, what surely exists."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from road_users import START, after, ego, parameters, reports

from icv_v2x.inputs import Odometry
from icv_v2x.pipeline.perception import Perception
from icv_v2x.translate.reports import Source
from icv_v2x.trust import TrustLevel
from icv_v2x.trust.existence import existence, joint_existence
from icv_v2x.world.corroboration import Observations, united, with_second_source
from icv_v2x.world.gaussian import combined, information
from icv_v2x.world.track_store import TrackStore, Verdict
from icv_v2x.world.tracks import Tracks

SEEN = Source.RSM | Source.SENSOR
UNIT = 1001
NO_DOUBT = np.zeros(1, np.uint8)


def drive(store: TrackStore, begin: float, end: float, **columns: Any) -> list[int]:
    """Apply the messages of a car that drives east at 10 m/s; return the verdicts."""
    verdicts = []
    for step in range(round(begin * 10), round(end * 10)):
        told = {'x': step * 1.0, 'message_count': step % 128, **columns}
        verdicts += store.update(reports(time=after(step * 0.1), **told), None).tolist()
    return verdicts


def seen_twice(**of_unit: Any) -> tuple[Tracks, Observations]:
    """Return a sender at the origin and what a unit says of it."""
    store = TrackStore(parameters())
    store.update(reports(sender_id=1, signer=1, heading=0.1), None)
    store.update(reports(**{
        'sender_id': UNIT, 'signer': UNIT, 'object_id': 7, 'source': SEEN, 'x': 1.0, 'y': -0.6,
        'heading': 0.0, 'speed': 11.0, **of_unit}), None)
    made = store.snapshot(START)
    return made, Observations(store.subject_id, store.since, made.verification == 1)


matrices = st.tuples(st.floats(0.01, 9.0), st.floats(-0.9, 0.9), st.floats(0.01, 9.0)).map(
    lambda m: tuple(
        np.array([v]) for v in (m[0], m[1] * math.sqrt(m[0] * m[2]), m[2])))


@settings(max_examples=50)
@given(matrices, matrices, st.floats(-5.0, 5.0), st.floats(-5.0, 5.0))
def test_two_estimates_combine_as_textbooks_have_it(
    one: Any, other: Any, east: float, north: float
) -> None:
    def matrix(v: Any) -> np.ndarray:
        return np.array([[v[0][0], v[1][0]], [v[1][0], v[2][0]]])

    zero = np.zeros(1)
    place, variance = combined(
        (zero, zero), one, (np.array([east]), np.array([north])), other)
    gain = matrix(one) @ np.linalg.inv(matrix(one) + matrix(other))
    assert np.array(place)[:, 0] == pytest.approx(gain @ [east, north], abs=1e-6)
    assert matrix(variance) == pytest.approx((np.eye(2) - gain) @ matrix(one), abs=1e-6)


def test_a_covariance_without_width_gives_no_infinity() -> None:
    flat = (np.zeros(1), np.zeros(1), np.ones(1)), (np.ones(1), np.ones(1), np.ones(1))
    assert np.isfinite([information(each) for each in flat]).all()


def test_the_surer_source_weighs_more_in_place_speed_and_heading() -> None:
    tracks, observed = seen_twice(
        variance_xx=0.25, variance_yy=0.25, speed_deviation=0.14, heading_deviation=0.025)
    made, leader = united(tracks, observed)
    assert leader.tolist() == [0, 0]
    assert (made.x[0], made.y[0]) == pytest.approx((0.8, -0.48))
    assert made.speed[0] == pytest.approx(10.0 + 0.8 * (11.0 * math.cos(0.1) - 10.0), abs=0.01)
    assert made.heading[0] == pytest.approx(0.02, abs=1e-3)
    assert made.variance_xx[0] == pytest.approx(0.2)


@pytest.mark.parametrize('observation', [{'verification': 0}, {'time': after(-0.7)}], ids=str)
def test_who_is_not_trusted_or_late_moves_nobody(observation: dict[str, Any]) -> None:
    tracks, observed = seen_twice(variance_xx=0.01, variance_yy=0.01, **observation)
    made, _ = united(tracks, observed)
    assert made.x.tolist()[0] == 0.0


def test_one_that_drives_backwards_keeps_its_nose_and_its_sign() -> None:
    store = TrackStore(parameters())
    store.update(reports(sender_id=1, signer=1, speed=-3.0), None)
    store.update(reports(
        sender_id=UNIT, signer=UNIT, object_id=7, source=SEEN, speed=3.0, heading=math.pi), None)
    made = store.snapshot(START)
    made, _ = united(
        made, Observations(store.subject_id, store.since, made.verification == 1))
    assert made.speed.tolist() == pytest.approx([-3.0])
    assert made.heading.tolist() == pytest.approx([0.0])


def test_an_own_detection_sharpens_the_state() -> None:
    tracks, _ = seen_twice(x=60.0)
    store = TrackStore(parameters())
    store.update(reports(
        x=1.0, variance_xx=0.04, variance_yy=0.04, source=Source.OWN_DETECTION), None)
    made = with_second_source(tracks, store.snapshot(START))
    assert made.x[0] == pytest.approx(0.96, abs=0.01)
    assert made.corroborated.tolist() == [True, False]


def test_what_a_sensor_sees_is_smoothed_and_what_senders_say_is_not() -> None:
    random = np.random.default_rng(3)
    off: dict[int, list[float]] = {-1: [], 7: []}
    for number, errors in off.items():
        store = TrackStore(parameters())
        for step in range(80):
            noise = 0.5 * random.standard_normal(2)
            store.update(reports(
                sender_id=UNIT, object_id=number, source=SEEN, time=after(0.1 * step),
                x=step + noise[0], y=noise[1], variance_xx=0.25, variance_yy=0.25,
                message_count=step), None)
            tracks = store.snapshot(after(0.1 * step))
            if step >= 20:
                errors.append(math.hypot(tracks.x[0] - step, tracks.y[0]))
    assert np.mean(off[7]) < 0.6 * np.mean(off[-1])


def test_a_changed_id_is_the_same_track_without_and_with_a_short_silence() -> None:
    for silence in (0.0, 0.8):
        store = TrackStore(parameters())
        drive(store, 0.0, 3.0, sender_id=1, signer=1)
        before = store.snapshot(after(2.95))
        drive(store, 3.0 + silence, 3.2 + silence, sender_id=2, signer=2)
        now = store.snapshot(after(3.2 + silence))
        assert now.sender_id.tolist() == [2]
        assert now.identity.tolist() == before.identity.tolist()
        assert now.updates[0] > before.updates[0]


@pytest.mark.parametrize('other', [
    {'y': 3.5}, {'length': 8.0}, {'speed': 18.0}, {'heading': 1.5}, {'object_class': 6}], ids=str)
def test_another_vehicle_continues_nobody(other: dict[str, float]) -> None:
    store = TrackStore(parameters())
    drive(store, 0.0, 3.0, sender_id=1)
    drive(store, 3.0, 3.2, sender_id=2, **other)
    assert sorted(store.snapshot(after(3.2)).sender_id.tolist()) == [1, 2]


def test_nobody_is_continued_who_speaks_on() -> None:
    store = TrackStore(parameters())
    drive(store, 0.0, 3.0, sender_id=1)
    number = store.snapshot(after(2.95)).identity[0]
    for step in range(30, 34):
        store.update(reports(
            sender_id=[1, 2], time=after(0.1 * step), x=1.0 * step, message_count=step), None)
    now = store.snapshot(after(3.35))
    assert sorted(now.sender_id.tolist()) == [1, 2]
    assert now.identity[now.sender_id == 1] == number
    assert len(set(now.identity.tolist())) == 2


def test_twenty_cars_that_change_their_ids_at_once_stay_twenty() -> None:
    store = TrackStore(parameters())
    place = {'x': np.arange(20) * 12.0, 'y': np.arange(20) % 3 * 3.5}
    numbers = []
    for step in range(40):
        store.update(reports(
            sender_id=np.arange(20) + (100 if step < 20 else 200), time=after(0.1 * step),
            x=place['x'] + step, y=place['y'], message_count=step), None)
        tracks = store.snapshot(after(0.1 * step))
        assert len(tracks) == 20
        numbers.append(tracks.identity[np.argsort(tracks.sender_id)].tolist())
    assert numbers[0] == numbers[-1]


def test_two_vehicles_under_one_id_are_two_tracks_and_nothing_is_between_them() -> None:
    store = TrackStore(parameters())
    for step in range(40):
        store.update(reports(
            sender_id=1, signer=[7, 8], time=[after(0.1 * step), after(0.1 * step + 0.04)],
            x=[1.0 * step, 1.0 * step], y=[0.0, 80.0], message_count=[step, step + 60]), None)
    tracks = store.snapshot(after(4.0))
    assert sorted(tracks.y.tolist()) == pytest.approx([0.0, 80.0])
    assert len(set(tracks.identity.tolist())) == 2


def test_under_one_id_and_one_certificate_no_place_lies_between() -> None:
    store = TrackStore(parameters())
    for step in range(40):
        made = store.update(reports(
            sender_id=1, signer=7, time=[after(0.1 * step), after(0.1 * step + 0.04)],
            x=1.0 * step, y=[0.0, 80.0], message_count=[step, step + 60]), None)
        tracks = store.snapshot(after(0.1 * step + 0.04))
        assert np.minimum(np.abs(tracks.y), np.abs(tracks.y - 80.0)).max() < 1.0
        assert set(made.tolist()) <= {Verdict.ACCEPTED, Verdict.JUMP}


def test_the_number_of_an_object_outlasts_those_who_tell_of_it() -> None:
    store = TrackStore(parameters())
    unit = {'sender_id': UNIT, 'signer': UNIT, 'object_id': 7, 'source': SEEN}
    numbers = []
    for step in range(60):
        time = after(0.1 * step)
        if step < 30:
            store.update(reports(
                sender_id=1, signer=1, time=time, x=1.0 * step, message_count=step), None)
        if step >= 10:
            store.update(reports(
                **unit, time=time, x=step + 0.5, message_count=step), None)
        tracks = store.snapshot(time)
        observed = Observations(store.subject_id, store.since, tracks.verification == 1)
        made, leader = united(tracks, observed)
        identity = store.identify(np.arange(len(tracks)), leader)
        assert len(made) == 1
        numbers += identity.tolist()
    assert len(set(numbers)) == 1


def test_objects_that_part_get_numbers_of_their_own() -> None:
    store = TrackStore(parameters())
    store.update(reports(sender_id=[1, 2, 3], x=[0.0, 50.0, 90.0]), None)
    rows = np.arange(3)
    assert len(set(store.identify(rows, np.array([0, 0, 0])).tolist())) == 1
    apart = store.identify(rows, rows)
    assert len(set(apart.tolist())) == 3
    assert store.identify(rows, rows).tolist() == apart.tolist()


def test_existence_grows_with_messages_and_sources_and_falls_with_doubt_and_age() -> None:
    store = TrackStore(parameters())
    drive(store, 0.0, 0.1)
    once = existence(store.snapshot(after(0.0)), NO_DOUBT)[0]
    drive(store, 0.1, 1.0)
    tracks = store.snapshot(after(0.9))
    sure = existence(tracks, NO_DOUBT)[0]
    assert once < sure < 1.0
    assert existence(store.snapshot(after(1.6)), NO_DOUBT)[0] < sure
    assert existence(tracks, np.full(1, TrustLevel.DISTRUSTED, np.uint8))[0] < 0.2
    both = joint_existence(np.array([sure, 0.5, 0.3]), np.array([0, 0, 2]))
    assert both == pytest.approx([1.0 - (1.0 - sure) * 0.5] * 2 + [0.3])


def test_the_picture_carries_trust_existence_and_number() -> None:
    perception = Perception(parameters())
    own = ego()
    perception.receive(Odometry(
        START, 'map', own.x, own.y, 0.0, 0.0, 0.0, 0.0, 0.0))
    told = reports(sender_id=[1, UNIT], signer=[1, UNIT], object_id=[-1, 7],
                   source=[Source.BSM, SEEN], x=[0.0, 0.4])
    outcome = perception._tracks.update(told, None)
    perception._trust.update(told, outcome, None)
    tracks, _ = perception.world(START)
    assert len(tracks) == 1
    assert tracks.trust.tolist() == [TrustLevel.NO_DOUBT]
    assert tracks.identity[0] > 0
    assert 0.54 < tracks.existence[0] < 1.0
