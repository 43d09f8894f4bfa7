# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Roadside information in the map frame, what is refused, and the times that it states."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icv_v2x.inputs import FrameBatch, SignerRole, Verification
from icv_v2x.interchange.broadcast import Frame, batch_of
from icv_v2x.message_set.batch import decode_frames
from icv_v2x.message_set.records.common import DateTime
from icv_v2x.scenes import Scene
from icv_v2x.translate.csae_rsi import events_from_rsi
from icv_v2x.translate.refusals import RefusalReason
from icv_v2x.translate.validity import OPEN, date_times, minutes_of_year

SECOND = 1_000_000_000
UTC = timezone.utc


def ns(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * SECOND


def of_year(instant: int) -> float:
    moment = datetime.fromtimestamp(instant // SECOND, tz=UTC)
    return (moment - datetime(moment.year, 1, 1, tzinfo=UTC)).total_seconds() // 60 * 60


def frames(**radio: object) -> tuple[Scene, list[Frame]]:
    scene = Scene(0.4)
    scene.ego(10.0)
    scene.roadside_unit('a', x=100.0, y=20.0)
    scene.road_side.event('a', 7, 501, at=(50.0, -3.0), radius=12.0, text='works',
                          paths=[[(0.0, 0.0), (50.0, 0.0), (90.0, 10.0)]], half_width=3.0,
                          links=[(1, 2, 6)], begin=-60.0, end=120.0, confidence=0.9)
    return scene, [frame._replace(**radio) for frame in scene.road_side.frames(scene)]


def read(scene: Scene, batch: FrameBatch) -> object:
    decoded = decode_frames(batch.payload, batch.length)
    messages = [(frame, value) for frame, _, value in decoded.others]
    return events_from_rsi(messages, batch, scene.map_frame(), scene.parameters())


def test_an_event_comes_back_in_the_map_frame() -> None:
    scene, sent = frames()
    events, frame, refusals = read(scene, batch_of(sent, scene.start))
    assert (len(events), frame.tolist(), refusals) == (1, [0], ())
    assert (events.x[0], events.y[0]) == pytest.approx((50.0, -3.0), abs=0.02)
    assert events.path(0) == pytest.approx(
        np.array([(0.0, 0.0), (50.0, 0.0), (90.0, 10.0)]), abs=0.02)
    assert (events.radius[0], events.path_half_width[0]) == pytest.approx((12.0, 3.0))
    assert (events.code[0], events.event_id[0], events.description) == (501, 7, ('works',))
    assert (events.link_upstream[0], events.link_downstream[0], events.link_lanes[0]) == (1, 2, 6)
    assert events.end[0] - events.begin[0] == 180 * SECOND
    assert events.confidence[0] == pytest.approx(0.9)
    assert events.name(0) == '5253550000000001:1048583'


@pytest.mark.parametrize(('changed', 'reason'), [
    ({'role': SignerRole.VEHICLE}, RefusalReason.NOT_PERMITTED),
    ({'role': SignerRole.EMERGENCY}, RefusalReason.NOT_PERMITTED),
    ({'verification': Verification.REVOKED}, RefusalReason.CERTIFICATE_REVOKED),
    ({'generation_time': ns('2025-06-01T07:59:50')}, RefusalReason.STALE),
    ({'reception_time': ns('2025-06-01T08:02:10'), 'generation_time': 0}, RefusalReason.STALE),
    ({'reception_time': ns('2025-06-01T07:59:00'), 'generation_time': 0}, RefusalReason.FUTURE),
    ({'reception_time': ns('2025-06-01T08:00:59'), 'generation_time': 0}, None),
], ids=['vehicle', 'emergency vehicle', 'revoked', 'old', 'minute long gone', 'minute to come',
        'minute not over'])
def test_a_message_that_may_not_be_used_is_refused(
    changed: dict[str, object], reason: RefusalReason | None,
) -> None:
    scene, sent = frames(**changed)
    events, _, refusals = read(scene, batch_of(sent, scene.start))
    assert len(events) == (reason is None)
    assert [refusal.reason for refusal in refusals] == ([] if reason is None else [reason])


@settings(max_examples=50, deadline=None)
@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)),
    st.integers(-150 * 1440, 150 * 1440), st.integers(0, 200 * 1440))
def test_minutes_of_the_year_mean_the_interval_around_their_telling(
    told: datetime, begins: int, lasts: int,
) -> None:
    told = told.replace(tzinfo=UTC, second=0, microsecond=0)
    begin = told + timedelta(minutes=begins)
    end = begin + timedelta(minutes=lasts)
    meant = tuple(round(moment.timestamp()) * SECOND for moment in (begin, end))
    found = minutes_of_year(*map(of_year, meant), round(told.timestamp()) * SECOND)
    # The same minutes of another year may hold at the instant as well as these: any that does.
    now = round(told.timestamp()) * SECOND
    if meant[0] <= now <= meant[1]:
        assert found[0] <= now <= found[1]
    assert found[1] >= found[0]
    if abs(begins) + lasts < 150 * 1440:
        assert found == meant


@pytest.mark.parametrize(('begin', 'end', 'told', 'meant'), [
    ('2025-12-31T23:00', '2026-01-01T01:00', '2025-12-31T23:30', True),
    ('2025-12-31T23:00', '2026-01-01T01:00', '2026-01-01T00:30', True),
    ('2025-01-01T00:00', '2025-12-31T23:59', '2025-02-01T00:00', True),
    ('2025-03-01T00:00', None, '2025-11-01T00:00', True),
    ('2025-12-15T00:00', None, '2025-12-01T00:00', True),
    (None, '2026-09-01T00:00', '2025-11-01T00:00', True),
    (None, '2025-10-25T00:00', '2025-11-01T00:00', True),
], ids=['New Year, before', 'New Year, after', 'all the year', 'for long', 'soon', 'until late',
        'just ended'])
def test_intervals_with_an_open_side_or_over_new_year(
    begin: str | None, end: str | None, told: str, meant: bool,
) -> None:
    asked = [OPEN if text is None else ns(text) for text in (begin, end)]
    stated = [math.nan if text is None else of_year(ns(text)) for text in (begin, end)]
    assert (minutes_of_year(*stated, ns(told)) == tuple(asked)) == meant


@pytest.mark.parametrize(('begin', 'end', 'told', 'expected'), [
    (DateTime(None, None, None, 23, 50, 0.0, None), DateTime(None, None, None, 0, 10, 0.0, None),
     '2025-06-01T23:55', ('2025-06-01T23:50', '2025-06-02T00:10')),
    (DateTime(None, None, None, 23, 50, 0.0, None), DateTime(None, None, None, 0, 10, 0.0, None),
     '2025-12-31T23:55', ('2025-12-31T23:50', '2026-01-01T00:10')),
    (DateTime(None, None, None, None, 58, 0.0, None),
     DateTime(None, None, None, None, 3, 0.0, None),
     '2025-06-01T10:01', ('2025-06-01T09:58', '2025-06-01T10:03')),
    (DateTime(None, 12, 31, 22, 0, 0.0, None), DateTime(None, 1, 1, 6, 0, 0.0, None),
     '2026-01-01T02:00', ('2025-12-31T22:00', '2026-01-01T06:00')),
    (DateTime(2025, 6, 1, 18, 0, 0.0, 480), None,
     '2025-06-01T12:00', ('2025-06-01T10:00', None)),
    (DateTime(9000, 1, 1, 0, 0, 0.0, None), None, '2025-06-01T12:00',
     ('2116-02-20T23:53:38', None)),
    (DateTime(2025, 2, 30, 18, 0, 0.0, None), None, '2025-06-01T12:00', (None, None)),
], ids=['midnight', 'New Year', 'hour', 'year left out', 'another zone', 'far away', 'no date'])
def test_dates_that_leave_something_out(
    begin: DateTime, end: DateTime | None, told: str, expected: tuple[str | None, str | None],
) -> None:
    assert date_times(begin, end, ns(told)) == pytest.approx(
        [OPEN if text is None else ns(text) for text in expected], abs=SECOND)
