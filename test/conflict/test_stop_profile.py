# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A stop profile can be driven: no reversing, no jolt, and it stands before the contact."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icv_v2x.conflict import required_deceleration_following, required_deceleration_stopping
from icv_v2x.conflict.stop_profile import Leader, StopProfile, stop_profile

JERK, STRONGEST = 20.0, 8.0
SPEEDS = st.floats(0.5, 40.0)
RATES = st.floats(-6.0, 3.0)


def profile(
    speed: float, acceleration: float, room: float, leader: Leader | None = None,
    jerk: float = JERK,
) -> StopProfile:
    """Return the profile within the usual limits."""
    return stop_profile(
        speed, acceleration, room, leader, jerk=jerk, strongest=STRONGEST)


def way(found: StopProfile) -> np.ndarray:
    """Return the way made at the points of a profile, its speeds read linearly [m]."""
    steps = 0.5 * (found.speed[1:] + found.speed[:-1]) * np.diff(found.time)
    return np.concatenate(([0.0], np.cumsum(steps)))


@given(speed=SPEEDS, acceleration=RATES, room=st.floats(0.0, 300.0))
def test_a_profile_stands_before_its_end_and_never_reverses(
    speed: float, acceleration: float, room: float
) -> None:
    found = profile(speed, acceleration, room)
    assert found.time[0] == 0.0
    assert np.all(np.diff(found.time) > 0.0)
    assert found.speed[0] == pytest.approx(speed)
    assert found.speed[-1] == 0.0
    assert np.all(found.speed >= 0.0)
    if found.avoids:
        assert way(found)[-1] <= room + 1e-6
    else:
        assert found.deceleration == STRONGEST
    assert -acceleration - 1e-9 <= found.deceleration <= STRONGEST


@given(speed=SPEEDS, acceleration=RATES, room=st.floats(5.0, 300.0))
def test_braking_builds_up_no_faster_than_the_jerk_and_never_eases_off(
    speed: float, acceleration: float, room: float
) -> None:
    found = profile(speed, acceleration, room)
    rates = np.diff(found.speed) / np.diff(found.time)
    middles = 0.5 * (found.time[1:] + found.time[:-1])
    assert np.all(np.diff(rates) <= 1e-6)
    assert np.all(np.diff(rates) >= -JERK * np.diff(middles) - 1e-6)
    assert np.all(rates >= -found.deceleration - 1e-6)
    assert rates[0] <= max(acceleration, -STRONGEST) + 1e-6


@given(speed=st.floats(3.0, 40.0), needed=st.floats(0.5, 7.5))
def test_without_jerk_it_brakes_as_hard_as_stopping_requires(
    speed: float, needed: float
) -> None:
    room = speed**2 / (2.0 * needed)
    assert required_deceleration_stopping(room, speed, 0.0, 0.0) == pytest.approx(needed)
    sudden, gradual = profile(speed, 0.0, room, jerk=1e6), profile(speed, 0.0, room)
    assert sudden.deceleration == pytest.approx(needed, rel=1e-3)
    # What is lost while the braking builds up is made up for.
    assert gradual.deceleration >= sudden.deceleration - 1e-6


@given(
    speed=st.floats(5.0, 35.0), lead=st.floats(0.0, 30.0), braking=st.floats(0.0, 6.0),
    gap=st.floats(2.0, 80.0),
)
def test_a_profile_behind_a_leader_does_not_touch_it(
    speed: float, lead: float, braking: float, gap: float
) -> None:
    found = profile(speed, 0.0, np.inf, Leader(gap, lead, -braking))
    needed = float(required_deceleration_following(gap, speed, 0.0, lead, -braking, 0.0))
    if needed > STRONGEST:
        assert not found.avoids
    if not found.avoids:
        return
    assert found.deceleration >= min(needed, STRONGEST) - 0.02
    moving = found.time if braking == 0.0 else np.minimum(found.time, lead / braking)
    rear = gap + moving * (lead - 0.5 * braking * moving)
    assert np.all(way(found) <= rear + 1e-2)


def test_a_leader_that_enters_later_matters_from_then_on() -> None:
    beside = Leader(12.0, 5.0, 0.0, enters=4.0)
    at_once = Leader(12.0, 5.0, 0.0)
    assert profile(20.0, 0.0, np.inf, beside).avoids
    assert not profile(20.0, 0.0, np.inf, at_once).avoids


def test_less_room_asks_for_more() -> None:
    asked = [profile(15.0, 0.0, room).deceleration for room in (100.0, 50.0, 30.0, 20.0, 5.0)]
    assert asked == sorted(asked)
    assert asked[-1] == STRONGEST


def test_who_stands_goes_on_standing() -> None:
    found = profile(0.0, 0.0, 5.0)
    assert found.time.tolist() == [0.0]
    assert found.speed.tolist() == [0.0]
