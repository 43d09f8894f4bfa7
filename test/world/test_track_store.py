# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Tracks from reports: order, duplicates, prediction, coasting, bounds."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from road_users import START, after, ego, parameters, reports

from icv_v2x.parameters import ParameterError
from icv_v2x.translate.reports import ObjectReports, Source
from icv_v2x.world.track_store import MESSAGES_PER_CALL, TrackStore, Verdict
from icv_v2x.world.tracks import Tracks


def _drive(store: TrackStore, count: int, interval: float = 0.1, **columns: Any) -> None:
    """Let one car drive east at 10 m/s from the origin, `count` messages."""
    for k in range(count):
        values = {'message_count': k % 128, 'x': 10.0 * interval * k, **columns}
        store.update(reports(time=after(interval * k), **values), None)


def _equal(one: Tracks, other: Tracks) -> bool:
    return all(
        np.array_equal(getattr(one, f.name), getattr(other, f.name), equal_nan=True)
        for f in fields(Tracks) if getattr(one, f.name) is not None
        and not np.issubdtype(np.asarray(getattr(one, f.name)).dtype, np.bool_))


def test_a_report_becomes_a_track_with_all_it_says() -> None:
    store = TrackStore(parameters())
    verdict = store.update(
        reports(sender_id=2**64 - 1, events=128, signer=7, path_radius=-80.0, z=3.0), None)
    tracks = store.snapshot(START)
    assert verdict.tolist() == [Verdict.ACCEPTED]
    assert tracks.name(0) == 'FFFFFFFFFFFFFFFF'
    assert (tracks.events[0], tracks.signer[0], tracks.path_radius[0]) == (128, 7, -80.0)
    assert (tracks.x[0], tracks.y[0], tracks.z[0], tracks.speed[0]) == (0.0, 0.0, 3.0, 10.0)
    assert (tracks.age[0], tracks.updates[0]) == (0.0, 1)
    assert np.isnan(tracks.period[0])
    assert not tracks.corroborated[0]


def test_all_tracks_are_predicted_to_one_instant() -> None:
    store = TrackStore(parameters())
    store.update(reports(
        sender_id=[1, 2, 3], time=[after(0.0), after(0.1), after(0.2)],
        x=[0.0, 1.0, 2.0], y=[0.0, 10.0, 20.0]), None)
    tracks = store.snapshot(after(0.3))
    np.testing.assert_allclose(tracks.x, 3.0, atol=1e-9)
    np.testing.assert_allclose(tracks.age, [0.3, 0.2, 0.1], atol=1e-9)


def test_a_braking_vehicle_coasts_to_standstill_and_not_back() -> None:
    store = TrackStore(parameters())
    store.update(reports(speed=2.0, acceleration=-4.0), None)
    tracks = store.snapshot(after(0.9))
    assert tracks.x[0] == pytest.approx(0.5)
    assert (tracks.speed[0], tracks.acceleration[0]) == (0.0, 0.0)


def test_a_standing_vehicle_on_a_slope_does_not_creep() -> None:
    store = TrackStore(parameters())
    store.update(reports(speed=0.1, acceleration=0.4), None)
    assert store.snapshot(after(0.9)).acceleration[0] == 0.0


def test_a_reversing_vehicle_goes_on_reversing() -> None:
    store = TrackStore(parameters())
    store.update(reports(speed=-2.0, acceleration=0.0, heading=math.pi / 2), None)
    assert store.snapshot(after(0.5)).y[0] == pytest.approx(-1.0)


@pytest.mark.parametrize('copies', [2, 5])
def test_duplicates_are_counted_and_change_nothing(copies: int) -> None:
    clean, doubled = TrackStore(parameters()), TrackStore(parameters())
    duplicates = 0
    for k in range(10):
        report = reports(time=after(0.1 * k), x=1.0 * k, message_count=k)
        clean.update(report, None)
        duplicates += np.count_nonzero(
            doubled.update(report.take(np.zeros(2, dtype=int)), None) == Verdict.DUPLICATE)
        for _ in range(copies - 2):
            duplicates += int(doubled.update(report, None)[0] == Verdict.DUPLICATE)
    assert duplicates == 10 * (copies - 1)
    assert _equal(clean.snapshot(after(1.0)), doubled.snapshot(after(1.0)))


@pytest.mark.parametrize('depth', [1, 2, 5])
def test_late_reports_are_not_applied_backwards(depth: int) -> None:
    store = TrackStore(parameters())
    _drive(store, 8)
    before = store.snapshot(after(0.75))
    late = reports(time=after(0.7 - 0.1 * depth) + 1000, message_count=99, x=-50.0)
    assert store.update(late, None).tolist() == [Verdict.LATE]
    assert _equal(store.snapshot(after(0.75)), before)


def test_a_late_copy_counts_as_duplicate() -> None:
    store = TrackStore(parameters())
    _drive(store, 4)
    copy = reports(time=after(0.1), message_count=1, x=1.0)
    assert store.update(copy, None).tolist() == [Verdict.DUPLICATE]


@given(st.permutations(range(12)))
def test_the_order_within_a_call_does_not_matter(order: list[int]) -> None:
    everything = reports(
        sender_id=np.repeat([5, 6, 7], 4), time=np.tile([after(0.1 * k) for k in range(4)], 3),
        message_count=np.tile(np.arange(4), 3), x=np.tile(np.arange(4.0), 3),
        y=np.repeat([0.0, 50.0, 100.0], 4), acceleration=np.nan)
    sorted_store, shuffled_store = TrackStore(parameters()), TrackStore(parameters())
    assert not sorted_store.update(everything, None).any()
    assert not shuffled_store.update(everything.take(np.array(order)), None).any()
    assert _equal(
        _by_sender(sorted_store.snapshot(after(0.4))),
        _by_sender(shuffled_store.snapshot(after(0.4))))


def _by_sender(tracks: Tracks) -> Tracks:
    return tracks.take(np.lexsort((tracks.object_id, tracks.sender_id)))


@given(st.lists(st.integers(0, 3), min_size=12, max_size=12))
def test_the_split_into_calls_does_not_matter(calls: list[int]) -> None:
    everything = reports(
        sender_id=np.tile([5, 6, 7], 4), time=np.repeat([after(0.1 * k) for k in range(4)], 3),
        message_count=np.repeat(np.arange(4), 3), x=np.repeat(np.arange(4.0), 3),
        y=np.tile([0.0, 50.0, 100.0], 4), acceleration=np.nan)
    call = np.sort(calls)
    together, split = TrackStore(parameters()), TrackStore(parameters())
    together.update(everything, None)
    for k in range(4):
        split.update(everything.take(call == k), None)
    assert _equal(
        _by_sender(together.snapshot(after(0.4))), _by_sender(split.snapshot(after(0.4))))


@given(
    turn=st.floats(-math.pi, math.pi), east=st.floats(-1e4, 1e4), north=st.floats(-1e4, 1e4),
    shift=st.integers(-(10**15), 10**15), yaw_rate=st.floats(-0.5, 0.5),
)
def test_it_does_not_matter_where_north_is_or_what_the_time_is(
    turn: float, east: float, north: float, shift: int, yaw_rate: float
) -> None:
    def run(angle: float, x: float, y: float, start: int) -> Tracks:
        store = TrackStore(parameters())
        cosine, sine = math.cos(angle), math.sin(angle)
        for k in range(4):
            store.update(reports(
                time=after(0.1 * k) + start, message_count=k, heading=0.1 * k * yaw_rate + angle,
                x=x + cosine * k, y=y + sine * k, yaw_rate=yaw_rate, acceleration=np.nan), None)
        return store.snapshot(after(0.5) + start)

    plain, moved = run(0.0, 0.0, 0.0, 0), run(turn, east, north, shift)
    there = complex(plain.x[0], plain.y[0]) * np.exp(1j * turn) + complex(east, north)
    assert complex(moved.x[0], moved.y[0]) == pytest.approx(there, abs=1e-8)
    assert math.remainder(moved.heading[0] - plain.heading[0] - turn, math.tau) == (
        pytest.approx(0.0, abs=1e-9))
    for name in ('speed', 'acceleration', 'age', 'period', 'updates'):
        assert getattr(moved, name) == pytest.approx(getattr(plain, name), abs=1e-9)
    trace = plain.variance_xx + plain.variance_yy
    assert moved.variance_xx + moved.variance_yy == pytest.approx(trace)


@pytest.mark.parametrize('interval', [0.05, 0.1, 0.2, 0.5, 1.0])
@pytest.mark.parametrize('kept', [1, 3])
def test_the_period_is_that_of_the_sender_whatever_is_lost(interval: float, kept: int) -> None:
    store = TrackStore(parameters())
    for k in range(0, 12 * kept, kept):
        time = after(interval * k)
        store.update(reports(time=time, message_count=(120 + k) % 128, x=10 * interval * k), None)
    assert store.snapshot(time).period[0] == pytest.approx(interval)


@pytest.mark.parametrize(('interval', 'dropped_after'), [(0.1, 1.0), (0.5, 1.5), (1.0, 3.0)])
def test_a_silent_track_is_dropped_by_the_period_of_its_sender(
    interval: float, dropped_after: float
) -> None:
    store = TrackStore(parameters())
    _drive(store, 5, interval)
    last = 4 * interval
    assert len(store.snapshot(after(last + dropped_after - 0.01))) == 1
    assert len(store.snapshot(after(last + dropped_after + 0.01))) == 0


def test_a_sender_heard_once_may_be_a_slow_one() -> None:
    store = TrackStore(parameters())
    _drive(store, 1)
    assert len(store.snapshot(after(2.9))) == 1
    assert len(store.snapshot(after(3.1))) == 0


def test_a_state_far_ahead_is_no_track() -> None:
    store = TrackStore(parameters())
    store.update(reports(time=after(0.15)), None)
    assert store.snapshot(START).age.tolist() == [0.0]
    store.update(reports(sender_id=2, time=after(3600.0)), None)
    assert store.snapshot(START).sender_id.tolist() == [1]


def test_uncertainty_grows_with_age_and_stays_an_ellipse() -> None:
    store = TrackStore(parameters())
    store.update(reports(heading=0.7), None)
    steps = [store.snapshot(after(0.2 * k)) for k in range(10)]
    for name in ('variance_xx', 'variance_yy', 'speed_deviation', 'heading_deviation'):
        assert np.all(np.diff([getattr(tracks, name)[0] for tracks in steps]) > 0.0)
    for tracks in steps:
        assert tracks.variance_xx * tracks.variance_yy > tracks.variance_xy**2


def test_a_standing_vehicle_keeps_the_heading_it_came_with() -> None:
    store = TrackStore(parameters())
    store.update(reports(heading=1.0, speed=0.5), None)
    store.update(reports(heading=0.0, speed=0.1, time=after(0.1), message_count=1), None)
    store.update(reports(heading=np.nan, speed=0.0, time=after(0.2), message_count=2), None)
    assert store.snapshot(after(0.2)).heading[0] == pytest.approx(1.0)
    store.update(reports(heading=1.2, speed=1.0, time=after(0.3), message_count=3), None)
    assert store.snapshot(after(0.3)).heading[0] == pytest.approx(1.2)


def test_a_heading_never_known_stays_unavailable_and_harms_nothing_else() -> None:
    store = TrackStore(parameters())
    store.update(reports(heading=np.nan, speed=0.0, sender_id=[1, 2], y=[0.0, 9.0]), None)
    tracks = store.snapshot(after(0.5))
    assert np.isnan(tracks.heading).all()
    for name in ('x', 'y', 'speed', 'variance_xx', 'variance_xy', 'variance_yy'):
        assert np.isfinite(getattr(tracks, name)).all()
    store.update(reports(heading=0.4, speed=0.0, time=after(0.6), message_count=1), None)
    assert store.snapshot(after(0.6)).heading[0] == pytest.approx(0.4)


@pytest.mark.parametrize('interval', [0.05, 0.1, 0.5, 1.0])
def test_acceleration_not_sent_is_the_slope_of_the_speed(interval: float) -> None:
    store = TrackStore(parameters())
    for k in range(10):
        time = interval * k
        store.update(reports(
            time=after(time), message_count=k, speed=30.0 - 2.0 * time,
            x=30.0 * time - time**2, acceleration=np.nan), None)
        expected = np.nan if k == 0 else -2.0
        assert store.snapshot(after(time)).acceleration[0] == pytest.approx(
            expected, nan_ok=True)


def test_acceleration_sent_goes_before_the_slope() -> None:
    store = TrackStore(parameters())
    _drive(store, 5, acceleration=-3.0)
    assert store.snapshot(after(0.4)).acceleration[0] == -3.0


def test_one_jump_is_held_back_and_a_second_starts_the_track_anew() -> None:
    store = TrackStore(parameters())
    _drive(store, 5)
    outlier = reports(time=after(0.5), message_count=5, x=5.0, y=70.0)
    assert store.update(outlier, None).tolist() == [Verdict.JUMP]
    assert store.snapshot(after(0.5)).y[0] == 0.0
    home = reports(time=after(0.6), message_count=6, x=6.0)
    assert store.update(home, None).tolist() == [Verdict.ACCEPTED]
    assert store.snapshot(after(0.6)).updates[0] == 6
    for k, verdict in ((7, Verdict.JUMP), (8, Verdict.ACCEPTED)):
        away = reports(time=after(0.1 * k), message_count=k, x=1.0 * k, y=70.0)
        assert store.update(away, None).tolist() == [verdict]
    tracks = store.snapshot(after(0.8))
    assert (tracks.y[0], tracks.updates[0]) == (70.0, 1)


@pytest.mark.parametrize('gap', [0.1, 0.3, 1.0, 2.0])
def test_hard_braking_after_loss_is_no_jump(gap: float) -> None:
    store = TrackStore(parameters())
    _drive(store, 30)
    way, speed = 10.0 * gap - 4.0 * gap**2, 10.0 - 8.0 * gap
    if speed < 0.0:
        way, speed = 10.0**2 / 16.0, 0.0
    braked = reports(time=after(2.9 + gap), message_count=40, x=29.0 + way, speed=speed)
    assert store.update(braked, None).tolist() == [Verdict.ACCEPTED]
    assert store.snapshot(after(2.9 + gap)).updates[0] == 31


def test_objects_of_one_road_side_unit_are_apart() -> None:
    store = TrackStore(parameters())
    store.update(reports(sender_id=9, object_id=[-1, 1, 2], x=[0.0, 20.0, 40.0]), None)
    tracks = store.snapshot(START)
    assert [tracks.name(k) for k in range(3)] == [
        '0000000000000009', '0000000000000009:1', '0000000000000009:2']


def test_the_number_is_bounded_and_the_near_and_closing_stay() -> None:
    store = TrackStore(parameters(tracking__maximum=16))
    me = ego(x=0.0, y=0.0, speed=20.0)
    far = reports(sender_id=np.arange(16) + 100, x=1000.0, y=np.arange(16) * 20.0)
    assert not store.update(far, me).any()
    oncoming = reports(sender_id=1, x=150.0, y=0.0, heading=math.pi, speed=20.0)
    leaving = reports(sender_id=2, x=-1400.0, y=0.0, heading=math.pi, speed=30.0)
    assert store.update(oncoming, me).tolist() == [Verdict.ACCEPTED]
    assert store.update(leaving, me).tolist() == [Verdict.FULL]
    tracks = store.snapshot(START)
    assert len(tracks) == len(store) == 16
    assert 1 in tracks.sender_id
    assert 2 not in tracks.sender_id
    assert store.evicted == 1
    # The one of the sixteen that passes farthest gave way.
    assert 115 not in tracks.sender_id


def test_what_was_sent_beyond_the_reach_of_radio_is_not_used_and_perceived_objects_are() -> None:
    store = TrackStore(parameters(trust__range_maximum=1000.0))
    me = ego(x=0.0, y=0.0)
    told = reports(sender_id=np.arange(3) + 1, x=np.array([0.0, -990.0, 990.0]), y=-130.0)
    perceived = reports(sender_id=9, object_id=4, source=Source.RSM, x=1500.0)
    assert store.update(told, me).tolist() == [Verdict.ACCEPTED] * 3
    gone = reports(sender_id=3, x=1001.0, time=after(0.1), message_count=1, y=-130.0)
    assert store.update(gone, me).tolist() == [Verdict.OUT_OF_REACH]
    assert store.update(perceived, me).tolist() == [Verdict.ACCEPTED]
    assert store.update(reports(sender_id=8, x=5000.0), None).tolist() == [Verdict.ACCEPTED]


def test_full_without_ego_keeps_the_newest() -> None:
    store = TrackStore(parameters(tracking__maximum=16))
    times = [after(0.01 * k) for k in range(16)]
    store.update(reports(sender_id=np.arange(16) + 100, time=times, y=np.arange(16) * 9.0), None)
    newest = reports(sender_id=1, time=after(0.5))
    assert store.update(newest, None).tolist() == [Verdict.ACCEPTED]
    assert sorted(store.snapshot(after(0.5)).sender_id.tolist())[:2] == [1, 101]


def test_a_flood_of_one_sender_is_cut_to_its_newest() -> None:
    store = TrackStore(parameters())
    count = 3 * MESSAGES_PER_CALL
    flood = reports(
        time=[after(0.001 * k) for k in range(count)], message_count=np.arange(count),
        x=np.arange(count) * 0.01)
    verdict = store.update(flood, None)
    assert np.count_nonzero(verdict == Verdict.FLOOD) == count - MESSAGES_PER_CALL
    assert verdict[-1] == Verdict.ACCEPTED
    assert store.snapshot(after(0.05)).updates[0] == MESSAGES_PER_CALL


def test_time_running_back_forgets_all_tracks() -> None:
    store = TrackStore(parameters())
    _drive(store, 5)
    assert len(store.snapshot(after(0.5))) == 1
    assert len(store.snapshot(after(0.45))) == 1
    assert len(store.snapshot(after(0.2))) == 0
    assert store.resets == 1
    assert store.update(reports(time=after(0.2)), None).tolist() == [Verdict.ACCEPTED]
    assert len(store.snapshot(after(0.25))) == 1


def test_no_reports_are_no_error() -> None:
    store = TrackStore(parameters())
    assert len(store.update(reports().take(np.zeros(0, dtype=int)), ego())) == 0
    assert len(store.snapshot(START)) == 0


def test_a_snapshot_does_not_change_afterwards() -> None:
    store = TrackStore(parameters())
    _drive(store, 3)
    tracks = store.snapshot(after(0.2))
    x, updates = tracks.x.copy(), tracks.updates.copy()
    store.update(reports(time=after(0.3), message_count=9, x=3.0), None)
    store.snapshot(after(0.3))
    np.testing.assert_array_equal(tracks.x, x)
    np.testing.assert_array_equal(tracks.updates, updates)


@given(st.data())
def test_whatever_comes_no_track_holds_what_it_may_not(data: st.DataObject) -> None:
    store = TrackStore(parameters(tracking__maximum=16))
    numbers = st.one_of(
        st.just(math.nan), st.just(math.inf), st.just(-1e300), st.floats(-100.0, 100.0))
    now = 0.0
    for _ in range(data.draw(st.integers(1, 5))):
        rows = data.draw(st.integers(1, 24))

        def column(values: st.SearchStrategy[Any], rows: int = rows) -> list[Any]:
            return data.draw(st.lists(values, min_size=rows, max_size=rows))

        batch: ObjectReports = reports(
            sender_id=column(st.integers(0, 30)), object_id=column(st.integers(-1, 1)),
            time=[after(t) for t in column(st.floats(now - 1.0, now + 0.2))],
            message_count=column(st.integers(0, 127)), x=column(numbers), y=column(numbers),
            heading=column(numbers), speed=column(numbers), acceleration=column(numbers),
            yaw_rate=column(numbers), z=column(numbers), variance_xx=column(numbers),
            length=column(numbers), speed_deviation=column(numbers))
        verdict = store.update(batch, data.draw(st.sampled_from([None, ego(x=0.0, y=0.0)])))
        assert len(verdict) == rows
        now += data.draw(st.floats(-0.3, 1.0))
        tracks = store.snapshot(after(now))
        assert len(tracks) <= 16
        keys = set(zip(tracks.sender_id.tolist(), tracks.object_id.tolist(), strict=True))
        assert len(keys) == len(tracks)
        for name in ('x', 'y', 'speed', 'age', 'variance_xx', 'variance_xy', 'variance_yy',
                     'speed_deviation', 'heading_deviation', 'length', 'width'):
            assert np.isfinite(getattr(tracks, name)).all()
        assert np.all(tracks.age >= 0.0)


def test_an_unusable_report_costs_no_other() -> None:
    store = TrackStore(parameters())
    verdict = store.update(reports(
        sender_id=[1, 2, 3, 1], x=[np.nan, 20.0, 40.0, 60.0], speed=[1.0, 10.0, np.inf, 10.0],
        y=[0.0, 9.0, 0.0, 18.0]), ego())
    assert verdict.tolist() == [
        Verdict.UNUSABLE, Verdict.ACCEPTED, Verdict.UNUSABLE, Verdict.ACCEPTED]
    assert store.snapshot(START).sender_id.tolist() == [1, 2]
    assert Verdict(verdict[0]).reason == 'unusable'


def test_a_wrong_own_id_is_refused_with_its_value() -> None:
    with pytest.raises(ParameterError, match='0102'):
        TrackStore(parameters(vehicle__temporary_id='0102'))
