# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""One voice: from the candidates of all applications to the advisories that are published."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from icv_v2x.advisory import gates
from icv_v2x.advisory.hysteresis import SOFTER
from icv_v2x.advisory.mode import Condition, mode_of, worst
from icv_v2x.advisory.types import Advisory, Application, Level, Mode, Scenario

if TYPE_CHECKING:
    from collections.abc import Iterable

    from icv_v2x.parameters import Parameters

SHADOW = 'shadow mode: nothing is said'
"""How the reason of the mode begins in shadow mode."""

# Of two applications that see the same subject at the same level, the earlier one speaks.
_PRECEDENCE = (
    Application.VRUCW, Application.LTA, Application.ICW, Application.FCW, Application.EBW,
    Application.DNPW, Application.BSW, Application.LCW, Application.CLW, Application.AVW,
)
_COLLISION = (Scenario.EMERGENCY_COLLISION_AVOIDANCE, Scenario.VRU_COLLISION_AVOIDANCE)
# A situation that was interrupted for less than this keeps its id.
_SAME_SITUATION = 1_000_000_000


@dataclass(frozen=True)
class Verdict:
    """What is published at one instant.

    Attributes:
        stamp: [ns since the Unix epoch].
        mode: Mode of the package.
        mode_reason: Why the mode is not ACTIVE.
        advisories: The most urgent first.
        ceiling: The highest level that the mode allows.
        withheld: What would be published without shadow mode, None where that is off.
    """

    stamp: int
    mode: Mode
    mode_reason: str
    advisories: tuple[Advisory, ...]
    ceiling: Level = Level.IMMINENT
    withheld: Verdict | None = None


class Arbiter:
    """Ranks candidates, lets one application speak per subject, names situations, sets expiry."""

    def __init__(self, parameters: Parameters) -> None:
        """Start without any situation known."""
        self._known: dict[tuple[Scenario | Application, tuple[str, ...]], tuple[int, int]] = {}
        self._next_id = 1
        self._had_ego = False
        self.configure(parameters)

    def configure(self, parameters: Parameters) -> None:
        """Take changed parameters over; situations keep their ids."""
        self._arbitration = parameters.arbitration
        self._ego = parameters.ego
        self._shadow = parameters.shadow

    def clear(self) -> None:
        """Forget every situation; ids are not given again."""
        self._known.clear()
        self._had_ego = False

    def arbitrate(
        self, now: int, candidates: Iterable[Advisory], ego_age: float | None,
        conditions: Iterable[Condition] = (),
    ) -> Verdict:
        """Return what is published now.

        Args:
            now: [ns since the Unix epoch].
            candidates: Of all applications.
            ego_age: [s] of the ego pose, None before the first one.
            conditions: What else bounds what may be said.

        Returns:
            Mode and advisories, ranked.
        """
        mode, reason, ceiling = mode_of(
            ego_age, age_limited=self._ego.age_limited, age_maximum=self._ego.age_maximum
        )
        if mode == Mode.INIT and self._had_ego:
            mode, reason = Mode.INHIBITED, 'no ego pose any more'
        mode, reason, ceiling = worst((mode, reason, ceiling), conditions)
        self._had_ego = self._had_ego or ego_age is not None
        candidates = tuple(candidates)
        spoken = (
            [_capped(c, ceiling) for c in candidates] if ceiling > Level.NONE else []
        )
        ranked = sorted(_one_per_subject(spoken), key=_rank)
        chosen = ranked[: self._arbitration.maximum]
        if gates.heard():
            _tell(candidates, ranked, chosen, (mode, reason, ceiling))
        self._known = {
            key: (number, seen) for key, (number, seen) in self._known.items()
            if now - seen < _SAME_SITUATION
        }
        validity = round(self._arbitration.validity * 1e9)
        advisories = tuple(
            replace(advisory, id=self._id(now, advisory), valid_until=now + validity)
            for advisory in chosen
        )
        verdict = Verdict(now, mode, reason, advisories, ceiling)
        return in_shadow(verdict) if self._shadow else verdict

    def _id(self, now: int, advisory: Advisory) -> int:
        # One situation is one ego and one subject, all collision applications together.
        family = _COLLISION[0] if advisory.scenario in _COLLISION else advisory.application
        key = (family, advisory.subject_ids)
        number, _ = self._known.get(key, (0, 0))
        if number == 0:
            number = self._next_id
            self._next_id = self._next_id % 0xFFFFFFFF + 1
        self._known[key] = (number, now)
        return number


def in_shadow(verdict: Verdict) -> Verdict:
    """Return what shadow mode publishes in the place of a verdict: that nothing is said.

    INHIBITED, since ACTIVE without advisories would say that there is nothing to warn of.
    """
    return Verdict(
        verdict.stamp, Mode.INHIBITED, f'{SHADOW}; otherwise {verdict.mode.name}', (),
        Level.NONE, verdict)


def _tell(
    candidates: tuple[Advisory, ...], ranked: list[Advisory], chosen: list[Advisory],
    bound: tuple[Mode, str, Level],
) -> None:
    """Tell who listens what became of each candidate."""
    mode, reason, ceiling = bound
    for candidate in candidates:
        said = (candidate.application.name, candidate.subject_ids)
        kept = [a for a in ranked if (a.application.name, a.subject_ids) == said]
        louder = next((a for a in ranked if a.subject_ids == said[1]), None)
        if candidate.level > ceiling:
            gates.remark(
                *said, '{} at most in {}: {}', ceiling.name if ceiling else 'nothing',
                mode.name, reason)
        if not kept and louder is not None:
            gates.remark(*said, '{} speaks of it instead', louder.application.name)
        elif kept and kept[0] not in chosen:
            gates.remark(*said, 'left out: {} more urgent ones are said', len(chosen))
        elif kept:
            gates.remark(*said, 'said: {} {}', kept[0].level.name, kept[0].action.name)


def _capped(advisory: Advisory, ceiling: Level) -> Advisory:
    if advisory.level <= ceiling:
        return advisory
    action = SOFTER.get(advisory.action, advisory.action)
    return replace(
        advisory, level=ceiling, action=action, stop_profile_time=(), stop_profile_speed=())


def _precedence(application: Application) -> int:
    return _PRECEDENCE.index(application) if application in _PRECEDENCE else len(_PRECEDENCE)


def _rank(advisory: Advisory) -> tuple[float, ...]:
    time = advisory.time_to_conflict
    return (
        -advisory.level,
        math.inf if math.isnan(time) else time,
        _precedence(advisory.application),
        advisory.application,
        *(float(int(s.replace(':', ''), 16)) for s in advisory.subject_ids),
    )


def _one_per_subject(candidates: Iterable[Advisory]) -> list[Advisory]:
    """Keep, of the collision applications, the one that speaks loudest of each subject."""
    kept: dict[tuple[str, ...], Advisory] = {}
    others = []
    for candidate in candidates:
        if candidate.scenario not in _COLLISION or not candidate.subject_ids:
            others.append(candidate)
            continue
        known = kept.get(candidate.subject_ids)
        if known is None or (candidate.level, -_precedence(candidate.application)) > (
            known.level, -_precedence(known.application)
        ):
            kept[candidate.subject_ids] = candidate
    return [*kept.values(), *others]
