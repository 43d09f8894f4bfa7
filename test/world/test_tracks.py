# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Selections of tracks: all columns alike, whenever they are asked for."""

from __future__ import annotations

import pickle
from dataclasses import fields, replace

import numpy as np
import pytest
from road_users import START, parameters, reports

from icv_v2x.world.track_store import TrackStore
from icv_v2x.world.tracks import Tracks, joined


def some() -> Tracks:
    store = TrackStore(parameters())
    store.update(reports(sender_id=np.arange(1, 6), x=50.0 * np.arange(5)), None)
    return store.snapshot(START)


def assert_same(one: Tracks, other: Tracks) -> None:
    for field in fields(Tracks):
        np.testing.assert_array_equal(
            getattr(one, field.name), getattr(other, field.name), field.name)


@pytest.mark.parametrize('rows', [
    np.array([3, 1]), np.array([False, True, False, True, True]), np.zeros(0, np.intp)])
def test_a_selection_has_all_columns_of_its_rows(rows: np.ndarray) -> None:
    taken = some().take(rows)
    assert len(taken) == len(np.arange(5)[rows])
    assert taken.stamp == some().stamp
    for field in fields(Tracks):
        if field.name != 'stamp':
            np.testing.assert_array_equal(
                getattr(taken, field.name), getattr(some(), field.name)[rows])


def test_selections_of_selections_joins_changes_and_copies_are_those_of_their_rows() -> None:
    taken = some().take(np.array([4, 2, 0])).take(np.array([False, True, True]))
    assert taken.x.tolist() == [100.0, 0.0]
    assert_same(pickle.loads(pickle.dumps(taken)), taken)
    assert replace(taken, y=np.ones(2)).x.tolist() == [100.0, 0.0]
    assert joined(taken, some()).x.tolist() == [100.0, 0.0, 0.0, 50.0, 100.0, 150.0, 200.0]


def test_a_column_that_there_is_not_is_named() -> None:
    with pytest.raises(AttributeError, match='colour'):
        _ = some().take(np.array([0])).colour  # type: ignore[attr-defined]
