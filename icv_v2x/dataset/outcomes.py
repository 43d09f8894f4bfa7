# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What happened after each advisory: how close both came, who braked, and the verdict on it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.advisory.types import NAN, Level
from icv_v2x.scenes.judgement import AHEAD, judge
from icv_v2x.scenes.manoeuvres import States
from icv_v2x.scenes.truth import rectangle_distance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from icv_v2x.advisory.types import Advisory
    from icv_v2x.pipeline import Cycle

    Array = NDArray[np.float64]

BRAKING = 1.0
"""Deceleration above which the ego counts as braking [m/s2]."""

_SECOND = 1e9
# The arbiter keeps the number of a situation over shorter pauses [ns].
_PAUSE = 1_000_000_000
_STATE = ('x', 'y', 'heading', 'speed', 'acceleration')


@dataclass
class _Watch:
    """One advisory while it is in force or looked after.

    Attributes:
        first: As it was first given.
        begin: First cycle [ns since the Unix epoch].
        time: The same [s] since the first message.
        identity: Number of the subject's object, -1: none is tracked.
        sizes: Length and width of ego and subject [m].
        highest: As it was at the highest level.
        end: Last cycle [s].
        last: Last cycle [ns].
        cycles: Cycles in force.
        ego: Rows of [s] after the begin and `_STATE`.
        subject: Likewise.
    """

    first: Advisory
    begin: int
    time: float
    identity: int
    sizes: tuple[tuple[float, float], tuple[float, float]]
    highest: Advisory
    end: float = 0.0
    last: int = 0
    cycles: int = 0
    ego: list[tuple[float, ...]] = field(default_factory=list)
    subject: list[tuple[float, ...]] = field(default_factory=list)


class OutcomeWatch:
    """Follows every advisory from its first cycle on; keeps 5 s of two road users for each."""

    def __init__(self) -> None:
        """Start with nothing to look after."""
        self._open: dict[int, _Watch] = {}
        self._stamp: int | None = None

    def add(self, cycle: Cycle, time: float) -> list[dict[str, Any]]:
        """Take one cycle.

        Args:
            cycle: The cycle.
            time: [s] since the first message.

        Returns:
            Rows of `outcomes` of what is over.
        """
        back = self._stamp is not None and cycle.stamp < self._stamp
        rows = self.finish() if back else []
        self._stamp = cycle.stamp
        for advisory in cycle.advisories:
            watch = self._open.get(advisory.id)
            if watch is None:
                watch = self._open[advisory.id] = _begun(cycle, advisory, time)
            if advisory.level > watch.highest.level:
                watch.highest = advisory
            watch.end, watch.last = time, cycle.stamp
            watch.cycles += 1
        for watch in self._open.values():
            _observe(watch, cycle)
        over = [
            number for number, watch in self._open.items()
            if cycle.stamp - watch.last > _PAUSE and cycle.stamp - watch.begin > AHEAD * _SECOND]
        return rows + [_row(self._open.pop(number)) for number in over]

    def finish(self) -> list[dict[str, Any]]:
        """Return the rows of all that is still looked after, and forget it."""
        rows = [_row(watch) for watch in self._open.values()]
        self._open.clear()
        return rows


def _begun(cycle: Cycle, advisory: Advisory, time: float) -> _Watch:
    row = next(_rows(cycle, advisory), None)
    tracks, ego = cycle.tracks, cycle.ego
    none = (NAN, NAN)
    return _Watch(
        advisory, cycle.stamp, time, -1 if row is None else int(tracks.identity[row]),
        (none if ego is None else (ego.length, ego.width),
         none if row is None else (float(tracks.length[row]), float(tracks.width[row]))),
        advisory)


def _rows(cycle: Cycle, advisory: Advisory) -> Iterator[int]:
    """Yield the row of the track that an advisory names first, if it is one."""
    if not advisory.subject_ids:
        return
    sender, _, number = advisory.subject_ids[0].partition(':')
    try:
        numbers = int(sender, 16), int(number) if number else -1
    except ValueError:
        return
    tracks = cycle.tracks
    found = (tracks.sender_id == np.uint64(numbers[0])) & (tracks.object_id == numbers[1])
    yield from np.flatnonzero(found).tolist()


def _observe(watch: _Watch, cycle: Cycle) -> None:
    after = (cycle.stamp - watch.begin) / _SECOND
    if after > AHEAD or cycle.ego is None:
        return
    watch.ego.append((after, *(float(getattr(cycle.ego, name)) for name in _STATE)))
    if watch.identity < 0:
        return
    # Numbers of objects stay over a change of the temporary id.
    for row in np.flatnonzero(cycle.tracks.identity == watch.identity)[:1]:
        watch.subject.append((
            after, *(float(getattr(cycle.tracks, name)[row]) for name in _STATE)))


def _row(watch: _Watch) -> dict[str, Any]:
    first, highest = watch.first, watch.highest
    row: dict[str, Any] = {
        'advisory_id': first.id,
        'scenario': highest.scenario.name,
        'application': highest.application.name,
        'level': Level(highest.level).name,
        'subject': first.subject_ids[0] if first.subject_ids else None,
        'begin_stamp': watch.begin,
        'begin': watch.time,
        'end': watch.end,
        'cycles': watch.cycles,
        'time_to_conflict': first.time_to_conflict,
        'required_deceleration': first.required_deceleration,
        'observed': 0.0, 'closest_distance': NAN, 'closest_time': NAN,
        'unbraked_distance': NAN, 'verdict': None,
        'subject_speed': NAN, 'subject_braking': NAN,
        **_ego_values(watch),
    }
    if watch.ego and watch.subject:
        row.update(_subject_values(watch))
    return row


def _ego_values(watch: _Watch) -> dict[str, Any]:
    if not watch.ego:
        return dict.fromkeys(
            ('ego_speed', 'ego_speed_least', 'ego_braking', 'ego_braking_time'), NAN)
    ego = np.asarray(watch.ego)
    braking = -ego[:, 5]
    since = np.flatnonzero(braking > BRAKING)
    return {
        'ego_speed': ego[0, 4],
        'ego_speed_least': float(ego[:, 4].min()),
        'ego_braking': _greatest(braking),
        'ego_braking_time': float(ego[since[0], 0]) if len(since) else NAN,
    }


def _subject_values(watch: _Watch) -> dict[str, Any]:
    ego, subject = np.asarray(watch.ego), np.asarray(watch.subject)
    ego_size, subject_size = watch.sizes
    until = min(ego[-1, 0], subject[-1, 0])
    times = subject[(subject[:, 0] >= ego[0, 0]) & (subject[:, 0] <= until), 0]
    distance = rectangle_distance(
        _states(ego, times), ego_size, _states(subject, times), subject_size)
    verdict = judge(
        0.0, partial(_states, ego), ego_size, partial(_states, subject), subject_size,
        float(until))
    nearest = int(np.argmin(distance)) if len(distance) else -1
    return {
        'observed': float(until),
        'closest_distance': float(distance[nearest]) if nearest >= 0 else NAN,
        'closest_time': float(times[nearest]) if nearest >= 0 else NAN,
        'unbraked_distance': verdict.nearest,
        'verdict': verdict.verdict,
        'subject_speed': float(subject[0, 4]),
        'subject_braking': _greatest(-subject[:, 5]),
    }


def _greatest(braking: Array) -> float:
    known = braking[np.isfinite(braking)]
    return max(float(known.max()), 0.0) if len(known) else math.nan


def _states(rows: Array, time: Array) -> States:
    def column(values: Array) -> Array:
        return np.interp(time, rows[:, 0], values)

    none = np.zeros(len(time))
    return States(
        time=time, x=column(rows[:, 1]), y=column(rows[:, 2]), z=none,
        heading=column(np.unwrap(rows[:, 3])), speed=column(rows[:, 4]),
        acceleration=none, yaw_rate=none)
