# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Times of messages across minutes, years and leap seconds."""

from __future__ import annotations

from datetime import datetime, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icv_v2x.clock import NANOSECONDS, age, unwrap_minute_of_year, unwrap_second

_MINUTE = 60 * NANOSECONDS
_MILLISECOND = 1_000_000


def _time(text: str) -> int:
    moment = datetime.fromisoformat(text).replace(tzinfo=timezone.utc)
    return int(moment.timestamp()) * NANOSECONDS + moment.microsecond * 1000


def _second(time: int) -> float:
    return time // _MILLISECOND % 60_000 / 1000


@given(
    milliseconds=st.integers(0, 4_000_000_000_000),
    delay=st.integers(-29_900, 29_900),
)
def test_a_time_is_found_again_over_any_minute_boundary(milliseconds: int, delay: int) -> None:
    time = milliseconds * _MILLISECOND + _MINUTE
    found = unwrap_second([_second(time)], [time + delay * _MILLISECOND])
    assert found.time[0] == time
    assert found.stated[0]


def test_one_millisecond_out_of_order_never_shifts_a_minute() -> None:
    begin = _time('2026-11-22T08:00:59.900')
    times = begin + np.arange(0, 200) * _MILLISECOND
    swapped = times.reshape(-1, 2)[:, ::-1].ravel()
    seconds = [_second(int(t)) for t in swapped]
    found = unwrap_second(seconds, np.sort(times) + 20 * _MILLISECOND)
    np.testing.assert_array_equal(found.time, swapped)


def test_messages_do_not_influence_each_other() -> None:
    reception = np.full(3, _time('2026-11-22T08:01:00'))
    alone = unwrap_second([59.95], reception[:1]).time[0]
    together = unwrap_second([0.0, 59.95, np.nan], reception).time
    assert together[1] == alone == reception[0] - 50 * _MILLISECOND


def test_without_second_the_generation_then_the_reception_stands_in() -> None:
    reception = np.array([_time('2026-11-22T08:01:00')] * 2)
    generation = np.array([reception[0] - 70 * _MILLISECOND, 0])
    found = unwrap_second([np.nan, np.nan], reception, generation)
    assert found.time.tolist() == [generation[0], reception[1]]
    assert not found.stated.any()


@pytest.mark.parametrize('minutes', [1, 2, 60])
def test_a_signed_message_replayed_whole_minutes_later_keeps_its_age(minutes: int) -> None:
    sent = _time('2026-11-22T08:01:10.100')
    reception = sent + minutes * _MINUTE
    assert unwrap_second([10.1], [reception]).time[0] == reception
    assert unwrap_second([10.1], [reception], [sent + 30 * _MILLISECOND]).time[0] == sent


@pytest.mark.parametrize('reception', [
    '2016-12-31T23:59:59.520', '2017-01-01T00:00:00.520',
], ids=['clock repeats a second', 'clock runs into the next minute'])
def test_the_leap_second_folds_onto_the_clock_of_the_receiver(reception: str) -> None:
    found = unwrap_second([60.5], [_time(reception)])
    assert float(age(found.time[0], _time(reception))) == pytest.approx(0.02)


@pytest.mark.parametrize('second', [-0.001, 61.0, 65.535, np.inf])
def test_a_second_out_of_range_counts_as_unavailable(second: float) -> None:
    reception = _time('2026-11-22T08:01:00')
    found = unwrap_second([second], [reception])
    assert not found.stated[0]
    assert found.time[0] == reception


@pytest.mark.parametrize('extreme', [np.iinfo(np.int64).min, -1, 0, np.iinfo(np.int64).max])
def test_extreme_reception_times_do_not_overflow(extreme: int) -> None:
    found = unwrap_second([30.0], np.array([extreme]), np.array([extreme]))
    assert abs(float(age(found.time[0], np.int64(extreme)))) <= 31.0


@pytest.mark.parametrize(('minute', 'second', 'reception', 'expected'), [
    (0, 0.5, '2027-01-01T00:00:00.550', '2027-01-01T00:00:00.500'),
    (525_599, 59.9, '2027-01-01T00:00:00.050', '2026-12-31T23:59:59.900'),
    (0, 0.0, '2026-12-31T23:59:59.990', '2027-01-01T00:00:00'),
    (527_039, 59.0, '2028-12-31T23:59:59.100', '2028-12-31T23:59:59'),
    (59 * 1440, 1.0, '2028-02-29T00:00:01.200', '2028-02-29T00:00:01'),
])
def test_minutes_of_the_year_find_their_year(
    minute: int, second: float, reception: str, expected: str
) -> None:
    found = unwrap_minute_of_year([minute], [second], [_time(reception)])
    assert found.time[0] == _time(expected)
    assert found.stated[0]


def test_an_invalid_minute_of_the_year_leaves_the_second() -> None:
    reception = _time('2026-11-22T08:01:00.050')
    found = unwrap_minute_of_year([np.nan, 527_040], [59.9, np.nan], [reception, reception])
    assert found.time.tolist() == [_time('2026-11-22T08:00:59.900'), reception]
    assert found.stated.tolist() == [True, False]


def test_ages_are_exact_to_the_nanosecond() -> None:
    time = _time('2026-11-22T08:01:00')
    assert float(age(time, time + 1)) == 1e-9
    assert float(age(time + 1, time)) == -1e-9
