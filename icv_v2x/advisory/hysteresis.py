# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Levels rise at once and fall only after their exit condition held for a while."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from icv_v2x.advisory import gates
from icv_v2x.advisory.types import FREE, NAN, Action, Advisory, Application, Ceiling, Level

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Ceilings = Callable[[str], Ceiling]

SOFTER = {Action.BRAKE: Action.SLOW_DOWN, Action.STOP: Action.YIELD}
"""What WARNING asks for in place of what only IMMINENT may; who crosses the path is yielded to."""

# What is asked for from WARNING on.
_WARNING_ACTIONS = (Action.SLOW_DOWN, Action.YIELD, Action.KEEP_LANE)

_Key = tuple[Application, tuple[str, ...]]


@dataclass
class _Held:
    advisory: Advisory
    level: Level
    left_since: int | None


class LevelHold:
    """Keeps the level of each situation, one per application and subject.

    A level rises the moment a candidate reaches it. It falls only after the candidate's exit
    level stayed below it for `hold` seconds. What loses its ground (data, trust, second source)
    is capped at once: the caller says how high each subject may stand, and a subject that it
    does not name is gone.
    """

    def __init__(self, hold: float) -> None:
        """Start with nothing held; `hold` in s."""
        self._held: dict[_Key, _Held] = {}
        self.configure(hold)

    def configure(self, hold: float) -> None:
        """Hold levels for another time [s] from now on."""
        self._hold = round(hold * 1e9)

    def clear(self) -> None:
        """Forget every situation."""
        self._held.clear()

    def update(
        self, now: int, candidates: Iterable[Advisory], ceilings: Ceilings
    ) -> list[Advisory]:
        """Return the advisories in force.

        Args:
            now: [ns], not before the last call's.
            candidates: Of this instant, with `level` by the entry and `exit_level` by the exit
                thresholds; at most one per application and subject.
            ceilings: The highest level that a subject may cause now; LOST for one that is gone.

        Returns:
            One advisory per situation in force, `level` and `action` adjusted.
        """
        in_force: dict[_Key, _Held] = {}
        advisories = []
        for candidate in candidates:
            key = (candidate.application, candidate.subject_ids)
            before = self._held.pop(key, None)
            held = self._step(now, candidate, before, ceilings)
            if gates.heard():
                _tell(now, candidate, before, held, ceilings)
            if held is not None:
                in_force[key] = held
                advisories.append(_at_level(held.advisory, held.level))
        for key, held in self._held.items():
            faded = self._fade(now, held, ceilings)
            if gates.heard():
                _tell(now, None, held, faded, ceilings)
            if faded is not None:
                in_force[key] = faded
                advisories.append(_at_level(faded.advisory, faded.level))
        self._held = in_force
        return advisories

    def _step(
        self, now: int, candidate: Advisory, held: _Held | None, ceilings: Ceilings
    ) -> _Held | None:
        ceiling, why = _ceiling(candidate.subject_ids, ceilings)
        level = min(candidate.level, ceiling)
        if why and candidate.level > ceiling:
            candidate = replace(
                candidate, reason=f'{candidate.reason}; {ceiling.name} at most: {why}'
            )
        if held is None or level >= held.level:
            return _Held(candidate, level, None) if level > Level.NONE else None
        keep = min(held.level, ceiling)
        fallen = max(level, min(candidate.exit_level, ceiling))
        if fallen >= keep:
            return _Held(_as_before(candidate, held), keep, None) if keep > Level.NONE else None
        since = now if held.left_since is None else held.left_since
        if now - since < self._hold:
            return _Held(_as_before(candidate, held), keep, since)
        return _Held(candidate, fallen, None) if fallen > Level.NONE else None

    def _fade(self, now: int, held: _Held, ceilings: Ceilings) -> _Held | None:
        """Hold a situation for which no candidate came: its conflict is no longer predicted."""
        keep = min(held.level, _ceiling(held.advisory.subject_ids, ceilings).level)
        since = now if held.left_since is None else held.left_since
        if keep == Level.NONE or now - since >= self._hold:
            return None
        advisory = held.advisory
        if held.left_since is None or advisory.time_to_conflict == advisory.time_to_conflict:
            advisory = replace(
                advisory,
                time_to_conflict=NAN, time_to_conflict_end=NAN, distance=NAN,
                required_deceleration=NAN, probability=NAN,
                stop_profile_time=(), stop_profile_speed=(), exit_level=Level.NONE,
                reason=f'No conflict predicted any more; before: {advisory.reason}',
            )
        return _Held(advisory, keep, since)


def _as_before(candidate: Advisory, held: _Held) -> Advisory:
    """Return the candidate with what the level held asks for, and the rule that set it."""
    return replace(candidate, action=held.advisory.action, rule=held.advisory.rule)


def _tell(
    now: int, candidate: Advisory | None, before: _Held | None, after: _Held | None,
    ceilings: Ceilings,
) -> None:
    """Tell who listens how a level came about, `before` and `after` this instant."""
    of = candidate or (before.advisory if before else None)
    if of is None:
        return
    said = (of.application.name, of.subject_ids)
    if candidate is None:
        gates.remark(*said, 'no candidate any more')
    else:
        gates.remark(
            *said, 'candidate: {} by the entry, {} by the exit thresholds',
            candidate.level.name, Level(candidate.exit_level).name)
    ceiling = _ceiling(of.subject_ids, ceilings)
    if ceiling.level < Level.IMMINENT:
        gates.remark(*said, '{} at most: {}', ceiling.level.name, ceiling.why)
    if before is not None:
        gates.remark(*said, '{} was in force', before.level.name)
    if after is not None and after.left_since is not None:
        gates.remark(
            *said, 'held, as the level was left only {:.2f} s ago',
            (now - after.left_since) / 1e9)
    gates.remark(*said, 'in force: {}', after.level.name if after else 'nothing')


def _ceiling(subjects: tuple[str, ...], ceilings: Ceilings) -> Ceiling:
    return min((ceilings(subject) for subject in subjects), default=FREE)


def _at_level(advisory: Advisory, level: Level) -> Advisory:
    """Return the advisory at a level; a collision application brakes at IMMINENT only."""
    action = advisory.action
    if level < Level.IMMINENT:
        action = SOFTER.get(action, action)
    if level < Level.WARNING and action in _WARNING_ACTIONS:
        action = Action.MONITOR
    if level == advisory.level and action == advisory.action:
        return advisory
    return replace(advisory, level=level, action=action)
