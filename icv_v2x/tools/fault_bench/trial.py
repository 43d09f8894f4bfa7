# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""One drive through one pipeline under faults, and what can be read off it."""

from __future__ import annotations

import dataclasses
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.advisory.types import Level, Mode
from icv_v2x.faults import degrade
from icv_v2x.inputs import FrameBatch
from icv_v2x.interchange.playback import play
from icv_v2x.pipeline import Pipeline
from icv_v2x.trust import TrustLevel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from icv_v2x.advisory.types import Advisory
    from icv_v2x.faults import Operator
    from icv_v2x.parameters import Parameters
    from icv_v2x.pipeline.pipeline import Cycle
    from icv_v2x.tools.fault_bench.drives import Drive

_SECOND = 1_000_000_000
_VALIDITY = 0.3
_NEAR = 2.5
_PAGE = 4096


class _Meter:
    """A pipeline that notes what its cycles cost, and how many frames came to it."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.frames = 0
        self.costs: list[float] = []
        self._spent = 0.0

    def receive(self, item: Any, received: int) -> Any:
        if isinstance(item, FrameBatch):
            self.frames += len(item)
        begin = time.thread_time()
        answer = self.pipeline.receive(item, received)
        self._spent += time.thread_time() - begin
        return answer

    def lose(self, frames: int, reason: str) -> None:
        self.frames += frames
        self.pipeline.lose(frames, reason)

    def cycle(self, now: int) -> Cycle:
        begin = time.thread_time()
        cycle = self.pipeline.cycle(now)
        self.costs.append(time.thread_time() - begin + self._spent)
        self._spent = 0.0
        return cycle


@dataclass(frozen=True)
class Trial:
    """What a pipeline said and counted in one run.

    Attributes:
        start: Time of the first input [ns].
        cycles: All of them.
        frames: Frames that the harness handed over.
        received: Frames that the pipeline says it received.
        accepted: Frames that it used.
        rejected: Reason to frames.
        failures: Defects of its own, by application.
        costs: Processor time of each cycle with all that came for it [s].
        growth: Growth of the resident memory during the run [MB].
        misbehaviour: Reports of senders that lost trust.
    """

    start: int
    cycles: tuple[Cycle, ...]
    frames: int
    received: int
    accepted: int
    rejected: dict[str, int]
    failures: dict[str, int]
    costs: tuple[float, ...]
    growth: float
    misbehaviour: int

    @property
    def balanced(self) -> bool:
        """Whether every frame was accepted or rejected for a reason, and nothing broke."""
        return (
            self.frames == self.received == self.accepted + sum(self.rejected.values())
            and 'internal_error' not in self.rejected and not self.failures)

    @property
    def expires(self) -> bool:
        """Whether every advisory says that it ends within 0.3 s."""
        return all(
            0 < advisory.valid_until - cycle.stamp <= round(_VALIDITY * _SECOND)
            for cycle in self.cycles for advisory in cycle.advisories)

    @property
    def finite(self) -> bool:
        """Whether no track and no advisory carries what is no number or no end."""
        return all(map(_finite, self.cycles))

    @property
    def worst_cost(self) -> float:
        """Processor time that 99 % of the cycles take at most [s]."""
        return float(np.percentile(self.costs[1:], 99)) if len(self.costs) > 1 else 0.0

    def time(self, cycle: Cycle) -> float:
        """Return when a cycle was [s] since the start."""
        return (cycle.stamp - self.start) / _SECOND

    def first(self, level: Level, subject: str | None = None) -> float:
        """Return when a level was first reached [s], infinite for never.

        Args:
            level: The level.
            subject: About whom, None: anybody.
        """
        for cycle in self.cycles:
            for advisory in cycle.advisories:
                if advisory.level >= level and (
                    subject is None or subject in advisory.subject_ids
                ):
                    return self.time(cycle)
        return math.inf

    def subjects(self, level: Level) -> set[str]:
        """Return about whom a level was reached."""
        return {
            subject for cycle in self.cycles for advisory in cycle.advisories
            if advisory.level >= level for subject in advisory.subject_ids or ('',)}

    def said(self, *, absolute: bool = True) -> tuple[tuple[Any, ...], ...]:
        """Return everything that was said, for comparison.

        Args:
            absolute: With instants; otherwise as if every run began at the same one.
        """
        shift = 0 if absolute else self.start
        return tuple(
            (cycle.stamp - shift, cycle.mode, tuple(
                repr(dataclasses.replace(advisory, valid_until=advisory.valid_until - shift))
                for advisory in cycle.advisories))
            for cycle in self.cycles)

    def modes(self, begin: float = 0.0, until: float = math.inf) -> set[Mode]:
        """Return the modes between two times [s]."""
        return {cycle.mode for cycle in self.cycles if begin <= self.time(cycle) <= until}

    def reasons(self, mode: Mode) -> str:
        """Return why a mode was first entered, empty if it was not."""
        return next((cycle.mode_reason for cycle in self.cycles if cycle.mode == mode), '')

    def reason_with(self, words: str) -> str:
        """Return the first reason for a mode that holds some words, empty for none."""
        return next(
            (cycle.mode_reason for cycle in self.cycles if words in cycle.mode_reason), '')

    def since(self, mode: Mode, begin: float) -> float:
        """Return how long after a time [s] a mode was first there, infinite for never."""
        return next((
            self.time(cycle) - begin for cycle in self.cycles
            if cycle.mode == mode and self.time(cycle) >= begin - 1e-9), math.inf)

    def advisories(self, begin: float, until: float) -> list[tuple[float, Advisory]]:
        """Return what was said between two times [s]."""
        return [
            (self.time(cycle), advisory) for cycle in self.cycles
            if begin <= self.time(cycle) <= until for advisory in cycle.advisories]

    def position_error(self, other: Trial, subject: str) -> float:
        """Return how far a road user was at most from where another run had it [m]."""
        places = {cycle.stamp: _place(cycle, subject) for cycle in other.cycles}
        errors = [
            abs(place - reference)
            for cycle in self.cycles
            for place, reference in [(_place(cycle, subject), places.get(cycle.stamp))]
            if place is not None and reference is not None]
        return max(errors, default=math.inf)

    def deviation(self, other: Trial, subject: str, column: str) -> float:
        """Return how far a column of the tracks was off at most, angles up to a half turn."""
        values = {cycle.stamp: _value(cycle, subject, column) for cycle in other.cycles}
        found = [0.0]
        for cycle in self.cycles:
            value, reference = _value(cycle, subject, column), values.get(cycle.stamp)
            if value is not None and reference is not None:
                off = value - reference
                found.append(abs(
                    math.remainder(off, 2.0 * math.pi) if column == 'heading' else off))
        return max(found)

    def tracked(self, subject: str) -> list[float]:
        """Return at which times there was a track of a road user [s]."""
        return [
            self.time(cycle) for cycle in self.cycles if _place(cycle, subject) is not None]

    def crowd(self, places: Callable[[float], complex]) -> int:
        """Return how many tracks were at most about where one road user truly was."""
        return max((
            int(np.count_nonzero(
                np.abs(cycle.tracks.x + 1j * cycle.tracks.y - places(self.time(cycle))) < _NEAR))
            for cycle in self.cycles), default=0)

    def doubted(self, subject: str, level: TrustLevel = TrustLevel.SUSPECT) -> float:
        """Return when a sender first stood at a level of trust or worse [s], else infinity."""
        for cycle in self.cycles:
            value = _value(cycle, subject, 'trust')
            if value is not None and value >= level:
                return self.time(cycle)
        return math.inf


def run(
    drive: Drive, operators: Sequence[Operator] = (), *, seed: int = 0, rate: float = 20.0,
    parameters: Parameters | None = None, also: Iterable[tuple[int, Any]] = (),
    again: int = 0,
) -> Trial:
    """Play a drive into a fresh pipeline.

    Args:
        drive: The drive.
        operators: What strikes its inputs, in that order.
        seed: Of the operators.
        rate: Cycles a second [Hz].
        parameters: Other ones than those of the drive.
        also: Further timed records, which no operator strikes.
        again: How often the drive is played once more into the same pipeline, as a bag that
            loops.

    Returns:
        What came of it.
    """
    pipeline = Pipeline(parameters if parameters is not None else drive.parameters())
    meter = _Meter(pipeline)
    memory = resident()
    cycles = []
    for _ in range(1 + again):
        timed: Iterable[tuple[int, Any]] = drive.timed
        if operators:
            timed = degrade(drive.timed, operators, seed=seed)
        extra = list(also)
        if extra:
            timed = sorted([*timed, *extra], key=lambda item: item[0])
        for stretch in _stretches(timed):
            cycles += [step.cycle for step in play(meter, stretch, rate=rate)]
    counters = pipeline.counters
    return Trial(
        start=drive.timed[0][0], cycles=tuple(cycles), frames=meter.frames,
        received=counters.received, accepted=counters.accepted,
        rejected=dict(counters.rejected), failures=dict(pipeline.failures),
        costs=tuple(meter.costs), growth=resident() - memory,
        misbehaviour=len(pipeline.misbehaviour))


def _stretches(timed: Iterable[tuple[int, Any]]) -> Iterator[list[tuple[int, Any]]]:
    """Yield the records between steps back of the time."""
    stretch: list[tuple[int, Any]] = []
    for log_time, record in timed:
        if stretch and log_time < stretch[-1][0]:
            yield stretch
            stretch = []
        stretch.append((log_time, record))
    yield stretch


def resident() -> float:
    """Return the resident memory of this process [MB], 0 where the system does not tell."""
    try:
        return int(Path('/proc/self/statm').read_text(encoding='ascii').split()[1]) * _PAGE / 1e6
    except OSError:
        return 0.0


def _row(cycle: Cycle, subject: str) -> int | None:
    if not subject or ':' in subject:
        return None
    rows = np.flatnonzero(
        (cycle.tracks.sender_id == np.uint64(int(subject, 16))) & (cycle.tracks.object_id < 0))
    return int(rows[0]) if len(rows) else None


def _place(cycle: Cycle, subject: str) -> complex | None:
    row = _row(cycle, subject)
    return None if row is None else complex(cycle.tracks.x[row], cycle.tracks.y[row])


def _value(cycle: Cycle, subject: str, column: str) -> float | None:
    row = _row(cycle, subject)
    return None if row is None else float(getattr(cycle.tracks, column)[row])


def _finite(cycle: Cycle) -> bool:
    tracks = cycle.tracks
    return all(
        bool(np.isfinite(column).all())
        for column in (tracks.x, tracks.y, tracks.speed, tracks.length, tracks.width)
    ) and not any(
        math.isinf(value) for advisory in cycle.advisories
        for value in dataclasses.astuple(advisory) if isinstance(value, float))
