# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The own vehicle is not taken for another one, and no other one for the own."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from road_users import after, ego, parameters, reports

from icv_v2x.world.own_echo import own_vehicle
from icv_v2x.world.track_store import TrackStore, Verdict


def _verdicts(
    store: TrackStore, count: int, *, begin: int = 0, x: float = 0.0, y: float = 0.0,
    speed: float = 15.0, heading: float = 0.0, delay: float = 0.05, turn: float = 0.0,
    sender_id: int = 77, object_id: int = -1,
) -> list[int]:
    """Return what becomes of messages from beside the ego, which drives at 15 m/s."""
    found = []
    cosine, sine = math.cos(turn), math.sin(turn)
    for k in range(begin, begin + count):
        now = 0.1 * k
        along = 15.0 * (now - delay) + x
        me = ego(
            stamp=after(now), x=15.0 * now * cosine, y=15.0 * now * sine, heading=turn,
            speed=15.0)
        found += store.update(reports(
            sender_id=sender_id, object_id=object_id, time=after(now - delay),
            message_count=k % 128, x=along * cosine - y * sine, y=along * sine + y * cosine,
            speed=speed, heading=heading + turn), me).tolist()
    return found


def test_reports_under_the_own_id_are_dropped_wherever_they_are() -> None:
    store = TrackStore(parameters(vehicle__temporary_id='00000000000000FF'))
    verdict = store.update(
        reports(
            sender_id=[255, 255, 254, 9, 9], object_id=[-1, 3, -1, 4, 5],
            subject_id=[0, 0, 0, 255, 254], x=[0.0, 30.0, 60.0, 90.0, 120.0]), None)
    own, other = Verdict.OWN_ECHO, Verdict.ACCEPTED
    assert verdict.tolist() == [own, own, other, own, other]


@given(
    turn=st.floats(-math.pi, math.pi), x=st.floats(-1.5, 1.5), y=st.floats(-1.0, 1.0),
    delay=st.floats(0.0, 0.4),
)
def test_the_own_vehicle_is_known_by_its_motion_alone(
    turn: float, x: float, y: float, delay: float
) -> None:
    store = TrackStore(parameters())
    verdicts = _verdicts(store, 10, x=x, y=y, delay=delay, turn=turn)
    assert verdicts == [Verdict.OWN_ECHO] * 10
    assert len(store) == 0


def test_the_own_vehicle_seen_by_a_road_side_unit_is_dropped() -> None:
    store = TrackStore(parameters())
    assert set(_verdicts(store, 5, sender_id=9, object_id=4)) == {Verdict.OWN_ECHO}


def test_once_known_an_outlier_is_still_the_own_vehicle() -> None:
    store = TrackStore(parameters())
    _verdicts(store, 5)
    assert _verdicts(store, 1, begin=5, x=5.0, y=2.0) == [Verdict.OWN_ECHO]
    assert len(store) == 0


def test_a_known_id_far_away_is_another_vehicle() -> None:
    store = TrackStore(parameters())
    _verdicts(store, 5)
    assert _verdicts(store, 1, begin=5, x=60.0) == [Verdict.ACCEPTED]


@pytest.mark.parametrize(('place', 'speed', 'heading'), [
    ({'x': 7.0}, 15.0, 0.0), ({'x': -7.0}, 15.0, 0.0), ({'y': 3.5}, 15.0, 0.0),
    ({'y': -2.8}, 15.0, 0.0), ({'x': 0.5}, 0.0, 0.0), ({'x': 2.0}, 15.0, math.pi),
    ({'x': 2.0}, 15.0, math.pi / 2),
], ids=['leader', 'follower', 'left', 'right', 'standing', 'oncoming', 'crossing'])
def test_traffic_close_by_is_never_taken_for_the_own_vehicle(
    place: dict[str, float], speed: float, heading: float
) -> None:
    store = TrackStore(parameters())
    assert _verdicts(store, 1, **place, speed=speed, heading=heading) == [Verdict.ACCEPTED]


def test_an_error_of_position_that_passes_over_the_ego_does_not_hide_a_track_at_once() -> None:
    store = TrackStore(parameters())
    assert _verdicts(store, 5, y=3.5) == [Verdict.ACCEPTED] * 5
    assert _verdicts(store, 4, begin=5, y=1.4) == [Verdict.ACCEPTED] * 4
    assert _verdicts(store, 1, begin=9, y=3.0) == [Verdict.ACCEPTED]
    assert _verdicts(store, 4, begin=10, y=1.4) == [Verdict.ACCEPTED] * 4


def test_a_track_that_stays_upon_the_ego_turns_out_to_be_it() -> None:
    store = TrackStore(parameters())
    _verdicts(store, 3, y=2.5)
    verdicts = _verdicts(store, 8, begin=3, y=0.5)
    assert verdicts == [Verdict.ACCEPTED] * 4 + [Verdict.OWN_ECHO] * 4
    assert len(store) == 0


def test_without_ego_nothing_is_taken_for_it() -> None:
    store = TrackStore(parameters())
    assert store.update(reports(), None).tolist() == [Verdict.ACCEPTED]


def test_memory_of_suspects_is_bounded() -> None:
    store = TrackStore(parameters())
    count = 500
    me = ego(x=0.0, y=0.0, speed=10.0)
    verdict = store.update(reports(sender_id=np.arange(count)), me)
    assert set(verdict.tolist()) == {Verdict.OWN_ECHO}
    assert len(store._own_echo._suspects) <= 32


def test_a_perceived_object_that_lies_where_the_ego_is_is_the_ego_now() -> None:
    store = TrackStore(parameters())
    store.update(reports(
        sender_id=[9, 9, 9, 77], object_id=[1, 2, 3, -1], x=[1.0, 1.0, 8.0, 1.0],
        y=[0.5, 3.5, 0.0, 0.5], speed=15.0), None)
    tracks = store.snapshot(after(0.0))
    me = ego(x=0.0, y=0.0, speed=15.0)
    assert own_vehicle(tracks, me).tolist() == [True, False, False, False]
    assert own_vehicle(tracks, ego(x=0.0, y=0.0, speed=5.0)).tolist() == [False] * 4
    assert own_vehicle(tracks, None).tolist() == [False] * 4
