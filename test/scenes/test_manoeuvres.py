# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of scripted motion: its states belong together, and it does what its words say."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icv_v2x.scenes import Actor, Scene, States, kmh

STEP = 1e-5

DRIVES: dict[str, Callable[[Actor], Actor]] = {
    'straight': lambda actor: actor.keep(3.0),
    'faster': lambda actor: actor.accelerate(2.0, seconds=4.0),
    'to standstill': lambda actor: actor.brake(4.0).wait(2.0),
    'left turn': lambda actor: actor.turn(math.pi / 2, 20.0),
    'right turn': lambda actor: actor.turn(-2.0, 15.0),
    'lane change': lambda actor: actor.change_lane(3.5, 3.0),
    'way': lambda actor: actor.follow([(40.0, 0.0), (40.0, 30.0), (90.0, 30.0)], 8.0),
}


def actor(speed: float = 10.0, heading: float = 0.0) -> Actor:
    scene = Scene(20.0)
    scene.ego(1.0)
    return scene.car('one', x=0.0, y=0.0, heading=heading, speed=speed)


def slopes(made: Actor, time: float) -> tuple[States, float, float, float, float]:
    """Returns the state and the rates of x, y, speed and heading by central differences."""
    states = made.states(np.array([time - STEP, time, time + STEP]))
    turned = math.remainder(float(states.heading[2] - states.heading[0]), 2.0 * math.pi)
    return (
        states.take(np.array([1])),
        float(states.x[2] - states.x[0]) / (2 * STEP),
        float(states.y[2] - states.y[0]) / (2 * STEP),
        float(states.speed[2] - states.speed[0]) / (2 * STEP),
        turned / (2 * STEP),
    )


# A way is given in the axes of the scene, so that it has but one heading to begin with.
@pytest.mark.parametrize(
    ('name', 'heading'), [*((name, 0.0) for name in DRIVES), ('left turn', 2.5),
                          ('lane change', -2.5), ('faster', 3.0)])
def test_rates_are_the_slopes_of_the_states(name: str, heading: float) -> None:
    made = DRIVES[name](actor(heading=heading))
    # Odd instants keep away from where one piece of motion ends and the next begins.
    for time in np.arange(0.0137, 8.0, 0.1931):
        state, rate_x, rate_y, acceleration, yaw_rate = slopes(made, float(time))
        course = float(state.heading[0])
        assert rate_x == pytest.approx(state.speed[0] * math.cos(course), abs=1e-4)
        assert rate_y == pytest.approx(state.speed[0] * math.sin(course), abs=1e-4)
        assert acceleration == pytest.approx(state.acceleration[0], abs=1e-4)
        assert yaw_rate == pytest.approx(state.yaw_rate[0], abs=1e-4)


@given(
    st.lists(st.sampled_from(sorted(set(DRIVES) - {'way', 'to standstill'})), max_size=6),
    st.floats(-3.0, 3.0))
def test_motion_has_no_jump(names: list[str], heading: float) -> None:
    made = actor(heading=heading)
    for name in names:
        DRIVES[name](made)
    time = np.arange(0.0, 30.0, 0.01)
    states = made.states(time)
    farthest = np.hypot(np.diff(states.x), np.diff(states.y)).max()
    assert farthest <= states.speed.max() * 0.01 + 1e-6
    assert np.abs(np.diff(states.speed)).max() <= 0.1


def test_braking_ends_at_standstill_after_the_right_way() -> None:
    states = actor(10.0).keep(1.0).brake(4.0).states(np.array([0.5, 3.5, 20.0]))
    assert states.x.tolist() == pytest.approx([5.0, 22.5, 22.5])
    assert states.speed.tolist() == pytest.approx([10.0, 0.0, 0.0])
    assert states.acceleration[2] == 0.0


def test_a_lane_change_ends_beside_with_the_old_heading_and_speed() -> None:
    states = actor(10.0).change_lane(-3.5, 3.0).states(np.array([3.0, 5.0]))
    assert states.y.tolist() == pytest.approx([-3.5, -3.5])
    assert states.x.tolist() == pytest.approx([30.0, 50.0])
    assert states.heading.tolist() == pytest.approx([0.0, 0.0])
    assert states.speed.tolist() == pytest.approx([10.0, 10.0])


def test_a_left_turn_goes_left() -> None:
    states = actor(10.0).turn(math.pi / 2, 20.0).states(np.array([math.pi]))
    assert (states.x[0], states.y[0]) == pytest.approx((20.0, 20.0))
    assert states.heading[0] == pytest.approx(math.pi / 2)


def test_reversing_keeps_the_heading_and_turns_as_told() -> None:
    states = actor(-2.0).keep(1.0).turn(0.5, 10.0).states(np.array([1.0, 10.0]))
    assert (states.x[0], states.heading[0], states.speed[0]) == pytest.approx((-2.0, 0.0, -2.0))
    assert states.heading[1] == pytest.approx(0.5)


def test_a_way_passes_along_its_legs_and_ends_at_its_last_point() -> None:
    made = actor(10.0).follow([(40.0, 0.0), (40.0, 30.0)], 8.0)
    end = (40.0 + 30.0 - 2 * 8.0 + 8.0 * math.pi / 2) / 10.0
    states = made.states(np.array([1.0, end]))
    assert states.y[0] == pytest.approx(0.0)
    assert (states.x[1], states.y[1]) == pytest.approx((40.0, 30.0))


@pytest.mark.parametrize(('wrong', 'said'), [
    (lambda made: made.accelerate(2.0, to=5.0), 'never gets from 10 to 5'),
    (lambda made: made.accelerate(2.0), 'either to or seconds'),
    (lambda made: made.keep(3.0).keep(until=2.0), 'cannot keep until 2'),
    (lambda made: made.brake(5.0).turn(1.0, 10.0), 'cannot turn at 0'),
    (lambda made: made.brake(5.0).change_lane(3.5, 2.0), 'cannot change lane'),
    (lambda made: made.follow([(0.0, 9.0)], 1.0), 'does not begin straight ahead'),
    (lambda made: made.follow([(9.0, 0.0), (9.0, 9.0)], 10.0), 'no room for a corner'),
])
def test_a_script_that_cannot_be_driven_is_refused(
    wrong: Callable[[Actor], Actor], said: str,
) -> None:
    with pytest.raises(ValueError, match=said):
        wrong(actor(10.0))


def test_kilometres_per_hour() -> None:
    assert kmh(36.0) == 10.0
