# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Speed limit warning (SLW): the limit in force is the strictest that anything sets here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory import gates
from icv_v2x.advisory.rules import LevelRule
from icv_v2x.advisory.sources import InputKind, decided_by, of_ego, since
from icv_v2x.advisory.types import NAN, Action, Advisory, Application, Level
from icv_v2x.road_events.codes import Sign, figure, sign_speed, stated_limit
from icv_v2x.scenarios.road_hazards import told
from icv_v2x.scenarios.signs import concerns
from icv_v2x.translate.road_events import RoadEventKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.parameters import Parameters
    from icv_v2x.scenarios.road_scene import RoadScene

_KILOMETRES_PER_HOUR = 3.6
_OF_MAP = -1
# A lane that the ego is on with less probability than this sets no limit.
_SURE = 0.5
# What ends a limit of a sign.
_ENDS: dict[int, int] = {
    Sign.SPEED_LIMIT: Sign.END_OF_SPEED_LIMIT,
    Sign.ZONE_SPEED_LIMIT: Sign.END_OF_ZONE_SPEED_LIMIT,
}
_RULES = {Level.CAUTION: LevelRule.SLW_EXCESS, Level.WARNING: LevelRule.SLW_LASTING_EXCESS}
# Limits nearer than this to each other are one [m/s].
_SAME = 0.01


@dataclass(frozen=True)
class Limit:
    """A speed limit that holds for the ego here.

    Attributes:
        speed: [m/s].
        what: What sets it, in words.
        row: Row of the event that does, -1 for the map.
        trusted: The sender showed what is asked for.
    """

    speed: float
    what: str
    row: int
    trusted: bool


def limits_in_force(scene: RoadScene) -> list[Limit]:
    """Return all limits that hold where the ego's front is, the strictest first."""
    found = [*_of_map(scene), *_of_events(scene)]
    return sorted(found, key=lambda limit: (limit.speed, limit.row))


class SpeedLimits:
    """Compares the speed of the ego with the limit, and remembers what it was."""

    def __init__(self) -> None:
        """Begin without memory."""
        self.clear()

    def clear(self) -> None:
        """Forget the limit."""
        self._last: float | None = None
        self._changed: int | None = None
        self._fast_since: dict[float, int] = {}

    def assess(self, scene: RoadScene, parameters: Parameters) -> list[Advisory]:
        """Return the candidate of the limit in force, none without a limit.

        Where the sender of the strictest limit did not show what is asked for, a limit of one
        that did counts as well, and the one that asks for more speaks.
        """
        if not parameters.slw.enabled:
            return []
        limits = limits_in_force(scene)
        if not limits:
            self._last = None
            self._fast_since.clear()
            return []
        strictest = limits[0]
        if self._last is None or abs(strictest.speed - self._last) > _SAME:
            self._last, self._changed = strictest.speed, scene.stamp
        trusted = next((limit for limit in limits if limit.trusted), None)
        speaking = [strictest]
        if trusted is not None and trusted is not strictest:
            speaking.append(trusted)
        self._fast_since = {
            limit.speed: self._fast_since.get(limit.speed, scene.stamp) for limit in speaking
            if scene.ego.speed > limit.speed + parameters.slw.warning_excess
        }
        candidates = [self._candidate(limit, scene, parameters) for limit in speaking]
        best = max(candidates, key=lambda candidate: (candidate.level, candidate.exit_level))
        return [best] if best.exit_level > Level.NONE else []

    def _candidate(self, limit: Limit, scene: RoadScene, parameters: Parameters) -> Advisory:
        levels = tuple(
            self._level(limit, scene, parameters, ease)
            for ease in (1.0, parameters.collision.exit_margin))
        speed, allowed = scene.ego.speed, limit.speed
        action = {Level.WARNING: Action.SLOW_DOWN, Level.CAUTION: Action.SPEED_ADVICE}.get(
            levels[0], Action.MONITOR)
        reason = (
            f'{speed * _KILOMETRES_PER_HOUR:.0f} km/h where {limit.what} allows '
            f'{allowed * _KILOMETRES_PER_HOUR:.0f} km/h')
        lane, rule = scene.lane, _RULES.get(levels[0] or levels[1], LevelRule.SLW_NEW_LIMIT)
        if limit.row != _OF_MAP:
            return told(
                Application.SLW, scene, limit.row, levels=(levels[0], levels[1]), rule=rule,
                action=action, reason=reason, speed_min=0.0, speed_max=allowed,
                distance=0.0)
        assert scene.road is not None
        model = scene.road.model
        heard = since(InputKind.MAP, int(model.time[lane]), scene.stamp)
        return Advisory(
            application=Application.SLW, level=levels[0], exit_level=max(levels),
            action=action, subject_ids=(), reason=reason, speed_min=0.0, speed_max=allowed,
            distance=0.0, lane_id=int(model.lanes.lane_id[lane]),
            data_age=max(heard.age, scene.ego.age), verified=bool(model.known()[lane]),
            rule=rule.value, **decided_by(heard, of_ego(scene.ego)))

    def _level(
        self, limit: Limit, scene: RoadScene, parameters: Parameters, ease: float
    ) -> Level:
        slw, stamp = parameters.slw, scene.stamp
        excess = scene.ego.speed - limit.speed
        since = self._fast_since.get(limit.speed)
        if limit.row == _OF_MAP:
            gates.about('SLW', [''])
        else:
            gates.about_one('SLW', scene.events.name, limit.row)
        trusted = gates.holds(
            Level.WARNING, 'its sender showed what is asked for', limit.trusted)
        lasted = gates.at_least(
            Level.WARNING, 'faster for [s]', NAN if since is None else (stamp - since) / 1e9,
            slw.warning_time)
        exceeds = gates.above(
            Level.WARNING, 'excess of speed [m/s]', excess, slw.warning_excess * ease)
        cautions = gates.above(
            Level.CAUTION, 'excess of speed [m/s]', excess, slw.caution_excess * ease)
        # What was WARNING stays so until the excess is well below.
        if trusted and exceeds and (lasted or ease < 1.0):
            return Level.WARNING
        if cautions:
            return Level.CAUTION
        fresh = self._changed is not None and stamp - self._changed <= slw.announce_time * 1e9
        return Level.INFO if gates.holds(Level.INFO, 'the limit is new', fresh) else Level.NONE


def _of_map(scene: RoadScene) -> list[Limit]:
    lane = scene.lane
    if scene.road is None or lane < 0 or scene.road.probability < _SURE:
        return []
    model = scene.road.model
    speed = float(model.speed_limit(heavy=scene.parameters.vehicle.heavy)[lane])
    if not speed > 0.0:
        return []
    trusted = bool(model.known()[lane]) or (
        scene.parameters.trust.minimum_verification == 'not_checked')
    return [Limit(speed, 'the map of the lane', _OF_MAP, trusted)]


def _of_events(scene: RoadScene) -> list[Limit]:
    if not len(scene.events):
        return []
    events, where = scene.events, scene.where
    here = scene.in_force & where.inside & where.own_lane
    found = []
    for row in np.flatnonzero(here).tolist():
        kind, text = int(events.kind[row]), events.description[row]
        if kind == RoadEventKind.LANE:
            speed, what = float(events.speed[row]), 'coordination of the lane'
        elif kind == RoadEventKind.EVENT:
            if not where.ahead[row]:
                continue
            speed, what = stated_limit(text), 'an event'
        elif int(events.code[row]) in _ENDS:
            if not concerns(events, row, scene.parameters.vehicle) or _lifted(
                scene, row, here
            ):
                continue
            speed, what = sign_speed(text), 'a sign'
        else:
            continue
        if speed > 0.0:
            found.append(Limit(speed, what, row, scene.trusts(row)))
    return found


def _lifted(scene: RoadScene, row: int, here: NDArray[np.bool_]) -> bool:
    """Return whether a sign for the end of a limit holds here, for this limit or for any."""
    events, begin = scene.events, scene.where.begin
    ends = here & (events.kind == int(RoadEventKind.SIGN)) & (
        events.code == _ENDS[int(events.code[row])]) & (begin >= begin[row])
    number = figure(events.description[row])
    return any(
        figure(events.description[end]) in (number,) or np.isnan(figure(events.description[end]))
        for end in np.flatnonzero(ends).tolist())
