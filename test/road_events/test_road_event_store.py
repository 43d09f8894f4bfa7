# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Road events: kept while they are told, once over senders, bounded, the same by message."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icv_v2x.inputs import BatchError, Verification
from icv_v2x.interchange import MessageEncoder, typestore
from icv_v2x.interchange.road_event_message import road_events
from icv_v2x.pipeline import Pipeline
from icv_v2x.road_events import LaneStretches, RoadEventStore, Way, relevance
from icv_v2x.scenes import Scene, inputs
from icv_v2x.translate.road_events import RoadEvents, joined, no_road_events

SECOND = 1_000_000_000
START = 1_750_000_000 * SECOND


def event(number: int = 1, *, sender: int = 1, x: float = 0.0, time: float = 0.0,
          signer: int = 1, verification: int = 1, paths: tuple[Any, ...] = (),
          half_width: float = 2.0, links: tuple[tuple[int, int, int], ...] = (),
          text: str = '') -> RoadEvents:
    points = [point for path in paths for point in path]
    columns = {
        f.name: np.zeros(1, getattr(no_road_events(), f.name).dtype)
        for f in fields(RoadEvents)
        if not f.name.startswith(('path_', 'link_')) and f.name != 'description'
    }
    ones = {'sender_id': sender, 'event_id': number, 'code': 501, 'x': x, 'signer': signer,
            'verification': verification, 'time': START + round(time * SECOND),
            'confidence': np.nan}
    for name, value in ones.items():
        columns[name][0] = value
    lanes = np.array(links, np.int64).reshape(-1, 3)
    return RoadEvents(
        **columns, description=(text,),
        path_event=np.zeros(len(paths), np.int64),
        path_half_width=np.full(len(paths), half_width),
        path_begin=np.cumsum([0, *map(len, paths)]),
        path_x=np.array([p[0] for p in points], np.float64),
        path_y=np.array([p[1] for p in points], np.float64),
        link_event=np.zeros(len(lanes), np.int64), link_region=np.full(len(lanes), -1, np.int32),
        link_upstream=lanes[:, 0].astype(np.int32), link_downstream=lanes[:, 1].astype(np.int32),
        link_lanes=lanes[:, 2].astype(np.uint16))


def store(**limits: Any) -> RoadEventStore:
    scene = Scene(1.0)
    scene.ego(10.0)
    return RoadEventStore(scene.parameters(**limits))


def at(time: float) -> int:
    return START + round(time * SECOND)


def test_what_is_told_no_more_is_dropped_after_three_periods() -> None:
    kept = store()
    for time in np.arange(0.0, 10.1, 1.0):
        kept.update(event(time=time))
    assert len(kept.snapshot(at(12.9))) == 1
    assert len(kept.snapshot(at(13.1))) == 0
    assert len(kept.snapshot(at(13.2))) == 0


def test_an_untrusted_message_moves_nothing_that_a_trusted_one_told() -> None:
    kept = store()
    kept.update(event(x=10.0))
    assert kept.update(event(x=90.0, time=0.5, verification=0)).tolist() == [False]
    assert kept.snapshot(at(0.6)).x.tolist() == [10.0]
    assert kept.update(event(x=20.0, time=1.0)).tolist() == [True]
    assert kept.snapshot(at(1.1)).x.tolist() == [20.0]


@pytest.mark.parametrize(('second', 'number', 'corroborated'), [
    ({'x': 20.0}, 1, True), ({'x': 20.0, 'signer': 1}, 1, False), ({'x': 50.0}, 2, False),
    ({'x': 20.0, 'verification': 0}, 1, False), ({'x': 20.0, 'sender': 1}, 2, False),
], ids=['agrees', 'same certificate', 'elsewhere', 'untrusted', 'same sender'])
def test_one_event_of_two_senders_is_one(
    second: dict[str, Any], number: int, corroborated: bool,
) -> None:
    kept = store()
    kept.update(event())
    kept.update(event(2, **{'sender': 2, 'signer': 2, **second}))
    found = kept.snapshot(at(0.1))
    assert len(found) == number
    assert bool(found.corroborated[0]) == corroborated
    assert found.event_id[0] == 1


def test_a_flood_costs_the_untrusted_and_the_far_first() -> None:
    kept = store(road_events__maximum=16)
    kept.update(joined([event(number, x=100.0 * number) for number in range(12)]), (0.0, 0.0))
    flood = joined([
        event(number, sender=9, x=5000.0 + 100.0 * number, verification=0)
        for number in range(200)])
    taken = kept.update(flood, (0.0, 0.0))
    assert int(taken.sum()) == 4
    found = kept.snapshot(at(0.1))
    assert len(found) == 16
    assert np.count_nonzero(found.sender_id == 1) == 12


lines = st.lists(
    st.tuples(st.floats(-200.0, 200.0), st.floats(-200.0, 200.0)), min_size=2, max_size=6)
told = st.builds(
    event, number=st.integers(0, 255), sender=st.integers(0, 2**64 - 1), x=st.floats(-99.0, 99.0),
    paths=st.lists(lines, max_size=3).map(tuple), text=st.text(max_size=5).map(repr),
    links=st.lists(st.tuples(*[st.integers(0, 65535)] * 3), max_size=3).map(tuple))


@settings(max_examples=25, deadline=None)
@given(st.lists(told, max_size=4))
def test_events_come_back_from_their_message_and_from_being_joined(parts: list[Any]) -> None:
    events = joined(parts)
    message = MessageEncoder(typestore().types.__getitem__).road_event_array(events, at(2.0))
    back = road_events(message)
    split = joined([events.take(np.array([row])) for row in range(len(events))])
    for f in fields(RoadEvents):
        expected = getattr(events, f.name)
        for found in (getattr(back, f.name), getattr(split, f.name)):
            if f.name == 'description':
                assert found == expected
            else:
                np.testing.assert_array_equal(found, expected)
                assert found.dtype == expected.dtype


@pytest.mark.parametrize(('name', 'value'), [
    ('kind', np.array([3], np.uint8)), ('code', np.zeros(2, np.uint32)),
    ('path_event', np.array([1], np.uint32)), ('path_begin', np.array([1], np.uint32)),
    ('path_x', np.array([0.0, np.nan])), ('age', np.array([np.nan])),
    ('link_upstream', np.zeros(2, np.int32)),
])
def test_a_message_whose_arrays_make_no_sense_is_refused(name: str, value: Any) -> None:
    events = event(paths=(((0.0, 0.0), (9.0, 0.0)),), links=((1, 2, 0),))
    message = MessageEncoder(typestore().types.__getitem__).road_event_array(events, at(1.0))
    setattr(message, name, value)
    with pytest.raises(BatchError):
        road_events(message)


@settings(max_examples=50, deadline=None)
@given(
    path=lines, place=st.tuples(st.floats(-100.0, 100.0), st.floats(-100.0, 100.0)),
    angle=st.floats(-3.0, 3.0), shift=st.floats(-500.0, 500.0))
def test_where_an_event_lies_does_not_depend_on_where_north_is(
    path: Any, place: Any, angle: float, shift: float,
) -> None:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    way = np.array([[0.0, 0.0], [60.0, 0.0], [110.0, 30.0], [300.0, 30.0]])

    def lies(move: Any) -> Any:
        line = [tuple(point) for point in move(np.array(path))]
        where = move(np.array([place]))[0]
        made = replace(
            event(paths=(tuple(line),), half_width=8.0), x=where[:1], y=where[1:])
        found = relevance(
            made, Way(move(way)), reach=250.0, direction=0.8, lane_width=3.5)
        return found.begin[0], found.end[0], found.distance[0], found.own_lane[0]

    still = lies(lambda points: points)
    moved = lies(lambda points: points @ turn.T + shift)
    # What lies just on an edge may fall to either side of it.
    if np.isfinite(still[0]) == np.isfinite(moved[0]):
        assert moved[:2] == pytest.approx(still[:2], abs=2.6)


def test_lanes_tell_where_a_link_lies() -> None:
    numbers = np.array([1, 1], np.int32)
    lanes = LaneStretches(
        region=numbers, upstream=np.array([1, 2], np.int32),
        downstream=np.array([2, 3], np.int32), lane_id=np.array([2, 1], np.int32),
        begin=np.array([-50.0, 120.0]), end=np.array([100.0, 400.0]))
    way = Way(np.array([[0.0, 0.0], [500.0, 0.0]]), lanes=lanes)
    events = joined([
        replace(event(number, links=(link,)), x=np.full(1, np.nan))
        for number, link in enumerate([(1, 2, 0), (2, 3, 1 << 1), (2, 3, 1 << 2), (3, 2, 0)])])
    found = relevance(events, way, reach=300.0, direction=0.8, lane_width=3.5)
    assert found.begin.tolist() == [-50.0, 120.0, 120.0, np.inf]
    assert found.own_lane.tolist() == [True, True, False, False]
    assert found.inside.tolist() == [True, False, False, False]


def test_decoded_events_join_under_the_same_trust() -> None:
    scene = Scene(0.2, start=START)
    scene.ego(15.0)
    pipeline = Pipeline(scene.parameters())
    for _, item in inputs(scene):
        pipeline.receive(item)
    heard = joined([
        event(number, x=50.0 * (number + 1), time=0.1, verification=verdict)
        for number, verdict in enumerate((Verification.VERIFIED, Verification.NOT_CHECKED,
                                          Verification.FAILED, Verification.REVOKED))])
    assert pipeline.receive(heard) is None
    cycle = pipeline.cycle(at(0.2))
    assert cycle.events.event_id.tolist() == [0, 1]
    assert {a.level.name: a.verified for a in cycle.advisories} == {
        'WARNING': True, 'INFO': False}
