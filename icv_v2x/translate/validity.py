# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""When something holds that states its begin and end by a part of the date only."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from icv_v2x.clock import NANOSECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icv_v2x.message_set.records.common import DateTime

OPEN = 0
"""A begin or an end that is not stated."""

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
# What is stated beyond these is kept there; differences of any two fit into 64 bits.
_EARLIEST, _LATEST = 1, 2**62
_MICROSECOND = timedelta(microseconds=1)
# Where only the begin or the end is stated, what is farther ahead or behind is that of the other
# year: what is told now matters now.
_LONG = 30 * 86_400 * NANOSECONDS


def minutes_of_year(begin: float, end: float, reference: int) -> tuple[int, int]:
    """Return the interval that two minutes of some year mean.

    Args:
        begin: Since the UTC year began [s], NaN: not stated.
        end: Likewise.
        reference: When it was told [ns since the Unix epoch].

    Returns:
        Begin and end [ns since the Unix epoch], `OPEN` where not stated.
    """
    year = _moment(reference).year
    return interval(_in_years(begin, year), _in_years(end, year), reference)


def date_times(
    begin: DateTime | None, end: DateTime | None, reference: int
) -> tuple[int, int]:
    """Return the interval that two dates mean, which may leave out years, days or hours.

    Args:
        begin: None: not stated.
        end: Likewise.
        reference: When it was told [ns since the Unix epoch].

    Returns:
        Begin and end [ns since the Unix epoch], `OPEN` where not stated or no date.
    """
    return interval(_instants(begin, reference), _instants(end, reference), reference)


def interval(begins: Sequence[int], ends: Sequence[int], reference: int) -> tuple[int, int]:
    """Return the interval meant, of several that a partial date allows.

    It is the one that holds at the reference or, where none does, the nearest to it; its end is
    the first one after its begin.

    Args:
        begins: Possible begins [ns since the Unix epoch], ascending; none: not stated.
        ends: Possible ends, likewise.
        reference: When it was told [ns since the Unix epoch].

    Returns:
        Begin and end, `OPEN` where not stated.
    """
    if not begins and not ends:
        return OPEN, OPEN
    if not ends:
        soon = [begin for begin in begins if begin <= reference + _LONG]
        return (soon[-1] if soon else begins[0]), OPEN
    if not begins:
        late = [end for end in ends if end >= reference - _LONG]
        return OPEN, (late[0] if late else ends[-1])
    pairs = [
        (begin, min((end for end in ends if end >= begin), default=begin)) for begin in begins
    ]

    def distance(pair: tuple[int, int]) -> int:
        return max(pair[0] - reference, reference - pair[1], 0)

    return min(pairs, key=distance)


def _in_years(seconds: float, year: int) -> list[int]:
    if math.isnan(seconds):
        return []
    offset = round(seconds) * NANOSECONDS
    return [
        _nanoseconds(datetime(other, 1, 1, tzinfo=timezone.utc)) + offset
        for other in range(year - 1, year + 3)
    ]


def _instants(stated: DateTime | None, reference: int) -> list[int]:
    """Return the instants near the reference that a partial date may mean, ascending."""
    if stated is None:
        return []
    zone = timezone(timedelta(minutes=stated.offset or 0))
    values = (stated.year, stated.month, stated.day, stated.hour, stated.minute)
    missing = next((place for place, value in enumerate(values) if value is not None), None)
    if missing is None:
        return []
    now = _moment(reference).astimezone(zone)
    found = set()
    for shift in (-1, 0, 1, 2) if missing else (0,):
        near = _shifted(now, missing, shift)
        year, month, day, hour, minute = (
            value if value is not None else (near[place] if place < missing else low)
            for place, (value, low) in enumerate(zip(values, (1, 1, 1, 0, 0), strict=True))
        )
        try:
            moment = datetime(year, month, day, hour, minute, tzinfo=zone)
        except (ValueError, OverflowError):
            continue
        second = 0.0 if math.isnan(stated.second) else stated.second
        instant = _nanoseconds(moment) + round(second * NANOSECONDS)
        found.add(min(max(instant, _EARLIEST), _LATEST))
    return sorted(found)


def _shifted(now: datetime, missing: int, shift: int) -> tuple[int, ...]:
    """Return year, month, day, hour, minute after some of the last unit that is missing."""
    year, month = now.year, now.month
    if missing == 1:
        year += shift
    elif missing == 2:
        year, month = divmod(year * 12 + month - 1 + shift, 12)
        month += 1
    elif missing > 2:
        now = now + shift * (timedelta(days=1), timedelta(hours=1))[missing - 3]
        year, month = now.year, now.month
    return year, month, now.day, now.hour, now.minute


def _moment(instant: int) -> datetime:
    return _EPOCH + timedelta(microseconds=instant // 1000)


def _nanoseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND * 1000
