# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Pairs of tracks: the best choice of them, and what is left out early."""

from __future__ import annotations

import numpy as np
import pytest
from road_users import START, ego, parameters, reports
from scipy.optimize import linear_sum_assignment

from icv_v2x.world.association import Pairs, best_pairs, possible_pairs_of
from icv_v2x.world.track_store import TrackStore

_ALONE = 6.0


@pytest.mark.parametrize('seed', range(20))
def test_chosen_pairs_have_the_least_sum_of_costs(seed: int) -> None:
    random = np.random.default_rng(seed)
    there = random.random((8, 10)) < random.uniform(0.05, 0.5)
    first, second = np.nonzero(there)
    pairs = Pairs(first, second, random.uniform(1.0, 5.0, len(first)))
    chosen = pairs.take(best_pairs(pairs))
    assert len(set(chosen.first)) == len(set(chosen.second)) == len(chosen.first)

    costs = np.full((8, 18), _ALONE)
    costs[:, :10] = 1e3
    costs[first, second] = pairs.cost
    expected = costs[linear_sum_assignment(costs)].sum()
    assert chosen.cost.sum() + _ALONE * (8 - len(chosen.first)) == pytest.approx(expected)


def test_what_is_not_allowed_is_no_pair_and_changes_nothing_else() -> None:
    random = np.random.default_rng(1)
    store = TrackStore(parameters())
    store.update(reports(
        sender_id=np.arange(1, 61), signer=np.arange(1, 61), x=random.uniform(0.0, 40.0, 60),
        y=random.uniform(0.0, 8.0, 60)), ego())
    tracks = store.snapshot(START)
    every = np.arange(len(tracks))
    free = possible_pairs_of(tracks, every, tracks, every)
    bound = possible_pairs_of(tracks, every, tracks, every, allowed=np.less)
    kept = free.take(free.first < free.second)
    assert len(bound.first)
    np.testing.assert_array_equal(bound.first, kept.first)
    np.testing.assert_array_equal(bound.second, kept.second)
    np.testing.assert_array_equal(bound.cost, kept.cost)
