# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The page holds the lanes that were known, for as long as they were, in bounded memory."""

from __future__ import annotations

import json
from itertools import accumulate

import numpy as np
import pytest
from strategies.road_maps import crossing, two_nodes
from strategies.runs import START, FakeCycle

from icv_v2x.report import ReportWriter
from icv_v2x.report import road_recorder as recorder_module
from icv_v2x.report.road_recorder import STEP, RoadRecorder
from icv_v2x.roads import road_model

SECOND = 1_000_000_000


def test_a_lane_is_drawn_where_it_lies_with_its_turns() -> None:
    model = road_model(crossing())
    recorder = RoadRecorder()
    recorder.add(START, model)
    document = recorder.document(START)
    assert document is not None
    lane = document['lanes'][3]
    drawn = np.array([list(accumulate(steps)) for steps in lane['line']]).T * STEP
    np.testing.assert_allclose(drawn, model.lanes.line(3), atol=STEP)
    assert (lane['node'], lane['upstream'], lane['lane'], lane['width']) == (10, 22, 2, 3.5)
    assert lane['turns'] == [[0, 4, 24], [2, 6, 23]]
    assert lane['ways'] == []


def test_ways_to_known_lanes_are_drawn() -> None:
    recorder = RoadRecorder()
    recorder.add(START, road_model(two_nodes()))
    document = recorder.document(START)
    assert document is not None
    assert sum(len(lane['ways']) for lane in document['lanes']) == 8


def test_a_lane_is_shown_only_while_it_is_known() -> None:
    recorder = RoadRecorder()
    recorder.add(START, road_model(crossing(), 1))
    recorder.add(START + SECOND, road_model([], 2))
    recorder.add(START + 3 * SECOND, road_model(crossing(arm=150.0), 3))
    document = recorder.document(START)
    assert document is not None
    assert {(lane['from'], lane['to']) for lane in document['lanes']} == {
        (0, 1000), (3000, None)}


def test_a_lane_that_comes_again_is_one_lane() -> None:
    recorder = RoadRecorder()
    for k in range(5):
        recorder.add(START + k * SECOND, road_model(crossing() if k % 2 == 0 else [], k))
    document = recorder.document(START)
    assert document is not None
    assert len(document['lanes']) == 8
    assert {lane['to'] for lane in document['lanes']} == {None}


def test_what_is_beyond_the_bound_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder_module, '_LANES', 5)
    recorder = RoadRecorder()
    recorder.add(START, road_model(crossing()))
    document = recorder.document(START)
    assert document is not None
    assert (len(document['lanes']), recorder.omitted) == (5, 3)


def test_the_page_holds_the_road() -> None:
    writer = ReportWriter()
    writer.add(FakeCycle(START, roads=road_model(crossing())))
    page = writer.page('road', {})
    data = json.loads(page.split('<script type="application/json" id="data">')[1].split('<')[0])
    assert len(data['road']['lanes']) == 8
    empty = ReportWriter()
    empty.add(FakeCycle(START))
    assert '"road":null' in empty.page('none', {})
