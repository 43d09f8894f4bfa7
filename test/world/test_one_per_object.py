# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""One track for every object, however many tell of it: who leads, who confirms, who is apart."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from road_users import START, after, parameters, reports

from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.translate.reports import Source
from icv_v2x.world.association import REACH, possible_pairs
from icv_v2x.world.corroboration import Observations, one_per_object
from icv_v2x.world.track_store import TrackStore
from icv_v2x.world.tracks import Tracks

SEEN = Source.RSM | Source.SENSOR
BOTH = Source.BSM | SEEN
FIRST, SECOND = 1001, 1002
FUSED = (
    'x', 'y', 'heading', 'speed', 'variance_xx', 'variance_xy', 'variance_yy', 'speed_deviation',
    'heading_deviation')


def tracks(**columns: Any) -> tuple[Tracks, Observations]:
    """Return tracks of cars, those with a number seen by a unit; each sender its own signer."""
    size = max(np.size(value) for value in columns.values())
    values = {name: np.broadcast_to(value, size) for name, value in columns.items()}
    number = values.setdefault('object_id', np.full(size, -1))
    values.setdefault('source', np.where(number < 0, Source.BSM, SEEN))
    values.setdefault('signer', values['sender_id'])
    store = TrackStore(parameters())
    store.update(reports(**values), None)
    made = store.snapshot(START)
    assert len(made) == size
    return made, Observations(store.subject_id, store.since, made.verification == 1)


def names(made: Tracks) -> list[str]:
    return sorted(made.name(row).lstrip('0') for row in range(len(made)))


def test_a_sender_that_a_unit_sees_is_one_track_under_its_own_id() -> None:
    made = one_per_object(*tracks(
        sender_id=[1, FIRST], object_id=[-1, 7], x=[30.0, 31.0], y=[0.0, 0.5]))
    assert names(made) == ['1']
    assert made.source.tolist() == [BOTH]
    assert made.corroborated.tolist() == [True]
    assert made.x.tolist() == pytest.approx([30.5])
    assert made.variance_xx.tolist() == pytest.approx([0.5])


def test_what_no_sender_explains_stays_a_track_of_its_unit() -> None:
    made = one_per_object(*tracks(sender_id=[1, FIRST], object_id=[-1, 7], x=[30.0, 60.0]))
    assert names(made) == ['1', '3E9:7']
    assert not made.corroborated.any()


@pytest.mark.parametrize('second', [
    {'x': 36.0}, {'y': 3.2}, {'y': -3.2}, {'speed': 2.0}, {'heading': math.pi},
    {'heading': math.pi / 2}, {'z': 6.0}, {'object_class': ObjectClass.PEDESTRIAN},
    {'object_class': ObjectClass.OBSTACLE},
], ids=str)
def test_two_different_objects_stay_two(second: dict[str, float]) -> None:
    place = {'x': 30.0, 'y': 0.0, 'z': 0.0, 'speed': 10.0, 'heading': 0.0, 'object_class': 1}
    other = {**place, **second}
    made = one_per_object(*tracks(
        sender_id=[1, FIRST], object_id=[-1, 7],
        **{name: [place[name], other[name]] for name in place}))
    assert len(made) == 2


def test_a_pedestrian_beside_a_parked_car_is_never_lost() -> None:
    made = one_per_object(*tracks(
        sender_id=[1, FIRST], object_id=[-1, 7], x=[30.0, 30.5], speed=0.0,
        object_class=[ObjectClass.CAR, ObjectClass.PEDESTRIAN], length=[4.6, 0.5],
        width=[1.8, 0.5]))
    assert names(made) == ['1', '3E9:7']


def test_each_object_of_a_unit_explains_one_sender_only() -> None:
    # Three ghosts where the unit sees one car.
    made = one_per_object(*tracks(
        sender_id=[1, 2, 3, FIRST], object_id=[-1, -1, -1, 7], x=[30.0, 30.5, 31.0, 30.6]))
    assert names(made) == ['1', '2', '3']
    assert made.corroborated.tolist() == [False, True, False]


def test_two_objects_of_one_unit_stay_two_beside_one_sender() -> None:
    made = one_per_object(*tracks(
        sender_id=[1, FIRST, FIRST], object_id=[-1, 7, 8], x=[30.0, 30.2, 32.0]))
    assert names(made) == ['1', '3E9:8']


@pytest.mark.parametrize(('signer', 'source', 'trusted', 'confirms'), [
    (5, SEEN, True, True),
    (1, SEEN, True, False),
    (0, SEEN, True, False),
    (5, Source.RSM, True, False),
    (5, Source.SSM | Source.SENSOR, True, True),
    (5, SEEN, False, False),
])
def test_another_signer_with_a_sensor_confirms(
    signer: int, source: Source, trusted: bool, confirms: bool
) -> None:
    made, observed = tracks(
        sender_id=[1, FIRST], object_id=[-1, 7], x=30.0, signer=[1, signer],
        source=[Source.BSM, source])
    merged = one_per_object(made, replace(observed, trusted=np.array([True, trusted])))
    assert merged.corroborated.tolist() == [confirms]
    assert merged.source.tolist() == [Source.BSM | source]


@pytest.mark.parametrize(('passed', 'confirms'), [(0.45, True), (0.55, False)])
def test_an_old_observation_confirms_nothing(passed: float, confirms: bool) -> None:
    store = TrackStore(parameters())
    now = after(passed)
    store.update(reports(
        sender_id=[1, FIRST], object_id=[-1, 7], time=[now, START], x=[10.0 * passed, 0.0],
        source=[Source.BSM, SEEN], signer=[1, 2]), None)
    made = store.snapshot(now)
    merged = one_per_object(
        made, Observations(store.subject_id, store.since, np.ones(2, np.bool_)))
    assert merged.corroborated.tolist() == [confirms]


def test_a_name_outweighs_the_distance_but_only_within_the_gates_it_confirms() -> None:
    # The unit names the farther of two cars in a queue as the object.
    columns: dict[str, Any] = {
        'sender_id': [1, 2, FIRST], 'object_id': [-1, -1, 7], 'x': [30.0, 37.0, 34.3]}
    named = one_per_object(*tracks(subject_id=[0, 0, 1], **columns))
    assert dict(zip(names(named), named.source.tolist(), strict=True)) == {
        '1': BOTH, '2': Source.BSM}
    columns['x'] = [30.0, 50.0, 36.0]
    far = one_per_object(*tracks(subject_id=[0, 0, 1], **columns))
    assert names(far) == ['1', '2']
    assert not far.corroborated.any()
    columns['x'] = [30.0, 90.0, 60.0]
    assert len(one_per_object(*tracks(subject_id=[0, 0, 1], **columns))) == 3


def test_of_several_units_the_one_that_knew_it_first_leads() -> None:
    columns: dict[str, Any] = {
        'sender_id': [FIRST, SECOND], 'object_id': [7, 3], 'x': [30.0, 30.4],
        'object_class': ObjectClass.PEDESTRIAN, 'length': 0.5, 'width': 0.5, 'speed': 1.0}
    made, observed = tracks(**columns)
    merged = one_per_object(made, replace(observed, since=np.array([START, START - 5])))
    assert names(merged) == ['3EA:3']
    assert merged.corroborated.tolist() == [True]
    merged = one_per_object(made, replace(observed, since=np.array([START - 9, START - 5])))
    assert names(merged) == ['3E9:7']


@pytest.mark.parametrize('number', [-1, 3], ids=['sender', 'observer'])
def test_what_is_not_trusted_hides_nothing_that_is(number: int) -> None:
    made, observed = tracks(sender_id=[1, FIRST], object_id=[number, 7], x=[30.0, 30.4])
    for trusted, name in (([False, True], '3E9:7'), ([False, False], None)):
        merged = one_per_object(made, replace(
            observed, trusted=np.array(trusted), since=np.array([START - 9, START])))
        assert names(merged) == [name or ('1' if number < 0 else '1:3')]
        assert merged.source[0] & SEEN == SEEN
        assert not merged.corroborated.any()


def test_two_that_send_themselves_are_never_one() -> None:
    made, observed = tracks(sender_id=[1, 2, FIRST], object_id=[-1, -1, 7], x=[30.0, 30.1, 30.2])
    for trusted in ([True, True, True], [True, False, True], [False, False, True]):
        merged = one_per_object(made, replace(observed, trusted=np.array(trusted)))
        assert len(merged) == 2


@given(
    turn=st.floats(-math.pi, math.pi), east=st.floats(-1e4, 1e4),
    order=st.permutations(range(9)), noise=st.integers(0, 2**32 - 1))
def test_it_does_not_matter_where_north_is_or_who_is_first(
    turn: float, east: float, order: list[int], noise: int
) -> None:
    # Two senders, three units that see them with errors, and something else each.
    random = np.random.default_rng(noise)
    place = np.array([0.0, 30.0, 0.0, 30.0, 0.0, 30.0, 60.0 + 8.0j, 60.0 + 8.0j, 90.0])
    place = place + np.where(np.arange(9) < 2, 0.0, random.uniform(-0.9, 0.9, 9))
    sender = np.array([1, 2, 1001, 1001, 1002, 1002, 1001, 1002, 1003])
    number = np.array([-1, -1, 5, 6, 7, 8, 9, 10, 11])

    def merged(rows: list[int], angle: float, shift: float) -> dict[str, tuple[int, bool]]:
        there = place * np.exp(1j * angle) + shift
        made = one_per_object(*tracks(
            sender_id=sender[rows], object_id=number[rows], x=there.real[rows],
            y=there.imag[rows], heading=angle))
        return {
            made.name(row): (int(made.source[row]), bool(made.corroborated[row]))
            for row in range(len(made))}

    plain = merged(list(range(9)), 0.0, 0.0)
    assert plain == merged(order, turn, east)
    assert len(plain) == 4
    assert [corroborated for _, corroborated in plain.values()].count(True) == 3


def test_a_heap_of_objects_in_one_place_makes_few_pairs_and_hides_no_sender() -> None:
    made, observed = tracks(
        sender_id=np.concatenate([np.arange(300) + 1, np.repeat([FIRST, SECOND], 300)]),
        object_id=np.concatenate([np.full(300, -1), np.arange(600)]), x=30.0)
    assert len(possible_pairs(made, made).first) <= 16 * len(made)
    merged = one_per_object(made, observed)
    assert np.count_nonzero(merged.object_id < 0) == 300


@given(count=st.integers(0, 40), noise=st.integers(0, 2**32 - 1))
def test_nothing_is_lost_or_invented_in_a_crowd(count: int, noise: int) -> None:
    random = np.random.default_rng(noise)
    size = 2 * count + 1
    sender = np.where(np.arange(size) % 2, np.arange(size), 1001 + np.arange(size) % 3)
    number = np.where(np.arange(size) % 2, -1, np.arange(size))
    made, observed = tracks(
        sender_id=sender, object_id=number, x=random.uniform(0.0, 40.0, size),
        y=random.uniform(0.0, 40.0, size), heading=random.uniform(-3.0, 3.0, size),
        speed=random.uniform(0.0, 6.0, size))
    merged = one_per_object(made, observed)
    kept = {made.name(row): row for row in range(len(made))}
    assert {merged.name(row) for row in range(len(merged))} <= set(kept)
    # All that send themselves stay, as they are but for source, corroboration and state.
    assert np.count_nonzero(merged.object_id < 0) == np.count_nonzero(made.object_id < 0)
    for row in range(len(merged)):
        before = kept[merged.name(row)]
        assert all(
            getattr(merged, f.name)[row] == getattr(made, f.name)[before]
            or f.name in ('source', 'corroborated', *FUSED)
            or np.isnan(getattr(merged, f.name)[row])
            for f in fields(Tracks) if isinstance(getattr(made, f.name), np.ndarray))
        assert merged.source[row] & made.source[before] == made.source[before]
    # Whatever went is near something that stayed.
    apart = np.hypot(
        made.x[:, np.newaxis] - merged.x, made.y[:, np.newaxis] - merged.y).min(axis=1)
    assert (apart <= REACH).all()
