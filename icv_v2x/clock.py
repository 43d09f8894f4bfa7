# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Absolute time of messages that state only a part of it, by the time of their reception."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

NANOSECONDS = 1_000_000_000
_MINUTE = 60 * NANOSECONDS
# Instants are kept within this, so that the difference of any two fits into 64 bits.
_EARLIEST, _LATEST = 0, 2**62
_MINUTES_OF_LEAP_YEAR = 527_040
_LEAP_SECOND = 60.0
_SECONDS_END = 61.0


@dataclass(frozen=True)
class UnwrappedTime:
    """Absolute instants of messages.

    Attributes:
        time: (n,) int64 [ns since the Unix epoch].
        stated: (n,) bool, False where the message gave no time and another one was taken.
    """

    time: NDArray[np.int64]
    stated: NDArray[np.bool_]


def unwrap_second(
    second: ArrayLike,
    reception_time: ArrayLike,
    generation_time: ArrayLike | None = None,
) -> UnwrappedTime:
    """Return the instants that DSecond means.

    It is the instant with that second in its minute that lies nearest to the reception, or to
    the generation time of the security header where there is one; so a signed message that is
    replayed a whole number of minutes later keeps its age. Each message stands for itself:
    reordering cannot shift a clock.

    POSIX time has no leap second. A clock may repeat the second before it or run into the first
    of the next minute, so the nearer of the two is taken for 60 to 60.999 s.

    Args:
        second: (n,) DSecond, 0 to below 61 [s], NaN where unavailable.
        reception_time: (n,) int64 [ns since the Unix epoch].
        generation_time: (n,) int64 [ns since the Unix epoch], 0 where not given.

    Returns:
        The instants; where the second is unavailable the generation time, where that is missing
        too the reception time.
    """
    second = np.asarray(second, dtype=np.float64)
    reference = _clip(reception_time)
    if generation_time is not None:
        generation = _clip(generation_time)
        reference = np.where(generation > 0, generation, reference)
    stated = (second >= 0.0) & (second < _SECONDS_END)
    in_minute = np.rint(np.where(stated, second, 0.0) * NANOSECONDS).astype(np.int64)
    nearest = _nearest(in_minute, reference)
    repeated = _nearest(in_minute - NANOSECONDS, reference)
    use_repeated = (in_minute >= _LEAP_SECOND * NANOSECONDS) & (
        np.abs(repeated - reference) < np.abs(nearest - reference)
    )
    instant = np.where(use_repeated, repeated, nearest)
    return UnwrappedTime(time=np.where(stated, instant, reference), stated=stated)


def unwrap_minute_of_year(
    minute: ArrayLike, second: ArrayLike, reception_time: ArrayLike
) -> UnwrappedTime:
    """Return the instants that MinuteOfTheYear and DSecond mean.

    The year is the one that brings the instant nearest to the reception, so that a message of
    the old year received in the new one, and the reverse, keep their age.

    Args:
        minute: (n,) minutes since the begin of the UTC year, 0 to 527039, NaN where unavailable.
        second: (n,) second in that minute [s], NaN where unavailable: the begin of the minute.
        reception_time: (n,) int64 [ns since the Unix epoch].

    Returns:
        The instants; where the minute is unavailable the second is unwrapped alone, as
        `unwrap_second` does.
    """
    minute = np.asarray(minute, dtype=np.float64)
    second = np.asarray(second, dtype=np.float64)
    reception = _clip(reception_time)
    stated = (minute >= 0.0) & (minute < _MINUTES_OF_LEAP_YEAR)
    in_year = np.rint(np.where(stated, minute, 0.0)).astype(np.int64) * _MINUTE
    usable = (second >= 0.0) & (second < _SECONDS_END)
    in_year = in_year + np.rint(np.where(usable, second, 0.0) * NANOSECONDS).astype(np.int64)
    year = reception.astype('datetime64[ns]').astype('datetime64[Y]')
    candidates = np.stack([
        _nanoseconds(year + change) + in_year for change in (-1, 0, 1)
    ])
    best = np.argmin(np.abs(candidates - reception), axis=0)
    instant = np.take_along_axis(candidates, best[np.newaxis], axis=0)[0]
    alone = unwrap_second(second, reception)
    return UnwrappedTime(
        time=np.where(stated, instant, alone.time), stated=stated | alone.stated
    )


def age(time: ArrayLike, now: ArrayLike) -> NDArray[np.float64]:
    """Return how long ago instants were.

    Args:
        time: int64 [ns since the Unix epoch].
        now: int64 [ns since the Unix epoch].

    Returns:
        [s], negative for the future; exact to the nanosecond below 100 days.
    """
    return (_clip(now) - _clip(time)) / NANOSECONDS


def _clip(time: ArrayLike) -> NDArray[np.int64]:
    # Many times quicker than numpy.clip for the few values of a cycle.
    return np.minimum(np.maximum(np.asarray(time, dtype=np.int64), _EARLIEST), _LATEST)


def _nearest(in_minute: NDArray[np.int64], reference: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the instants with the given time in their minute nearest to the references."""
    difference = (in_minute - reference + _MINUTE // 2) % _MINUTE - _MINUTE // 2
    return reference + difference


def _nanoseconds(year: NDArray[np.datetime64]) -> NDArray[np.int64]:
    return year.astype('datetime64[ns]').view(np.int64)
