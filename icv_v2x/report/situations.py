# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Groups advisories cycle by cycle into situations, the unit in which warnings are counted."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from icv_v2x.advisory.types import NAN, Level, Scenario

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from icv_v2x.advisory.types import Advisory, Application

MERGE_GAP = 1_000_000_000
"""[ns] Stretches closer together than this belong to one situation (scenario specification)."""

_COLLISION = (Scenario.EMERGENCY_COLLISION_AVOIDANCE, Scenario.VRU_COLLISION_AVOIDANCE)


class Cycle(Protocol):
    """What grouping needs of one cycle of the pipeline."""

    @property
    def stamp(self) -> int:
        """Instant of the cycle [ns]."""

    @property
    def advisories(self) -> Sequence[Advisory]:
        """What was advised at that instant."""


@dataclass(frozen=True)
class Situation:
    """One ego and one subject over one stretch of time, all collision applications together.

    Values without a suffix hold at the start, where the warning was decided; extremes run over
    the whole stretch. Unavailable is NaN.

    Attributes:
        subject: Id of the object concerned, empty where the advisory names none.
        application: The application that first spoke at the highest level.
        applications: All that spoke, in the order of their first word.
        level: Highest level reached.
        start: First cycle at or above the minimum level [ns].
        end: Last such cycle [ns].
        peak: First cycle at the highest level [ns].
        time_to_conflict: [s] at the start.
        gap: [m] bumper to bumper at the start.
        closing_speed: [m/s] at the start.
        required_deceleration: [m/s2] at the start.
        time_to_conflict_minimum: [s].
        gap_minimum: [m].
        closing_speed_maximum: [m/s].
        required_deceleration_maximum: [m/s2].
        verified: Every advisory rested on verified signatures.
        corroborated: An independent second source saw the subject at some time.
        reason: The sentence given when the highest level was reached.
        rule: Name of the rule that decided then, '' where it is not told.
    """

    subject: str
    application: Application
    applications: tuple[Application, ...]
    level: Level
    start: int
    end: int
    peak: int
    time_to_conflict: float
    gap: float
    closing_speed: float
    required_deceleration: float
    time_to_conflict_minimum: float
    gap_minimum: float
    closing_speed_maximum: float
    required_deceleration_maximum: float
    verified: bool
    corroborated: bool
    reason: str
    rule: str

    @property
    def scenario(self) -> Scenario:
        """The scenario of the application that spoke at the highest level."""
        return self.application.scenario


def group_key(advisory: Advisory) -> tuple[str, str]:
    """Return what an advisory shares with all others of its situation: group and subject.

    Args:
        advisory: Any advisory; the first of its subjects counts.

    Returns:
        `collision` or the application's name, and the subject's id ('' for none).
    """
    group = 'collision' if advisory.scenario in _COLLISION else advisory.application.name
    return group, advisory.subject_ids[0] if advisory.subject_ids else ''


def situations(
    cycles: Iterable[Cycle], *, minimum: Level = Level.WARNING
) -> tuple[Situation, ...]:
    """Group the advisories of a run into situations.

    Args:
        cycles: Cycles in the order of their stamps.
        minimum: Advisories below this level do not count.

    Returns:
        Situations by start, the more urgent first among those that start together.
    """
    grouper = SituationGrouper(minimum=minimum)
    for cycle in cycles:
        grouper.add(cycle.stamp, cycle.advisories)
    return grouper.finish()


class SituationGrouper:
    """Groups a stream of cycles; keeps one record per situation and none per cycle."""

    def __init__(self, *, minimum: Level = Level.WARNING, maximum: int = 10_000) -> None:
        """Start empty.

        Args:
            minimum: Advisories below this level do not count.
            maximum: Situations kept; later ones are only counted in `omitted`.
        """
        self.omitted = 0
        self._minimum = minimum
        self._maximum = maximum
        self._open: dict[tuple[str, str], _Stretch] = {}
        self._closed: list[Situation] = []
        self._newest: int | None = None

    def add(self, stamp: int, advisories: Sequence[Advisory]) -> None:
        """Take one cycle.

        Args:
            stamp: Instant of the cycle [ns]; a step back ends every open situation.
            advisories: What was advised at that instant.
        """
        stepped_back = self._newest is not None and stamp < self._newest
        self._newest = stamp
        over = [
            key for key, stretch in self._open.items()
            if stepped_back or stamp - stretch.end >= MERGE_GAP
        ]
        for key in over:
            self._close(key)
        for advisory in advisories:
            if advisory.level < self._minimum:
                continue
            key = group_key(advisory)
            if key not in self._open:
                self._open[key] = _Stretch(stamp, advisory)
            self._open[key].extend(stamp, advisory)

    def finish(self) -> tuple[Situation, ...]:
        """Close what is open and return every situation, by start and then by urgency."""
        for key in list(self._open):
            self._close(key)
        return tuple(sorted(self._closed, key=lambda s: (s.start, -s.level, s.subject)))

    def _close(self, key: tuple[str, str]) -> None:
        stretch = self._open.pop(key)
        if len(self._closed) < self._maximum:
            self._closed.append(stretch.situation(key[1]))
        else:
            self.omitted += 1


@dataclass
class _Stretch:
    start: int
    first: Advisory
    end: int = 0
    peak: int = 0
    highest: Advisory | None = None
    applications: list[Application] = field(default_factory=list)
    extremes: tuple[float, float, float, float] = (NAN, NAN, NAN, NAN)
    verified: bool = True
    corroborated: bool = False

    def extend(self, stamp: int, advisory: Advisory) -> None:
        if self.highest is None or advisory.level > self.highest.level:
            self.highest = advisory
            self.peak = stamp
        if stamp == self.start and advisory.level > self.first.level:
            self.first = advisory
        if advisory.application not in self.applications:
            self.applications.append(advisory.application)
        time, gap, speed, deceleration = self.extremes
        self.extremes = (
            _minimum(time, advisory.time_to_conflict),
            _minimum(gap, advisory.gap),
            -_minimum(-speed, -advisory.closing_speed),
            -_minimum(-deceleration, -advisory.required_deceleration),
        )
        self.end = stamp
        self.verified = self.verified and advisory.verified
        self.corroborated = self.corroborated or advisory.corroborated

    def situation(self, subject: str) -> Situation:
        highest = self.highest or self.first
        return Situation(
            subject=subject,
            application=highest.application,
            applications=tuple(self.applications),
            level=highest.level,
            start=self.start,
            end=self.end,
            peak=self.peak,
            time_to_conflict=self.first.time_to_conflict,
            gap=self.first.gap,
            closing_speed=self.first.closing_speed,
            required_deceleration=self.first.required_deceleration,
            time_to_conflict_minimum=self.extremes[0],
            gap_minimum=self.extremes[1],
            closing_speed_maximum=self.extremes[2],
            required_deceleration_maximum=self.extremes[3],
            verified=self.verified,
            corroborated=self.corroborated,
            reason=highest.reason,
            rule=highest.rule,
        )


def _minimum(known: float, new: float) -> float:
    if math.isnan(known):
        return new
    return known if math.isnan(new) else min(known, new)
