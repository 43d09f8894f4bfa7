# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Motion in pieces: one motion on another grid, parts of it, and ways along it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies.traffic import MODELS, random_traffic, seeds

from icv_v2x.motion import (
    constant_velocity,
    distance_travelled,
    on_common_grid,
    piece_at,
    state_at,
)


@given(seed=seeds(), first=st.sampled_from(MODELS), second=st.sampled_from(MODELS))
def test_a_common_grid_changes_no_motion(seed: int, first: str, second: str) -> None:
    motions = [
        random_traffic(seed, 10).predicted(first, 5.0),
        random_traffic(seed + 1, 10).predicted(second, 4.0),
    ]
    refined = on_common_grid(motions[0], motions[1])
    assert refined[0].end_time == refined[1].end_time == 4.0
    assert refined[0].pieces == refined[1].pieces
    times = np.random.default_rng(seed).uniform(0.0, 4.0, (10, 30))
    for before, after in zip(motions, refined, strict=True):
        expected, found = state_at(before, times), state_at(after, times)
        np.testing.assert_allclose(found.x, expected.x, atol=1e-9)
        np.testing.assert_allclose(found.y, expected.y, atol=1e-9)
        np.testing.assert_array_equal(found.heading, expected.heading)


def test_one_object_is_repeated_for_each_of_many() -> None:
    one = random_traffic(1, 1).predicted('constant_acceleration', 5.0)
    many = random_traffic(2, 7).predicted('constant_acceleration', 5.0)
    refined = on_common_grid(one, many)
    assert len(refined[0]) == len(refined[1]) == 7


def test_distances_add_up_over_pieces() -> None:
    motion = random_traffic(3, 30).predicted('constant_acceleration', 5.0)
    traffic = random_traffic(3, 30)
    state = state_at(motion, 4.0)
    expected = np.hypot(state.x - traffic.x, state.y - traffic.y)
    np.testing.assert_allclose(distance_travelled(motion, 4.0), expected, atol=1e-9)


def test_the_piece_in_force_is_the_last_that_has_started() -> None:
    motion = random_traffic(4, 3).predicted('constant_turn_rate', 1.0)
    assert piece_at(motion, [-1.0, 0.25, 0.9]).tolist() == [0, 1, 3]


def test_arrays_that_do_not_fit_are_named() -> None:
    motion = constant_velocity(0.0, 0.0, [0.0, 1.0], 1.0, 1.0)
    with pytest.raises(ValueError, match=r'heading has shape \(1, 1\)'):
        dataclasses.replace(motion, heading=np.zeros((1, 1)))
    with pytest.raises(ValueError, match=r'start_time has shape \(5,\)'):
        dataclasses.replace(motion, start_time=np.zeros(5))
