# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What a row of the fault matrix is: a fault in levels, a judge, and what passes."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from icv_v2x.advisory.types import Level
from icv_v2x.tools.fault_bench.drives import THREATS, Drive, scripted
from icv_v2x.tools.fault_bench.trial import Trial, run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from icv_v2x.faults import Operator

Figure = float | int | str | bool | tuple[float, ...]


@dataclass
class Findings:
    """Figures of one level of one row, and which of them do not pass.

    Attributes:
        figures: Name to value, in the order in which they were found.
        failed: What does not pass, in words.
        limits: Name of a figure to what is asked of it: `most` or `least` and the value, or
            `holds` and 1; the strictest where several were asked.
    """

    figures: dict[str, Figure] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    limits: dict[str, tuple[str, float]] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether something was measured and all of it passes."""
        return bool(self.figures) and not self.failed

    def note(self, name: str, value: Figure) -> None:
        """Keep a figure that nothing is asked of."""
        self.figures[name] = value

    def worst(self, name: str, value: float, *, most: float) -> None:
        """Keep the greatest of the values under one name, none of which may exceed a limit."""
        self.figures[name] = max(_number(self.figures.get(name), -math.inf), value)
        if math.isfinite(most):
            self.limits[name] = 'most', min(most, self.limits.get(name, ('', math.inf))[1])
        if not value <= most:
            self._fail(f'{name} is {_text(value)}, expected at most {most:g}')

    def least(self, name: str, value: float, *, least: float) -> None:
        """Keep the smallest of the values under one name, none of which may fall below."""
        self.figures[name] = min(_number(self.figures.get(name), math.inf), value)
        self.limits[name] = 'least', max(least, self.limits.get(name, ('', -math.inf))[1])
        if not value >= least:
            self._fail(f'{name} is {_text(value)}, expected at least {least:g}')

    def holds(self, name: str, *, value: bool, why: str = '') -> None:
        """Keep whether something holds in all runs, which it must."""
        self.figures[name] = bool(self.figures.get(name, True)) and value
        self.limits[name] = 'holds', 1.0
        if not value:
            self._fail(f'{name} does not hold{f": {why}" if why else ""}')

    def _fail(self, text: str) -> None:
        if text not in self.failed:
            self.failed.append(text)


@dataclass(frozen=True)
class Row:
    """One row of the matrix.

    Attributes:
        number: As in the table of faults.
        fault: In words.
        asked: What passes, in words.
        levels: The fault in its strengths.
        judge: Measures one level.
        quick: The level that a quick pass takes.
        any_drive: A recording can take the place of the scripted drives.
    """

    number: int
    fault: str
    asked: str
    levels: tuple[Any, ...]
    judge: Callable[[Bench, Any], Findings]
    quick: Any = None
    any_drive: bool = False


class Bench:
    """Runs drives for the judges; clean runs once only.

    Attributes:
        seeds: Of random faults.
        rate: Cycles a second of the runs [Hz].
        thorough: Whether judges look at everything that they could look at.
    """

    def __init__(
        self, *, seeds: Sequence[int] = (0, 1, 2), rate: float = 20.0,
        recording: Drive | None = None, thorough: bool = True,
    ) -> None:
        """Start without any run.

        Args:
            seeds: Of random faults.
            rate: Cycles a second [Hz].
            recording: Drive to take instead of the scripted ones where a row allows it.
            thorough: False: quick passes with fewer drives.
        """
        self.seeds = tuple(seeds)
        self.rate = rate
        self.thorough = thorough
        self._recording = recording
        self._clean: dict[int, Trial] = {}

    def threats(self) -> tuple[Drive, ...]:
        """Return the drives with a threat; a recording without a warning is none."""
        if self._recording is not None and self.threatened(self._recording):
            return (self._recording,)
        return tuple(map(scripted, THREATS if self.thorough else THREATS[:1]))

    def calm(self) -> Drive:
        """Return the drive without."""
        return self._recording or scripted('calm')

    @property
    def of_recording(self) -> str:
        """What the recording is used for, in words."""
        drive = self._recording
        if drive is None:
            return 'no recording'
        clean, threats = self.clean(drive), self.threatened(drive)
        used = f'{len(clean.cycles)} cycles, {clean.frames} frames; '
        if threats:
            return f'{used}warns of {len(threats)} road users, in the place of all drives'
        return f'{used}warns of nobody, in the place of the drive without a threat'

    def clean(self, drive: Drive) -> Trial:
        """Return the run of a drive that nothing strikes."""
        if id(drive) not in self._clean:
            self._clean[id(drive)] = run(drive, rate=self.rate)
        return self._clean[id(drive)]

    def limit(self, duration: float) -> float:
        """Return a limit of processor time, none in a quick pass: tests hold on any machine."""
        return duration if self.thorough else math.inf

    def run(self, drive: Drive, operators: Sequence[Operator] = (), **how: Any) -> Trial:
        """Return the run of a drive that operators strike; see `trial.run`."""
        return run(drive, operators, rate=self.rate, **how)

    def threatened(self, drive: Drive) -> set[str]:
        """Return about whom a clean drive warns: without any, a row would pass for nothing."""
        return {name for name in self.clean(drive).subjects(Level.WARNING) if name}


def common(found: Findings, trial: Trial, clean: Trial) -> None:
    """Judge what holds in every run: nothing lost, no false brake, expiry, finite numbers."""
    found.holds('L', value=trial.balanced, why=(
        f'{trial.frames} sent, {trial.received} received, {trial.accepted} accepted, '
        f'{sum(trial.rejected.values())} rejected, failures {trial.failures}'))
    false = trial.subjects(Level.IMMINENT) - clean.subjects(Level.IMMINENT)
    found.worst('FA', len(false), most=0)
    found.holds('H', value=trial.expires)
    found.holds('A', value=trial.finite and len(trial.cycles) > 0)


def compare_threats(
    bench: Bench, found: Findings, operators: Sequence[Operator], *, most: float = math.inf,
    missed: int | None = 0, seeds: Sequence[int] | None = None, **how: Any,
) -> list[tuple[Drive, Trial]]:
    """Judge how much later threats are told of, and whether any is missed.

    Args:
        bench: The bench.
        found: Takes the figures.
        operators: The fault.
        most: By how much later at most [s].
        missed: How many may be missed, None: as many as there are.
        seeds: Of the fault, None: those of the bench.
        **how: As `trial.run` takes it.

    Returns:
        The runs.
    """
    runs = []
    lost = 0
    for drive in bench.threats():
        clean, subjects = bench.clean(drive), bench.threatened(drive)
        found.holds('clean run warns', value=bool(subjects))
        for seed in bench.seeds if seeds is None else seeds:
            trial = bench.run(drive, operators, seed=seed, **how)
            common(found, trial, clean)
            for subject in sorted(subjects):
                later = trial.first(Level.WARNING, subject) - clean.first(Level.WARNING, subject)
                if math.isinf(later):
                    lost += 1
                else:
                    found.worst('dT [s]', later, most=most)
            runs.append((drive, trial))
    found.worst('M', lost, most=math.inf if missed is None else missed)
    return runs


def compare_calm(
    bench: Bench, found: Findings, operators: Sequence[Operator], *, seed: int = 0, **how: Any,
) -> Trial:
    """Judge a run without a threat under the fault, and return it."""
    drive = bench.calm()
    trial = bench.run(drive, operators, seed=seed, **how)
    common(found, trial, bench.clean(drive))
    return trial


def _number(value: Figure | None, otherwise: float) -> float:
    return float(value) if isinstance(value, (int, float)) else otherwise


def _text(value: float) -> str:
    return 'never' if math.isinf(value) else f'{value:.3g}'
