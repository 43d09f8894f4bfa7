# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The recorded scene is the one that was, to the steps in which it is kept, and stays small."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies.runs import START, make_ego, make_tracks

from icv_v2x.report.scene_recorder import HEADING_STEP, POSITION_STEP, SPEED_STEP, SceneRecorder

FRAME = 100_000_000


def read_steps(coded: list[int | None], step: float) -> list[float]:
    """Return values from steps, as the page reads them."""
    values, last = [], 0
    for change in coded:
        last += change or 0
        values.append(np.nan if change is None else last * step)
    return values


def read_positions(coded: list[int], step: float) -> list[float]:
    """Return positions from changes of the step, as the page reads them."""
    if not coded:
        return []
    steps = accumulate(coded[1:])
    return [value * step for value in accumulate([coded[0], *steps])]


def record(positions: list[float | None], **columns: Any) -> dict[str, Any]:
    """Record one object over frames at 10 Hz, absent where its position is None."""
    recorder = SceneRecorder()
    for k, x in enumerate(positions):
        seen = make_tracks(
            START + k * FRAME, x=np.array([] if x is None else [x]),
            **{name: [value] * (x is not None) for name, value in columns.items()})
        recorder.add(START + k * FRAME, None, seen)
    document = recorder.document(START)
    assert document is not None
    return document


@given(st.lists(st.floats(-1e5, 1e5), min_size=1, max_size=30))
def test_positions_return_to_half_a_step(positions: list[float]) -> None:
    run = record(list(positions))['tracks'][0]['runs'][0]
    assert read_positions(run[1], POSITION_STEP) == pytest.approx(
        positions, abs=POSITION_STEP / 2 + 1e-6)


@given(st.floats(-100.0, 100.0))
def test_headings_return_within_half_a_turn(heading: float) -> None:
    run = record([0.0], heading=heading)['tracks'][0]['runs'][0]
    back = read_steps(run[3], HEADING_STEP)[0]
    assert abs(back) <= np.pi + HEADING_STEP
    assert np.cos(back - heading) == pytest.approx(1.0, abs=1e-6)


def test_an_absent_object_begins_a_new_run() -> None:
    runs = record([1.0, 2.0, None, 4.0])['tracks'][0]['runs']
    assert [(run[0], len(run[1])) for run in runs] == [(0, 2), (3, 1)]


@pytest.mark.parametrize('lost', [np.nan, np.inf, -np.inf, 1e300])
def test_an_object_without_a_place_is_left_out_alone(lost: float) -> None:
    recorder = SceneRecorder()
    recorder.add(START, None, make_tracks(START, x=[lost, 5.0]))
    document = recorder.document(START)
    assert document is not None
    assert [track['id'] for track in document['tracks']] == ['4943560000000002']


def test_unknown_heading_and_speed_become_null_and_the_next_is_right() -> None:
    recorder = SceneRecorder()
    for k, value in enumerate([np.nan, 0.5, np.nan, 0.7]):
        stamp = START + k * FRAME
        recorder.add(stamp, None, make_tracks(stamp, x=[0.0], heading=[value], speed=[value * 10]))
    document = recorder.document(START)
    assert document is not None
    run = document['tracks'][0]['runs'][0]
    heading, speed = read_steps(run[3], HEADING_STEP), read_steps(run[4], SPEED_STEP)
    assert heading == pytest.approx([np.nan, 0.5, np.nan, 0.7], nan_ok=True)
    assert speed == pytest.approx([np.nan, 5.0, np.nan, 7.0], nan_ok=True)


def test_twenty_cycles_a_second_become_ten_frames() -> None:
    recorder = SceneRecorder()
    for k in range(21):
        recorder.add(START + k * FRAME // 2, make_ego(START, 0.0, 0.0, 0.0, 0.0), None)
    document = recorder.document(START)
    assert document is not None
    assert read_steps(document['time'], 1) == [100.0 * k for k in range(11)]


def test_the_ego_may_come_and_go() -> None:
    recorder = SceneRecorder()
    for k, present in enumerate([False, True, True, False, True]):
        ego = make_ego(START, float(k), 0.0, 0.0, 5.0) if present else None
        recorder.add(START + k * FRAME, ego, make_tracks(START, x=[1.0]))
    document = recorder.document(START)
    assert document is not None
    assert [(run[0], len(run[1])) for run in document['ego']['runs']] == [(1, 2), (4, 1)]


def test_a_long_run_is_thinned_evenly() -> None:
    recorder = SceneRecorder(samples=100)
    for k in range(400):
        recorder.add(START + k * FRAME, None, make_tracks(START, x=[float(k)]))
    document = recorder.document(START)
    assert document is not None
    times = read_steps(document['time'], 1)
    assert 25 <= len(times) <= 50
    assert set(np.diff(times)) == {1000 * recorder.interval}
    assert times[-1] > 39_000 - 1000 * recorder.interval


def test_more_objects_than_allowed_are_counted_not_kept() -> None:
    recorder = SceneRecorder(tracks=3)
    recorder.add(START, None, make_tracks(START, x=[1.0, 2.0, 3.0, 4.0, 5.0]))
    document = recorder.document(START)
    assert document is not None
    assert (len(document['tracks']), recorder.omitted) == (3, 2)


def test_nothing_recorded_gives_no_scene() -> None:
    recorder = SceneRecorder()
    recorder.add(START, None, None)
    assert recorder.document(START) is None
