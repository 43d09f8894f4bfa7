# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The signal store: what road-side units said of each phase last, and what it shows now."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.inputs import Verification
from icv_v2x.message_set.records.spat import IntersectionStatus
from icv_v2x.signals.signals import Doubt, Signals, no_signals
from icv_v2x.translate.signal_reports import PERMANENT_GREEN, STEPS, Light

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.parameters import Parameters
    from icv_v2x.translate.signal_reports import SignalReports

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Rows = NDArray[np.int64]

# Messages that follow each other faster do not make their sender stale sooner [s].
_SHORTEST_PERIOD = 0.1
_PERIOD_GAIN = 0.25
# A light that changes this long before its earliest end is believed when it is said again [s].
_EARLY = 1.0
# A light that comes back within this time is, too [s]; no light is that short.
_BACK_WITHIN = 1.5
# An end that runs on with the clock this long, and by this share of it, is none [s].
_ROLLING = 2.0
_ROLLING_SHARE = 0.8
# Of two steps the next one follows at once where it begins this soon [s].
_FOLLOWS = 0.15

_BROKEN = IntersectionStatus.NO_VALID_SPA_TIS_AVAILABLE_AT_THIS_TIME
_DARK = IntersectionStatus.OFF
_UNTIMED = IntersectionStatus.MANUAL_CONTROL_IS_ENABLED | IntersectionStatus.STOP_TIME_IS_ACTIVATED
_UNSTEADY = (
    IntersectionStatus.PREEMPT_IS_ACTIVE | IntersectionStatus.SIGNAL_PRIORITY_IS_ACTIVE
    | IntersectionStatus.FAILURE_FLASH | IntersectionStatus.FAILURE_MODE
    | IntersectionStatus.STANDBY_OPERATION
)
# By light: whether it restricts, and whether a controller that has failed may show it.
_UNAVAILABLE = int(Light.UNAVAILABLE)
_RESTRICTIVE = np.zeros(256, dtype=np.bool_)
_RESTRICTIVE[[Light.FLASHING_RED, Light.RED, Light.YELLOW, Light.FLASHING_YELLOW]] = True
_OF_FAILURE = np.zeros(256, dtype=np.bool_)
_OF_FAILURE[[Light.FLASHING_RED, Light.FLASHING_YELLOW, Light.DARK]] = True

_TABLES = (
    'start', 'minimum_end', 'likely_end', 'maximum_end', 'confidence', 'next_start', 'next_end')
_COLUMNS: dict[str, Any] = {
    'time': np.int64, 'reception_time': np.int64, 'region': np.int32,
    'intersection_id': np.int32, 'phase_id': np.uint8, 'status': np.uint16,
    'verification': np.uint8, 'signer': np.uint64,
}
# What is remembered from message to message of one sender.
_MEMORY: dict[str, Any] = {
    'key': np.int64, 'period': np.float64, 'unconfirmed': np.bool_, 'before': np.uint8,
    'changed': np.int64, 'rolling': np.int64,
}


class SignalVerdict(IntEnum):
    """What became of a statement on one phase."""

    ACCEPTED = 0
    DUPLICATE = 1
    LATE = 2
    OVERLOAD = 3

    @property
    def reason(self) -> str:
        """Under which it is counted."""
        return self.name.lower()


class SignalStore:
    """Keeps the newest statement of every sender on every phase, bounded; one row each.

    Several senders may speak of one phase. Where those of the best verification agree, the newest
    one counts; where they do not, the phase is unknown.
    """

    def __init__(self, parameters: Parameters) -> None:
        """Start without any signal."""
        self._capacity = parameters.signals.maximum
        self.configure(parameters)
        self.clear()

    def configure(self, parameters: Parameters) -> None:
        """Take changed limits over; what is known stays."""
        self._limits = parameters.signals

    def clear(self) -> None:
        """Forget every signal."""
        self._data: dict[str, NDArray[Any]] = {
            **{name: np.zeros(0, kind) for name, kind in (_COLUMNS | _MEMORY).items()},
            **{name: np.zeros((0, STEPS)) for name in _TABLES},
            'light': np.zeros((0, STEPS), np.uint8),
        }
        self._rows: dict[tuple[int, int, int, int], int] = {}
        self._keys: dict[tuple[int, int, int], int] = {}

    def __len__(self) -> int:
        """Return the number of statements kept."""
        return len(self._rows)

    def update(self, reports: SignalReports) -> NDArray[np.uint8]:
        """Take statements in.

        Args:
            reports: In any order; each counts from its own time.

        Returns:
            (n,) values of `SignalVerdict`.
        """
        verdicts = np.full(len(reports), int(SignalVerdict.ACCEPTED), dtype=np.uint8)
        if not len(reports):
            return verdicts
        for rows in _rounds(reports):
            verdicts[rows] = self._take(reports.take(rows))
        return verdicts

    def _take(self, reports: SignalReports) -> NDArray[np.uint8]:
        """Take statements of which no two are on one phase by one sender."""
        verdicts = np.full(len(reports), int(SignalVerdict.ACCEPTED), dtype=np.uint8)
        rows, fresh = self._place(reports)
        verdicts[rows < 0] = SignalVerdict.OVERLOAD
        held = self._data['time'][rows]
        known = (rows >= 0) & ~fresh
        verdicts[known & (reports.time < held)] = SignalVerdict.LATE
        verdicts[known & (reports.time == held)] = SignalVerdict.DUPLICATE
        good = verdicts == int(SignalVerdict.ACCEPTED)
        if good.any():
            if not good.all():
                reports, rows, fresh = reports.take(good), rows[good], fresh[good]
            self._remember(reports, rows, fresh)
            for name in (*_COLUMNS, *_TABLES, 'light'):
                self._data[name][rows] = getattr(reports, name)
        return verdicts

    def _place(self, reports: SignalReports) -> tuple[Rows, Flags]:
        """Return the row of each statement, -1 where there is no room, and which rows are new."""
        rows = np.empty(len(reports), dtype=np.int64)
        fresh = np.zeros(len(reports), dtype=np.bool_)
        names = list(zip(
            reports.region.tolist(), reports.intersection_id.tolist(),
            reports.phase_id.tolist(), reports.signer.tolist(), strict=True))
        missing = [name for name in names if name not in self._rows]
        if missing:
            self._make_room(len(missing), int(reports.time.max()))
            self._grow(min(len(missing), self._capacity - len(self._rows)))
        for index, name in enumerate(names):
            row = self._rows.get(name)
            if row is None:
                row = len(self._rows)
                if row >= self._capacity:
                    rows[index] = -1
                    continue
                self._rows[name] = row
                self._data['key'][row] = self._keys.setdefault(name[:3], len(self._keys))
                fresh[index] = True
            rows[index] = row
        return rows, fresh

    def _grow(self, count: int) -> None:
        if count > 0:
            short = len(self._rows) + count - len(self._data['time'])
            for name, column in self._data.items():
                more = np.zeros((max(short, 0), *column.shape[1:]), column.dtype)
                self._data[name] = np.concatenate([column, more])

    def _make_room(self, count: int, now: int) -> None:
        """Drop what is forgotten, and where that is not enough what is unverified."""
        if len(self._rows) + count <= self._capacity:
            return
        age = (now - self._data['time'][:len(self._rows)]) / 1e9
        unverified = self._data['verification'][:len(self._rows)] != int(Verification.VERIFIED)
        self._keep(~(unverified | (age > self._limits.age_maximum)))

    def _keep(self, mask: Flags) -> None:
        """Keep the rows of a mask."""
        if mask.all():
            return
        held = [name for name, good in zip(self._rows, mask.tolist(), strict=True) if good]
        self._data = {
            name: column[:len(mask)][mask] for name, column in self._data.items()}
        self._rows = {name: row for row, name in enumerate(held)}
        self._keys = {}
        for row, name in enumerate(held):
            self._data['key'][row] = self._keys.setdefault(name[:3], len(self._keys))

    def _remember(self, reports: SignalReports, rows: Rows, fresh: Flags) -> None:
        """Bring the memory of rows up to date, before their statements are replaced."""
        data = self._data
        passed = (reports.time - data['time'][rows]) / 1e9
        # After a silence the cadence is learnt anew, and nothing is compared with what was.
        anew = fresh | (passed > self._limits.age_maximum)
        period = data['period'][rows]
        first = anew | np.isnan(period)
        step = np.where(first, passed, np.clip(passed, 0.0, 2.0 * period))
        period = np.where(first, step, period + _PERIOD_GAIN * (step - period))
        data['period'][rows] = np.where(anew, np.nan, period)

        old, new = data['light'][rows, 0], reports.light[:, 0]
        # The old statement may itself have gone on to a later step by now.
        step_now = _step(data['start'][rows], passed)
        old = np.where(step_now >= 0, data['light'][rows, np.maximum(step_now, 0)], old)
        at = rows, np.maximum(step_now, 0)
        earliest = data['minimum_end'][at] - passed
        changed = ~anew & (new != old) & (new > 0) & (old > 0)
        back = changed & (new == data['before'][rows]) & (
            reports.time - data['changed'][rows] < _BACK_WITHIN * 1e9)
        early = changed & (earliest > _EARLY)
        same = new == data['light'][rows, 0]
        data['unconfirmed'][rows] = (data['unconfirmed'][rows] & ~same & ~anew) | back | early
        data['before'][rows] = np.where(
            anew, int(Light.UNAVAILABLE), np.where(changed, old, data['before'][rows]))
        data['changed'][rows] = np.where(changed | anew, reports.time, data['changed'][rows])

        shift = reports.likely_end[:, 0] - (data['likely_end'][at] - passed)
        rolls = ~anew & ~changed & (shift >= _ROLLING_SHARE * passed)
        data['rolling'][rows] = np.where(rolls, data['rolling'][rows], reports.time)

    def snapshot(self, now: int) -> Signals:
        """Return every phase that was heard of, at an instant.

        Args:
            now: [ns since the Unix epoch].

        Returns:
            One row per phase. Nothing is told of a phase beyond its stated end, except that a
            stated yellow or red has begun: a green has to be heard.
        """
        count = len(self._rows)
        if not count:
            return no_signals(now)
        age = self._age(now)
        if (age[:count] > self._limits.forget).any():
            self._keep(age[:count] <= self._limits.forget)
            count, age = len(self._rows), self._age(now)
            if not count:
                return no_signals(now)
        data = {name: column[:count] for name, column in self._data.items()}
        period = np.where(np.isnan(data['period']), np.inf, data['period'])
        limit = np.minimum(
            self._limits.stale_periods * np.maximum(period, _SHORTEST_PERIOD),
            self._limits.age_maximum)
        stale = age > limit
        shown = _shown(data, now)
        chosen, contradicted = self._choose(data, age, stale, shown)
        return _signals(
            now, {name: column[chosen] for name, column in data.items()}, age[chosen],
            {name: column[chosen] for name, column in shown.items()},
            stale[chosen], contradicted)

    def _age(self, now: int) -> Floats:
        """Return how old statements are, by their own time or by that of their reception."""
        count = len(self._rows)
        oldest = np.minimum(self._data['time'][:count], self._data['reception_time'][:count])
        return np.asarray((now - oldest) / 1e9)

    def _choose(
        self, data: dict[str, NDArray[Any]], age: Floats, stale: Flags,
        shown: dict[str, NDArray[Any]],
    ) -> tuple[Rows, Flags]:
        """Return the row that speaks for each phase, and where senders contradict each other."""
        key = data['key']
        verified = data['verification'] == int(Verification.VERIFIED)
        rank = np.where(stale, 0, np.where(verified, 2, 1))
        order = np.lexsort((age, -rank, key))
        first = np.ones(len(order), dtype=np.bool_)
        first[1:] = key[order][1:] != key[order][:-1]
        chosen = order[first]
        group = np.cumsum(first) - 1
        peers = (rank[order] == rank[chosen][group]) & ~stale[order]
        if len(chosen) == len(order):
            return chosen, np.zeros(len(chosen), dtype=np.bool_)
        light = shown['light'][order]
        other = peers & (light != shown['light'][chosen][group])
        apart = np.abs(shown['likely'][order] - shown['likely'][chosen][group])
        other |= peers & (apart > self._limits.end_tolerance)
        return chosen, np.bincount(group, other, minlength=len(chosen)) > 0


def _rounds(reports: SignalReports) -> list[Rows]:
    """Return the rows in the order of their time, split so that no split has a name twice."""
    if (reports.time == reports.time[0]).all() and (reports.frame == reports.frame[0]).all():
        return [np.arange(len(reports))]
    rounds: list[list[int]] = []
    seen: dict[tuple[int, int, int, int], int] = {}
    order = np.argsort(reports.time, kind='stable').tolist()
    names = list(zip(
        reports.region.tolist(), reports.intersection_id.tolist(), reports.phase_id.tolist(),
        reports.signer.tolist(), strict=True))
    for row in order:
        place = seen.get(names[row], 0)
        seen[names[row]] = place + 1
        if place == len(rounds):
            rounds.append([])
        rounds[place].append(row)
    return [np.array(rows, dtype=np.int64) for rows in rounds]


def _step(start: Floats, passed: Floats) -> Rows:
    """Return the step (n,) of sequences (n, STEPS) that holds at (n,) [s], -1 for none."""
    return np.asarray(np.count_nonzero(start <= passed[:, np.newaxis] + 1e-9, axis=1) - 1)


def _shown(data: dict[str, NDArray[Any]], now: int) -> dict[str, NDArray[Any]]:
    """Return what every statement says of an instant: step, light, ends and doubts of its own."""
    passed = (now - data['time']) / 1e9
    rows = np.arange(len(passed))
    first = np.zeros(len(passed), dtype=np.int64)
    # The first step that is not over; a later one must follow at once, and be no green.
    last = np.fmax(data['likely_end'], data['maximum_end']) - passed[:, np.newaxis]
    over = last <= 0.0
    step = _step(data['start'], passed)
    none = step < 0
    step = np.maximum(step, 0)
    # A likely end that is past does not end a light that may last on.
    lasts = ~over[rows, first] & (step > 0)
    step = np.where(lasts, 0, step)
    light = data['light'][rows, step].copy()
    begun = _RESTRICTIVE[light]
    ended = over[rows, step] | ((step > 0) & ~begun) | none
    likely = data['likely_end'][rows, step] - passed
    minimum = data['minimum_end'][rows, step] - passed
    maximum = data['maximum_end'][rows, step] - passed
    # The likely end is past while the latest is not: it may end at any moment.
    likely = np.where(likely <= 0.0, np.nan, likely)
    light[ended] = Light.UNAVAILABLE
    return {
        'step': step, 'light': light, 'likely': likely, 'passed': passed, 'ended': ended,
        'minimum': np.maximum(minimum, 0.0), 'maximum': maximum,
    }


def _signals(
    now: int, data: dict[str, NDArray[Any]], age: Floats, shown: dict[str, NDArray[Any]],
    stale: Flags, contradicted: Flags,
) -> Signals:
    """Return the chosen rows as signals, with their doubts."""
    rows, step = np.arange(len(age)), shown['step']
    light = shown['light'].copy()
    status = data['status']
    permanent = data['phase_id'] == PERMANENT_GREEN
    dark = (status & int(_DARK)) != 0
    light[dark] = Light.DARK
    failing = (status & int(
        IntersectionStatus.FAILURE_FLASH | IntersectionStatus.FAILURE_MODE)) != 0
    steady_light = ~_OF_FAILURE[light]
    doubt = np.full(len(age), int(Doubt.NONE), dtype=np.uint8)
    for mask, why in (
        ((light == int(Light.UNAVAILABLE)), int(Doubt.NOT_STATED)),
        (shown['ended'] & ~permanent & ~dark, Doubt.ENDED),
        # A controller that has failed shows no regular light.
        (failing & steady_light, Doubt.OUT_OF_ORDER),
        ((status & int(_BROKEN)) != 0, Doubt.OUT_OF_ORDER),
        (data['unconfirmed'], Doubt.UNCONFIRMED),
        (contradicted, Doubt.CONTRADICTORY),
        (stale, Doubt.STALE),
    ):
        doubt[mask] = why
    known = doubt == int(Doubt.NONE)
    light[~known] = Light.UNAVAILABLE
    timed = known & ((status & int(_UNTIMED)) == 0) & ~dark & ~failing
    rolling = (data['time'] - data['rolling']) / 1e9 >= _ROLLING
    following = np.minimum(step + 1, STEPS - 1)
    follows = timed & (step + 1 < STEPS) & (data['light'][rows, following] > 0)
    late = np.arange(STEPS)
    # The steps begin with the present one.
    pick = np.minimum(step[:, np.newaxis] + late, STEPS - 1)
    beyond = step[:, np.newaxis] + late >= STEPS
    there = timed[:, np.newaxis] & ~beyond
    at = rows[:, np.newaxis], pick
    passed = shown['passed'][:, np.newaxis]

    def steps(name: str) -> Floats:
        return np.where(there, data[name][at] - passed, np.nan)

    starts = np.where(there, data['start'][at] - passed, np.inf)
    end = np.where(
        np.isnan(data['likely_end']), data['maximum_end'], data['likely_end'])
    return Signals(
        stamp=now,
        region=data['region'], intersection_id=data['intersection_id'],
        phase_id=data['phase_id'],
        light=light,
        time_to_end_min=np.where(timed, shown['minimum'], np.nan),
        time_to_end_likely=np.where(timed, shown['likely'], np.nan),
        time_to_end_max=np.where(timed, shown['maximum'], np.nan),
        next_light=np.where(follows, data['light'][rows, following], _UNAVAILABLE).astype(
            np.uint8),
        next_duration=np.where(
            follows, end[rows, following] - data['start'][rows, following], np.nan),
        confidence=np.where(timed, data['confidence'][rows, step], np.nan),
        status=status, age=age, verification=data['verification'], signer=data['signer'],
        doubt=doubt,
        steady=timed & ~rolling & ((status & int(_UNSTEADY)) == 0),
        step_light=np.where(there, data['light'][at], _UNAVAILABLE).astype(np.uint8),
        step_start=starts,
        step_minimum_end=steps('minimum_end'),
        step_likely_end=steps('likely_end'),
        step_maximum_end=steps('maximum_end'),
        step_next_start=steps('next_start'),
        step_next_end=steps('next_end'),
    )
