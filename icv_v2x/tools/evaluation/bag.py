# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What is kept of one bag: counts, durations and the health of its inputs, as plain values."""

from __future__ import annotations

import contextlib
import io
import math
from array import array
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.advisory.types import Level, Mode
from icv_v2x.dataset.outcomes import OutcomeWatch
from icv_v2x.interchange import BagReader
from icv_v2x.interchange.errors import BagError
from icv_v2x.parameters import ParameterError
from icv_v2x.report.situations import SituationGrouper
from icv_v2x.tools.bag_source import parameters_of
from icv_v2x.tools.replay import replay

if TYPE_CHECKING:
    from icv_v2x.interchange.playback import Step
    from icv_v2x.tools.replay import Outcome

DONE = 'done'
BROKEN = 'broken'
"""The bag or its parameters cannot be used; trying again would not help."""
FAILED = 'failed'
"""The work on it ended unexpectedly; it is tried again."""

_NOTES = 20
_MILLI = 1e-3


@dataclass(frozen=True)
class Task:
    """One bag to replay.

    Attributes:
        bag: Path of the bag.
        params: Parameter file, None: that of the bag.
        profile: Vehicle profile, None: none.
    """

    bag: str
    params: str | None = None
    profile: str | None = None

    @property
    def params_path(self) -> Path | None:
        """The parameter file as a path."""
        return None if self.params is None else Path(self.params)


def evaluate_bag(task: Task) -> dict[str, Any]:
    """Replay a bag and return what came of it; never raises for a bag that cannot be used.

    Args:
        task: The bag.

    Returns:
        Values as JSON holds them, see `docs/data.md`.
    """
    notes = io.StringIO()
    try:
        # What a replay says to a person goes with the result; many would speak at once here.
        with contextlib.redirect_stderr(notes):
            result = _replayed(task)
    except (BagError, ParameterError, OSError) as error:
        result = without_result(task, BROKEN, str(error))
    return {**result, 'notes': notes.getvalue().splitlines()[:_NOTES]}


def without_result(task: Task, status: str, error: str) -> dict[str, Any]:
    """Return the result of a bag of which there is none.

    Args:
        task: The bag.
        status: `BROKEN` or `FAILED`.
        error: Why.
    """
    return {'bag': task.bag, 'status': status, 'error': ' '.join(error.split()) or status}


def _replayed(task: Task) -> dict[str, Any]:
    path = Path(task.bag)
    with BagReader(path) as bag:
        parameters = parameters_of(path, task.params_path, task.profile)
        tally = _Tally(round(parameters.cycle.rate))
        outcome = replay(bag, parameters, tally.add)
    return {'bag': task.bag, 'status': DONE, 'error': '', **tally.values(), **_of_run(outcome)}


class _Tally:
    """Counts over the cycles of a run; samples ages once a second."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._cycles = 0
        self._grouper = SituationGrouper(minimum=Level.INFO)
        self._outcomes = OutcomeWatch()
        self._verdicts: Counter[str] = Counter()
        self._levels: Counter[tuple[str, str]] = Counter()
        self._modes: Counter[str] = Counter()
        self._tracks = 0
        self._tracks_most = 0
        self._track_ages = array('f')
        self._ego_ages = array('f')
        self._ego_age_greatest = 0.0

    def add(self, step: Step) -> None:
        cycle = step.cycle
        self._grouper.add(cycle.stamp, cycle.advisories)
        self._judge(self._outcomes.add(cycle, step.time))
        for advisory in cycle.advisories:
            self._levels[advisory.application.name, advisory.level.name] += 1
        self._modes[Mode(cycle.mode).name] += 1
        self._tracks += len(cycle.tracks)
        self._tracks_most = max(self._tracks_most, len(cycle.tracks))
        if cycle.ego is not None:
            self._ego_age_greatest = max(self._ego_age_greatest, cycle.ego.age)
        if self._cycles % self._rate == 0:
            self._track_ages.extend(cycle.tracks.age[np.isfinite(cycle.tracks.age)].tolist())
            if cycle.ego is not None:
                self._ego_ages.append(cycle.ego.age)
        self._cycles += 1

    def values(self) -> dict[str, Any]:
        self._judge(self._outcomes.finish())
        situations = Counter(
            (s.application.name, s.level.name) for s in self._grouper.finish())
        urgent = {level.name for level in Level if level >= Level.WARNING}
        return {
            'modes': dict(sorted(self._modes.items())),
            'advisories': [
                {'application': key[0], 'level': key[1], 'cycles': self._levels[key],
                 'situations': situations[key]}
                for key in sorted({*self._levels, *situations})],
            'warnings': sum(n for (_, level), n in situations.items() if level in urgent),
            'verdicts': dict(sorted(self._verdicts.items())),
            'tracks_mean': self._tracks / self._cycles if self._cycles else None,
            'tracks_most': self._tracks_most,
            'track_age': _median(self._track_ages),
            'ego_age': _median(self._ego_ages),
            'ego_age_greatest': self._ego_age_greatest if self._ego_ages else None,
        }

    def _judge(self, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            if row['verdict'] is not None and Level[row['level']] >= Level.WARNING:
                self._verdicts[row['verdict']] += 1


def _of_run(outcome: Outcome) -> dict[str, Any]:
    counters, timing = outcome.counters, outcome.timing
    return {
        'duration': timing['bag_s'],
        'elapsed': timing['elapsed_s'],
        'cycles': counters.cycles,
        'received': counters.received,
        'accepted': counters.accepted,
        'inputs': {
            'frames': dict(sorted(counters.rejected.items())),
            'objects': dict(sorted(counters.rejected_objects.items())),
            'inputs': dict(sorted(outcome.refused.items())),
            'messages': dict(sorted(outcome.unreadable.items())),
        },
        'cycle_median': _seconds(timing, 'cycle', 'median_ms'),
        'cycle_p99': _seconds(timing, 'cycle', 'p99_ms'),
        'cycle_greatest': _seconds(timing, 'cycle', 'maximum_ms'),
        'decoding_p99': _seconds(timing, 'decoding', 'p99_ms'),
    }


def _seconds(timing: dict[str, Any], stage: str, figure: str) -> float | None:
    value = timing[stage].get(figure)
    return None if value is None else float(value) * _MILLI


def _median(values: array[float]) -> float | None:
    median = float(np.median(values)) if len(values) else math.nan
    return median if math.isfinite(median) else None
