# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Braking behind a leader that brakes later, against rollouts and the closed form."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icv_v2x.conflict import required_deceleration_following, time_to_contact_following
from icv_v2x.conflict.delayed_leader import (
    required_deceleration_delayed,
    time_to_contact_delayed,
)

STEP = 0.002


def least_gap(
    gap: float, speed: float, leader: float, waits: float, brakes: float, delay: float, rate: float
) -> float:
    """Roll out both and return the least gap [m]."""
    time = np.arange(0.0, 20.0, STEP)
    own = np.maximum(speed - rate * np.maximum(time - delay, 0.0), 0.0)
    other = np.maximum(leader - brakes * np.maximum(time - waits, 0.0), 0.0)
    return float((gap + np.cumsum(other - own) * STEP).min())


@settings(max_examples=40, deadline=None)
@given(
    st.floats(1.0, 150.0), st.floats(3.0, 40.0), st.floats(0.0, 40.0), st.floats(0.0, 3.0),
    st.floats(1.0, 8.0), st.sampled_from([0.0, 0.3, 1.7]),
)
def test_the_answer_just_avoids_the_contact(
    gap: float, speed: float, leader: float, waits: float, brakes: float, delay: float
) -> None:
    needed = float(
        required_deceleration_delayed(gap, speed, 0.0, leader, waits, brakes, delay)[0])
    if np.isinf(needed):
        assert least_gap(gap, speed, leader, waits, brakes, delay, 1000.0) < 0.2
        return
    if not 2.5 <= needed <= 50.0:
        return
    assert least_gap(gap, speed, leader, waits, brakes, delay, needed * 1.02) > -0.1
    assert least_gap(gap, speed, leader, waits, brakes, delay, needed * 0.97) < 0.1


@pytest.mark.parametrize('delay', [0.0, 0.3, 1.7])
@pytest.mark.parametrize('acceleration', [-1.0, 0.0, 0.5])
def test_without_a_delay_of_the_leader_it_is_the_closed_form(
    delay: float, acceleration: float
) -> None:
    gap, speed, leader = np.meshgrid([8.0, 30.0, 90.0], [12.0, 25.0], [5.0, 20.0])
    gap, leader, speeds = gap.ravel(), leader.ravel(), np.unique(speed)
    for own in speeds.tolist():
        found = required_deceleration_delayed(gap, own, acceleration, leader, 0.0, 5.0, delay)
        wanted = required_deceleration_following(gap, own, acceleration, leader, -5.0, delay)
        serious = wanted > 2.5
        assert found[serious] == pytest.approx(wanted[serious], rel=0.01)
        when = time_to_contact_delayed(gap, own, 0.0, leader, 0.0, 5.0)
        exact = time_to_contact_following(gap, own, 0.0, leader, -5.0)
        near = exact < 19.0
        assert when[near] == pytest.approx(exact[near], abs=0.04)
        assert np.isinf(when[np.isinf(exact)]).all()
