# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Profiles that aim at a gap arrive in it with its speed; a narrow gap is met, not put off."""

from __future__ import annotations

import numpy as np
import pytest
from closed_loop import Car, Ego, drive
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from merge_cases import LENGTH, lane, own, settings

from icv_v2x.merging import State, Stretch
from icv_v2x.merging.fan import into_gaps
from icv_v2x.merging.profiles import from_nodes
from icv_v2x.merging.traffic import arrival_behind, predict_lane

STRETCH = Stretch(-50.0, 250.0, 33.0, 22.0)


@examples(max_examples=60, deadline=None)
@given(
    st.floats(12.0, 30.0), st.floats(-1.5, 1.5), st.floats(15.0, 28.0), st.floats(40.0, 70.0),
    st.floats(-40.0, 40.0))
def test_they_end_between_leader_and_follower_within_the_limits(
    speed: float, acceleration: float, pace: float, apart: float, shift: float,
) -> None:
    row = lane([shift + apart * place for place in (1.5, 0.5, -0.5, -1.5)], pace)
    prediction = predict_lane(row, 0.4, 26)
    ego, wanted = own(speed, acceleration=acceleration), settings()
    time, levels = into_gaps(STRETCH, ego, row, prediction, wanted, 0.0)
    profiles = from_nodes(time, levels, speed)
    assert np.allclose(profiles.speed[:, -1], np.minimum(pace, 33.0), atol=0.05)
    assert np.all(levels[:, -1] == 0.0)
    bounds = wanted.limits.at(np.maximum(profiles.speed[:, -1], speed))
    assert np.all(levels[:, 1:] <= bounds.acceleration[:, None] + 1e-9)
    assert np.all(-levels[:, 1:] <= bounds.braking[:, None] + 1e-9)
    jerk = np.abs(np.diff(levels)) / np.diff(time)
    assert np.all(jerk <= bounds.jerk[:, None] + 1e-6)
    for arrival, way in zip(profiles.time[:, -1], profiles.way[:, -1], strict=True):
        station, _ = prediction.at(np.array([arrival]))
        assert np.min(np.abs(station[:, 0] - way)) >= LENGTH + 0.4 * pace - 0.1


def test_none_falls_below_the_slowest_speed_that_is_allowed() -> None:
    row = lane([20.0, -30.0], 18.0)
    prediction = predict_lane(row, 0.4, 26)
    slow = from_nodes(*into_gaps(STRETCH, own(24.0), row, prediction, settings(), 0.0), 24.0)
    assert np.min(slow.speed) < 19.0
    assert not len(into_gaps(STRETCH, own(24.0), row, prediction, settings(), 22.0)[0])


@pytest.mark.parametrize('forward', [-4.0, 0.0, 4.0])
def test_a_gap_that_just_suffices_is_entered_without_delay(forward: float) -> None:
    # No gap ahead is worth overtaking for.
    cars = [Car(42.0, 21.0), Car(16.0 + forward, 21.0), Car(-16.0 + forward, 21.0),
            Car(-60.0, 21.0)]
    outcome = drive(cars, Ego(speed=20.5), end=250.0)
    assert not outcome.contact
    assert outcome.states[-1] == State.COMPLETE
    begins = next(
        step for step, reason in enumerate(outcome.reasons) if reason.startswith('changing'))
    assert begins <= 40


def test_who_is_slowed_down_for_a_moment_holds_nobody_up_for_long() -> None:
    speeds = [25.0, 25.0, 25.0, 17.0]
    steady = arrival_behind(lane([150.0, 110.0, 70.0, 20.0], speeds), 500.0)
    wave = arrival_behind(lane([150.0, 110.0, 70.0, 20.0], speeds, -2.0), 500.0)
    assert steady[-1] == pytest.approx(480.0 / 17.0 + 1.0 + 7.1 / 17.0, abs=0.1)
    assert wave[-1] < steady[-1] - 4.0
    assert np.all(np.diff(wave) > 0.0)


def test_a_jam_as_a_whole_takes_up_no_speed() -> None:
    row = lane([60.0, 40.0, 20.0], 5.0, 0.6)
    assert arrival_behind(row, 200.0) == pytest.approx(
        arrival_behind(lane([60.0, 40.0, 20.0], 5.0), 200.0))
