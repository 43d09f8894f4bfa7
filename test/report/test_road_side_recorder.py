# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The page knows what the road side told: each event while it was told, lights as they changed."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from strategies.runs import START, FakeCycle

from icv_v2x.report import ReportWriter
from icv_v2x.report import road_side_recorder as recorder_module
from icv_v2x.report.road_side_recorder import STEP, RoadSideRecorder
from icv_v2x.signals.signals import Signals, no_signals
from icv_v2x.translate.road_events import RoadEvents, joined, no_road_events

SECOND = 1_000_000_000


def event(number: int, *, x: float = 5.0, kind: int = 1, code: int = 85, text: str = '60'
          ) -> RoadEvents:
    columns = {
        name: np.zeros(1, getattr(no_road_events(), name).dtype)
        for name in RoadEvents.__dataclass_fields__
        if not name.startswith(('path_', 'link_')) and name != 'description'
    }
    for name, value in {'event_id': number, 'x': x, 'kind': kind, 'code': code}.items():
        columns[name][0] = value
    return replace(
        no_road_events(), **columns, description=(text,), path_event=np.zeros(1, np.int64),
        path_half_width=np.ones(1), path_begin=np.array([0, 2]), path_x=np.array([0.0, 9.0]),
        path_y=np.zeros(2))


def lights(*light: int) -> Signals:
    count = len(light)
    none = no_signals(START)
    rows = none.take(np.zeros(0, np.int64))
    columns = {
        name: np.zeros((count, *getattr(rows, name).shape[1:]), getattr(rows, name).dtype)
        for name in Signals.__dataclass_fields__ if name != 'stamp'
    }
    columns['phase_id'] = np.arange(count, dtype=np.uint8)
    columns['light'] = np.array(light, np.uint8)
    return replace(none, **columns)


def test_an_event_is_shown_while_it_is_told_and_anew_where_it_moved() -> None:
    recorder = RoadSideRecorder()
    recorder.add(START, joined([event(1), event(2)]), None)
    recorder.add(START + SECOND, event(1), None)
    recorder.add(START + 2 * SECOND, event(1, x=50.0), None)
    recorder.add(START + 3 * SECOND, no_road_events(), None)
    document = recorder.document(START)
    assert document is not None
    shown = [(one['from'], one['to'], one['x'] * STEP) for one in document['events']]
    assert shown == [(0, 2000, 5.0), (0, 1000, 5.0), (2000, 3000, 50.0)]
    assert {one['figure'] for one in document['events']} == {60.0}


def test_lights_are_kept_as_they_change_and_go_out_when_they_are_heard_no_more() -> None:
    recorder = RoadSideRecorder()
    for second, shown in enumerate([(3, 6), (3, 6), (6, 7), (6,)]):
        recorder.add(START + second * SECOND, None, lights(*shown))
    document = recorder.document(START)
    assert document is not None
    assert [(one['phase'], one['time'], one['light']) for one in document['lights']] == [
        (0, [0, 2000], [3, 6]), (1, [0, 2000, 3000], [6, 7, 0])]


def test_what_is_beyond_the_bounds_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder_module, '_EVENTS', 3)
    monkeypatch.setattr(recorder_module, '_CHANGES', 2)
    recorder = RoadSideRecorder()
    recorder.add(START, joined([event(number) for number in range(5)]), lights(3, 3, 3))
    document = recorder.document(START)
    assert document is not None
    assert (len(document['events']), len(document['lights']), recorder.omitted) == (3, 2, 3)


def test_the_page_holds_what_the_road_side_told_and_calls_it_by_name() -> None:
    writer = ReportWriter()
    writer.add(FakeCycle(START, events=event(1, code=0, text='</script>'), signals=lights(3)))
    page = writer.page('road side', {})
    data = json.loads(page.split('<script type="application/json" id="data">')[1].split('<')[0])
    assert data['names'] == {'0000000000000000:2097153': 'Sign "</script>"'}
    assert len(data['roadSide']['events']) == len(data['roadSide']['lights']) == 1
    empty = ReportWriter()
    empty.add(FakeCycle(START))
    assert '"roadSide":null' in empty.page('none', {})
