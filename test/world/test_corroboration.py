# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What the vehicle's own sensors confirm, and what they must not."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from road_users import START, after, parameters, reports

from icv_v2x.translate.reports import Source
from icv_v2x.world.corroboration import with_second_source
from icv_v2x.world.track_store import TrackStore
from icv_v2x.world.tracks import Tracks


def _tracks(now: int = START, **columns: Any) -> Tracks:
    store = TrackStore(parameters())
    store.update(reports(**columns), None)
    return store.snapshot(now)


def _seen(now: int = START, **columns: Any) -> Tracks:
    size = max(np.size(value) for value in columns.values())
    return _tracks(now, **{
        'sender_id': 0, 'object_id': np.arange(size), 'source': Source.OWN_DETECTION, **columns})


def test_a_detection_at_the_place_and_speed_confirms() -> None:
    heard = _tracks(sender_id=[1, 2], x=[30.0, 80.0])
    both = with_second_source(heard, _seen(x=30.8, y=0.4, speed=9.0))
    assert both.corroborated.tolist() == [True, False]
    assert both.source.tolist() == [Source.BSM | Source.OWN_DETECTION, Source.BSM]
    assert heard.corroborated.tolist() == [False, False]


@pytest.mark.parametrize('detection', [
    {'x': 36.0}, {'y': 5.5}, {'speed': 2.0}, {'heading': math.pi}, {'heading': math.pi / 2},
], ids=['ahead', 'next lane', 'slower', 'oncoming', 'crossing'])
def test_another_vehicle_confirms_nothing(detection: dict[str, float]) -> None:
    both = with_second_source(_tracks(x=30.0), _seen(**{'x': 30.0, **detection}))
    assert not both.corroborated.any()


def test_one_detection_confirms_one_track_only() -> None:
    ghosts = _tracks(sender_id=[1, 2, 3], x=[30.0, 30.5, 31.0])
    both = with_second_source(ghosts, _seen(x=30.6))
    assert both.corroborated.tolist() == [False, True, False]


def test_an_old_detection_confirms_nothing() -> None:
    now = after(0.6)
    heard = _tracks(now, time=now, x=36.0)
    assert not with_second_source(heard, _seen(now, x=30.0)).corroborated.any()


def test_without_either_there_is_nothing_to_confirm() -> None:
    nothing, heard = TrackStore(parameters()).snapshot(START), _tracks(x=1.0)
    assert len(with_second_source(nothing, heard)) == 0
    assert not with_second_source(heard, nothing).corroborated.any()


@given(
    turn=st.floats(-math.pi, math.pi), east=st.floats(-1e4, 1e4), order=st.permutations([0, 1, 2]))
def test_it_does_not_matter_where_north_is_or_who_is_first(
    turn: float, east: float, order: list[int]
) -> None:
    place = np.array([30.0, 60.0, 30.0 + 4.0j])
    there = place * np.exp(1j * turn) + east
    seen = (place[[2, 0]] + 0.7) * np.exp(1j * turn) + east
    both = with_second_source(
        _tracks(
            sender_id=np.array([1, 2, 3])[order], x=there.real[order], y=there.imag[order],
            heading=turn),
        _seen(x=seen.real, y=seen.imag, heading=turn))
    confirmed = both.sender_id[both.corroborated]
    assert sorted(confirmed.tolist()) == [1, 3]
