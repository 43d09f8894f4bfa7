# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The page holds the whole run, is small, stands alone, and lets no string become code."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies.runs import (
    START,
    FakeCounters,
    FakeCycle,
    busy_cycles,
    make_advisory,
    make_ego,
    make_tracks,
)

from icv_v2x.advisory.types import Level, Mode
from icv_v2x.report import ReportWriter, RunDescription
from icv_v2x.report.writer import headline

SUMMARY = {'received': 10, 'accepted': 8, 'rejected': {'stale': 2}, 'cycles': 3}
HOSTILE = '</script><script>alert(1)</script><!-- @@DATA@@ "\'&\u2028'


def data_of(page: str) -> dict[str, Any]:
    """Return what the page carries."""
    found = re.search(
        r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    document: dict[str, Any] = json.loads(found.group(1))
    return document


def page_of(*cycles: FakeCycle, title: str = 'run', **description: Any) -> str:
    """Return the page of a few cycles."""
    writer = ReportWriter(RunDescription(**description))
    for cycle in cycles:
        writer.add(cycle)
    return writer.page(title, SUMMARY)


@pytest.fixture(scope='module')
def busy_page() -> str:
    """Return the page of a minute with 50 vehicles."""
    writer = ReportWriter(RunDescription(simulated=True))
    counters = FakeCounters()
    for cycle in busy_cycles():
        counters.received += 25
        counters.accepted += 24
        writer.add(cycle, counters)
    return writer.page('busy', SUMMARY)


def test_a_minute_of_fifty_vehicles_is_small(busy_page: str) -> None:
    assert len(busy_page.encode()) < 1_000_000


def test_a_minute_of_fifty_vehicles_is_whole(busy_page: str) -> None:
    data = data_of(busy_page)
    assert data['duration'] == 60_000
    assert len(data['scene']['tracks']) == 50
    assert len(data['scene']['time']) == 601
    assert all(len(track['runs'][0][1]) == 601 for track in data['scene']['tracks'])
    assert [s['application'] for s in data['situations']] == ['FCW', 'ICW', 'GLOSA']
    assert [mode for _, mode, _ in data['health']['modes']] == ['ACTIVE', 'DEGRADED', 'ACTIVE']


def test_the_page_asks_for_nothing_from_anywhere(busy_page: str) -> None:
    assert "default-src 'none'" in busy_page
    outside = re.findall(
        r'(?:src|href)=|https?://(?!www\.w3\.org/2000/svg)|@import|url\(', busy_page)
    assert outside == []


def test_the_same_run_gives_the_same_page(busy_page: str) -> None:
    writer = ReportWriter(RunDescription(simulated=True))
    counters = FakeCounters()
    for cycle in busy_cycles():
        counters.received += 25
        counters.accepted += 24
        writer.add(cycle, counters)
    assert writer.page('busy', SUMMARY) == busy_page


def hostile_run() -> FakeCycle:
    """Return a cycle whose every string tries to leave its place."""
    return FakeCycle(
        START, Mode.DEGRADED, HOSTILE,
        (make_advisory(Level.WARNING, reason=HOSTILE, subject_ids=(HOSTILE, HOSTILE)),),
        make_ego(START, 0.0, 0.0, 0.0, 1.0), make_tracks(START, x=[1.0]))


def test_no_string_of_a_run_opens_or_closes_an_element() -> None:
    plain = page_of(FakeCycle(START))
    writer = ReportWriter(RunDescription(source=HOSTILE, scene_missing=HOSTILE))
    writer.add(hostile_run())
    page = writer.page(HOSTILE, {'rejected': {HOSTILE: 1}})
    for mark in ('<script', '</script', '<!--'):
        assert page.count(mark) == plain.count(mark)


def test_every_string_of_a_run_arrives_unchanged() -> None:
    writer = ReportWriter(RunDescription(source=HOSTILE))
    writer.add(hostile_run())
    data = data_of(writer.page(HOSTILE, {'rejected': {HOSTILE: 1}}))
    assert data['title'] == data['source'] == HOSTILE
    assert data['situations'][0]['reason'] == data['situations'][0]['subject'] == HOSTILE
    assert data['advisories']['reasons'] == [HOSTILE]
    assert data['summary']['rejected'] == {HOSTILE: 1}
    assert data['health']['modes'][0][2] == HOSTILE


@given(st.text())
def test_any_title_survives(title: str) -> None:
    encodable = title.encode('utf-8', 'replace').decode()
    assert data_of(page_of(FakeCycle(START), title=encodable))['title'] == encodable


def test_a_run_without_a_cycle_gives_a_page() -> None:
    data = data_of(page_of())
    assert (data['duration'], data['situations'], data['scene']) == (0, [], None)


def test_nothing_that_is_not_finite_reaches_the_page() -> None:
    nothing = math.nan
    cycle = FakeCycle(
        START, advisories=(make_advisory(
            Level.WARNING, time_to_conflict=math.inf, gap=nothing, conflict_x=-math.inf),),
        ego=make_ego(START, nothing, nothing, nothing, nothing),
        tracks=make_tracks(
            START, x=[nothing, 1.0], heading=[0.0, nothing], speed=[0.0, math.inf],
            length=[4.0, nothing], age=[nothing, math.inf], period=[nothing, nothing]))
    page = page_of(cycle)
    assert 'NaN' not in page.split('id="data">')[1].split('</script>')[0]
    data = data_of(page)
    assert data['scene']['tracks'][0]['size'] == [None, 18]
    assert data['advisories']['stretches'][0]['values'][0] == [None]


def test_odd_summaries_are_shown_not_refused() -> None:
    writer = ReportWriter()
    data = data_of(writer.page('run', {'received': np.int64(3), 'rate': math.nan, 'note': object}))
    assert data['summary']['rate'] is None


def test_simulated_data_are_called_so() -> None:
    assert data_of(page_of(FakeCycle(START), simulated=True))['simulated'] is True


def test_a_notice_that_became_a_warning_is_listed_once() -> None:
    levels = [Level.CAUTION] * 5 + [Level.WARNING] * 5 + [Level.CAUTION] * 5
    cycles = [
        FakeCycle(START + k * 50_000_000, advisories=(make_advisory(level),))
        for k, level in enumerate(levels)]
    situation, = data_of(page_of(*cycles))['situations']
    assert (situation['level'], situation['start'], situation['end']) == (3, 250, 450)


def test_a_long_run_stays_small() -> None:
    writer = ReportWriter()
    seen = make_tracks(START, x=np.arange(200.0))
    for k in range(10_000):
        writer.add(FakeCycle(START + k * 100_000_000, tracks=seen))
    assert len(writer.page('long', SUMMARY)) < 8_000_000


@pytest.mark.parametrize(('levels', 'expected'), [
    ([], 'Nothing to warn of in 60 s.'),
    ([Level.WARNING], 'One warning in 60 s, not brake-level.'),
    ([Level.IMMINENT], 'One warning in 60 s, and it called for full braking.'),
    ([Level.WARNING, Level.IMMINENT], '2 warnings in 60 s; one of them called for full braking.'),
    ([Level.IMMINENT] * 2, '2 warnings in 60 s; all called for full braking.'),
])
def test_the_headline_says_what_happened(levels: list[Level], expected: str) -> None:
    writer = ReportWriter()
    for k, level in enumerate(levels):
        writer.add(FakeCycle(START, advisories=(make_advisory(level, subject_ids=(str(k),)),)))
    assert expected in writer.page('run', SUMMARY, duration=60.0)
    assert headline([], 900.0) == 'Nothing to warn of in 15 min.'


def test_a_file_name_that_is_no_text_does_not_stop_the_page(tmp_path: Path) -> None:
    ReportWriter().write(tmp_path / 'page.html', 'run\udcff', SUMMARY)
    assert (tmp_path / 'page.html').exists()


def test_the_file_is_written_as_text(tmp_path: Path) -> None:
    ReportWriter().write(tmp_path / 'page.html', 'run – 路', SUMMARY)
    assert 'run – 路' in (tmp_path / 'page.html').read_text(encoding='utf-8')
