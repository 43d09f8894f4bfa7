# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The planner takes safe gaps, holds where there is none, sticks to its choice and can go back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from merge_cases import LENGTH, lane, own, settings, stretch

from icv_v2x.merging import Incumbent, State, plan
from icv_v2x.merging.driving import Leader, drive
from icv_v2x.merging.planner import NOW
from icv_v2x.merging.traffic import asked_deceleration, predict_lane

FREE = lane([])
DENSE = np.arange(200.0, -220.0, -18.0)


def test_an_empty_lane_is_entered_at_once() -> None:
    choice = plan(stretch(), own(), FREE, FREE, settings())
    assert choice.state == State.MERGE
    assert choice.change_time == 0.0
    assert choice.gaps.leader.tolist() == choice.gaps.follower.tolist() == [-1]


def test_a_wide_gap_beside_the_ego_is_entered() -> None:
    choice = plan(stretch(), own(), lane([60.0, -60.0]), FREE, settings())
    assert choice.state == State.MERGE
    assert (choice.gaps.leader[choice.chosen], choice.gaps.follower[choice.chosen]) == (0, 1)


def test_every_gap_is_told_of_with_a_reason_but_the_chosen_one() -> None:
    choice = plan(stretch(), own(), lane([90.0, 60.0, -60.0, -75.0]), FREE, settings())
    assert len(choice.gaps.reason) == 5
    assert [bool(reason) for reason in choice.gaps.reason].count(False) == 1
    assert choice.gaps.reason[choice.chosen] == ''


def test_a_lane_without_room_is_held_with_a_reason() -> None:
    choice = plan(stretch(), own(), lane(DENSE), FREE, settings())
    assert choice.state == State.HOLD
    assert 'gaps' in choice.reason
    assert choice.profile.way[-1] <= 300.0


def test_a_standing_lane_is_told() -> None:
    choice = plan(
        stretch(), own(10.0), lane(np.arange(400.0, -220.0, -9.0), 0.0), FREE, settings())
    assert choice.state == State.HOLD
    assert 'stands' in choice.reason


@examples(max_examples=30, deadline=None)
@given(st.floats(5.0, 33.0), st.floats(60.0, 200.0))
def test_holding_stops_comfortably_before_the_end(speed: float, room: float) -> None:
    wanted = settings()
    end = float(wanted.limits.stopping_distance(speed)) + wanted.end_margin + room
    profile = drive(
        own(speed), wanted.limits, duration=90.0, wanted=speed, stop=end - wanted.end_margin)
    assert profile.speed[-1] < 0.5
    assert profile.way[-1] <= end
    brake = wanted.limits.at(profile.speed).braking
    assert np.all(-profile.acceleration <= brake + 0.35)


@examples(max_examples=30, deadline=None)
@given(
    st.lists(st.floats(12.0, 90.0), min_size=4, max_size=16), st.floats(-40.0, 40.0),
    st.floats(18.0, 30.0), st.floats(15.0, 30.0))
def test_a_planned_entry_is_clear_of_leader_and_follower(
    spacing: list[float], shift: float, flow: float, speed: float,
) -> None:
    wanted = settings()
    row = lane(shift + 150.0 - np.cumsum(spacing), flow)
    choice = plan(stretch(), own(speed), row, FREE, wanted)
    if choice.state != State.MERGE:
        assert choice.state == State.HOLD
        return
    if choice.opening > 0.0:
        # The change does not begin before the follower has made room.
        assert choice.change_time > NOW
        way, pace, _ = choice.profile.at(choice.change_time - choice.opening)
        assert way[0] + pace[0] * (choice.opening + 0.6 + pace[0] / 10.0) <= 300.0 + 2.0
        return
    prediction = predict_lane(row, 0.25, 80)
    way, pace, _ = choice.profile.at(choice.change_time)
    station, _ = prediction.at(np.array([choice.change_time]))
    assert np.all(np.abs(station[:, 0] - way[0]) > LENGTH + 2.0)
    assert choice.gaps.asked[choice.chosen] <= wanted.asked_most + 0.3
    # An abort then ends before the end, with the braking that is counted on in an emergency.
    assert way[0] + pace[0] * (0.6 + pace[0] / 10.0) <= 300.0 + 2.0


def test_the_gap_in_force_is_kept_against_a_slightly_better_one() -> None:
    row = lane([150.0, 62.0, 2.0, -66.0, -150.0])
    first = plan(stretch(), own(), row, FREE, settings())
    other = next(
        index for index in range(6) if index != first.chosen and first.gaps.feasible[index])
    assert first.gaps.cost[other] - first.gaps.cost[first.chosen] < settings().switch
    kept = Incumbent(
        int(first.gaps.leader[other]), int(first.gaps.follower[other]),
        float(first.gaps.time[other]))
    again = plan(stretch(), own(), row, FREE, settings(), kept)
    assert again.gaps.leader[again.chosen] == kept.leader


def test_a_profile_that_meets_somebody_is_not_chosen() -> None:
    choice = plan(
        stretch(), own(), lane([60.0, -60.0]), FREE, settings(),
        clear=lambda profile, time: 'contact with A in 1.0 s')
    assert choice.state == State.HOLD
    assert 'contact with A' in choice.reason
    assert 'contact with A in 1.0 s' in choice.gaps.reason


@pytest.mark.parametrize(('follower', 'speed', 'word'), [
    (-9.0, 34.0, 'follower'), (-60.0, 25.0, '')])
def test_a_follower_that_comes_up_aborts_an_early_change(
    follower: float, speed: float, word: str,
) -> None:
    under_way = Incumbent(0, 1, -0.5, 0.5, 0.15)
    choice = plan(
        stretch(), own(), lane([80.0, follower], [26.0, speed]), FREE, settings(), under_way)
    assert choice.state == (State.ABORT if word else State.MERGE)
    assert word in choice.reason


def test_a_leader_that_brakes_hard_aborts_an_early_change_and_not_a_late_one() -> None:
    row = lane([15.0, -60.0], [14.0, 25.0], [-6.0, 0.0])
    early = plan(stretch(), own(), row, FREE, settings(), Incumbent(0, 1, -0.5, 0.5, 0.15))
    late = plan(stretch(), own(), row, FREE, settings(), Incumbent(0, 1, -2.0, 2.0, 0.8))
    assert early.state == State.ABORT
    assert late.state == State.MERGE
    assert late.profile.acceleration.min() < -3.5


def test_following_does_not_touch_a_leader_that_stops() -> None:
    time = np.arange(0.0, 20.0, 0.5)
    speed = np.maximum(25.0 - 4.0 * time, 0.0)
    gap = 30.0 + np.concatenate([[0.0], np.cumsum(0.25 * (speed[1:] + speed[:-1]))])
    profile = drive(
        own(25.0), settings().limits, duration=19.0, wanted=30.0,
        leaders=(Leader(gap, speed, 0.5),))
    assert np.all(np.interp(profile.time, time, gap) - profile.way > 0.3)


def test_a_vehicle_that_cuts_in_slower_and_nearer_asks_for_more() -> None:
    gap = np.array([60.0, 40.0, 25.0, 15.0])
    asked = asked_deceleration(gap, np.full(4, 28.0), np.full(4, 24.0), 1.0)
    assert np.all(np.diff(asked) >= 0.0)
    assert asked[0] < 1.0 < asked[-1]


def test_who_makes_room_is_predicted_to_slow_down_gently_and_others_react() -> None:
    row = lane([60.0, 0.0, -32.0], 28.0)
    alone = predict_lane(row, 0.4, 26)
    helped = predict_lane(row, 0.4, 26, helper=1, asker_speed=26.0)
    assert np.array_equal(helped.speed[0], alone.speed[0])
    assert np.all(np.diff(helped.speed[1]) >= -0.4 * 1.0 - 1e-9)
    assert helped.speed[1, -1] == pytest.approx(24.5)
    assert helped.speed[2, -1] < alone.speed[2, -1] - 2.0
    # Who is slower than the one who asks need not slow down.
    slow = predict_lane(row, 0.4, 26, helper=1, asker_speed=32.0)
    assert np.array_equal(slow.station, alone.station)


def test_predicted_vehicles_follow_without_overlap() -> None:
    row = lane([140.0, 88.0, 60.0, 48.0], [14.0, 28.0, 28.0, 29.0])
    prediction = predict_lane(row, 0.4, 40)
    apart = prediction.station[:-1] - prediction.station[1:]
    assert np.all(apart > LENGTH)
    assert np.all(prediction.speed >= 0.0)
