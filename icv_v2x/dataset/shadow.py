# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What would have been said, against what the driver then did, and braking without a word."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from icv_v2x.advisory.types import Level
from icv_v2x.dataset.outcomes import OutcomeWatch

if TYPE_CHECKING:
    from icv_v2x.pipeline import Cycle

WITHIN = 3.0
"""A driver who brakes within this of a warning answers it, unless told otherwise [s]."""
HARD = 3.0
"""Deceleration from which braking counts as hard, unless told otherwise [m/s2]."""

_SECOND = 1e9
# One who lets go of the brake for less than this brakes once [s].
_PAUSE = 2.0
# What was said so long before hard braking began belongs to it [s].
_BEFORE = 5.0
_KEPT = 10_000


@dataclass(frozen=True)
class Answer:
    """One warning and what followed within 5 s.

    Attributes:
        time: When it would have been given [s] since the first message.
        application: Name of the application.
        level: Name of the highest level.
        subject: Id of whom it is about, empty for nobody.
        needed: Deceleration that would have been asked for [m/s2].
        braking_after: When the driver began to brake [s] after the warning, NaN for never.
        braking: Greatest deceleration of the ego [m/s2].
        closest: Least distance to the subject [m].
        closest_after: When that was [s] after the warning.
        unbraked: Least distance had the ego gone on unchanged [m].
        verdict: `hit` where that is a near miss or worse, `false`, or `undecided`.
    """

    time: float
    application: str
    level: str
    subject: str
    needed: float
    braking_after: float
    braking: float
    closest: float
    closest_after: float
    unbraked: float
    verdict: str

    def braked(self, within: float) -> bool:
        """Return whether the driver braked in time [s]; who did already counts."""
        return self.braking_after <= within


@dataclass
class Braking:
    """Hard braking of the ego that no warning came before.

    Attributes:
        time: When it began [s] since the first message.
        speed: Speed then [m/s].
        strongest: Greatest deceleration [m/s2].
        said: Name of the highest level said in the 5 s before, `NONE` for nothing.
        until: When it was last braking [s].
    """

    time: float
    speed: float
    strongest: float
    said: str
    until: float


@dataclass(frozen=True)
class ShadowSummary:
    """A whole run.

    Attributes:
        duration: [s].
        answers: Every warning, in order.
        brakings: Every hard braking without a warning, in order.
        within: A driver who brakes within this of a warning answers it [s].
        omitted: Warnings and brakings that were left out beyond a bound.
    """

    duration: float
    answers: tuple[Answer, ...]
    brakings: tuple[Braking, ...]
    within: float
    omitted: int

    def counts(self) -> dict[str, int]:
        """Return how many warnings there were of each kind."""
        braked = [answer for answer in self.answers if answer.braked(self.within)]
        return {
            'warnings': len(self.answers),
            'the driver braked': len(braked),
            'near without braking': sum(a.verdict == 'hit' for a in self.answers),
            'near, and the driver did not brake': sum(
                a.verdict == 'hit' and not a.braked(self.within) for a in self.answers),
            'no need seen': sum(a.verdict == 'false' for a in self.answers),
            'undecided': sum(a.verdict == 'undecided' for a in self.answers),
            'hard braking without a warning': len(self.brakings),
        }


class ShadowWatch:
    """Takes the cycles of a run, what would have been said in each of them."""

    def __init__(self, *, within: float = WITHIN, hard: float = HARD) -> None:
        """Start with nothing seen.

        Args:
            within: A driver who brakes within this of a warning answers it [s].
            hard: Deceleration from which braking counts as hard [m/s2].
        """
        self._within = within
        self._hard = hard
        self._outcomes = OutcomeWatch()
        self._answers: list[Answer] = []
        self._brakings: list[Braking] = []
        self._said: deque[tuple[float, Level]] = deque()
        self._episode: Braking | None = None
        self._omitted = 0
        self._last = 0.0

    def add(self, cycle: Cycle, time: float) -> None:
        """Take one cycle.

        Args:
            cycle: What would have been said; of a run in shadow mode what it withheld.
            time: [s] since the first message.
        """
        told = cycle.advisories if cycle.withheld is None else cycle.withheld.advisories
        warnings = tuple(a for a in told if a.level >= Level.WARNING)
        self._note(self._outcomes.add(replace(cycle, advisories=warnings), time))
        highest = max((advisory.level for advisory in told), default=Level.NONE)
        self._said.append((time, highest))
        while self._said[0][0] < time - _BEFORE:
            self._said.popleft()
        self._watch_braking(cycle, time)
        self._last = time

    def finish(self) -> ShadowSummary:
        """Return the whole run."""
        self._note(self._outcomes.finish())
        answers = tuple(sorted(self._answers, key=lambda answer: answer.time))
        return ShadowSummary(
            self._last, answers, tuple(self._brakings), self._within, self._omitted)

    def _note(self, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            if len(self._answers) >= _KEPT:
                self._omitted += 1
                continue
            self._answers.append(_answer(row))

    def _watch_braking(self, cycle: Cycle, time: float) -> None:
        if cycle.ego is None or not -cycle.ego.acceleration >= self._hard:
            return
        braking, episode = -cycle.ego.acceleration, self._episode
        if episode is not None and time - episode.until <= _PAUSE:
            episode.strongest = max(episode.strongest, braking)
            episode.until = time
            return
        said = max((level for _, level in self._said), default=Level.NONE)
        self._episode = Braking(time, cycle.ego.speed, braking, Level(said).name, time)
        if said >= Level.WARNING:
            return
        if len(self._brakings) >= _KEPT:
            self._omitted += 1
            return
        self._brakings.append(self._episode)


def _answer(row: dict[str, Any]) -> Answer:
    subject = row['subject']
    return Answer(
        time=row['begin'], application=row['application'], level=row['level'],
        subject=subject or '', needed=row['required_deceleration'],
        braking_after=row['ego_braking_time'], braking=row['ego_braking'],
        closest=row['closest_distance'], closest_after=row['closest_time'],
        unbraked=row['unbraked_distance'],
        verdict=row['verdict'] or 'undecided' if not math.isnan(row['closest_distance'])
        else 'undecided')
