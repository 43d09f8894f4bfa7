# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Turns that end go straight on without a jump."""

from __future__ import annotations

import numpy as np
import pytest

from icv_v2x.motion import constant_turn_rate, state_at, straight_after

TIMES = np.linspace(0.0, 8.0, 161)


def motion(acceleration: float = 0.0):
    return constant_turn_rate(
        np.zeros(3), np.zeros(3), np.array([0.0, 1.0, -2.0]), np.array([5.0, 8.0, 3.0]),
        np.array([0.4, -0.3, 0.0]), 8.0, acceleration=acceleration, piece_duration=0.2,
    )


def test_before_the_end_nothing_changes() -> None:
    ends = np.array([3.0, 2.0, np.inf])
    turned, whole = straight_after(motion(), ends), motion()
    for row, end in enumerate(ends):
        early = TIMES[np.minimum(end, 8.0) >= TIMES]
        times = np.tile(early, (3, 1))
        expected, found = state_at(whole, times), state_at(turned, times)
        assert np.allclose(expected.x[row], found.x[row])
        assert np.allclose(expected.y[row], found.y[row])


@pytest.mark.parametrize('acceleration', [0.0, -1.0])
def test_afterwards_heading_stays_and_speed_is_that_of_the_turn(acceleration: float) -> None:
    whole = motion(acceleration)
    turned = straight_after(whole, np.full(3, 2.5))
    late = np.tile(np.linspace(2.8, 7.9, 40), (3, 1))
    found, expected = state_at(turned, late), state_at(whole, late)
    assert np.allclose(np.ptp(found.heading, axis=1), 0.0)
    assert np.allclose(
        np.hypot(found.velocity_x, found.velocity_y),
        np.hypot(expected.velocity_x, expected.velocity_y),
    )


def test_the_way_has_no_jump() -> None:
    turned = straight_after(motion(), np.array([1.1, 3.3, 0.0]))
    state = state_at(turned, np.tile(TIMES, (3, 1)))
    step = np.hypot(np.diff(state.x, axis=1), np.diff(state.y, axis=1))
    assert np.all(step <= np.array([[5.0], [8.0], [3.0]]) * np.diff(TIMES) + 1e-9)


def test_who_never_ends_to_turn_keeps_his_motion() -> None:
    whole = motion()
    assert straight_after(whole, np.full(3, np.inf)) is whole
