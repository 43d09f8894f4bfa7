# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Guidance service in parking areas (GSPA): which slot, and the way to it or out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icv_v2x.advisory.rules import LevelRule
from icv_v2x.advisory.sources import InputKind, decided_by, of_ego, since
from icv_v2x.advisory.types import NAN, Action, Advisory, Application, Level
from icv_v2x.inputs import Verification
from icv_v2x.parking import Guidance, Obstacle, Outcome, ParkingGuide
from icv_v2x.translate.parking_areas import NOT_GIVEN

if TYPE_CHECKING:
    from icv_v2x.parameters import Parameters
    from icv_v2x.parking import Route
    from icv_v2x.scenarios.road_scene import RoadScene
    from icv_v2x.translate.parking_areas import ParkingArea

# A bend of the way by more than this is told as a turn [rad].
_TURN = math.radians(35.0)
# Names of slots, behind those of signals; slots count to 65535.
_SHARE = 6 << 20
_EXIT, _NO_SLOT, _NO_EXIT = 1 << 16, 1 << 17, (1 << 17) + 1


class Goal(NamedTuple):
    """What an advisory of the service is about.

    Attributes:
        slot: Number of the slot, `NOT_GIVEN` for the exit or where none is found.
        leaving: Whether the vehicle is on its way out.
    """

    slot: int
    leaving: bool


def goal_of_name(name: str) -> Goal | None:
    """Return what the first subject of an advisory of the service names, None for other names."""
    number = int(name.partition(':')[2] or 0) - _SHARE
    if not 0 <= number <= _NO_EXIT:
        return None
    return Goal(number if number < _EXIT else NOT_GIVEN, number in (_EXIT, _NO_EXIT))
_WHY = {
    Obstacle.NOT_FREE: 'not free', Obstacle.NOT_PERMITTED: 'not permitted',
    Obstacle.TOO_SMALL: 'too small', Obstacle.OUT_OF_REACH: 'out of reach',
}


class ParkingService:
    """Guides to a slot or out of a parking area.

    Attributes:
        guidance: The present guidance, None where there is none.
    """

    def __init__(self) -> None:
        """Begin without a goal."""
        self._guide = ParkingGuide()
        self.guidance: Guidance | None = None

    def clear(self) -> None:
        """Forget the goal."""
        self._guide.clear()
        self.guidance = None

    def assess(self, scene: RoadScene, parameters: Parameters) -> list[Advisory]:
        """Return the guidance as an advisory.

        Args:
            scene: The instant.
            parameters: Parameters of the package.

        Returns:
            None or one candidate at INFO.
        """
        self.guidance = None
        if not parameters.parking.enabled:
            self._guide.clear()
            return []
        self.guidance = self._guide.update(scene.parking, scene.ego, parameters)
        return [] if self.guidance is None else [_advisory(self.guidance, scene, parameters)]


def _advisory(guidance: Guidance, scene: RoadScene, parameters: Parameters) -> Advisory:
    area, route = guidance.area, guidance.route
    limit, lane = NAN, -1
    if route is not None and not guidance.approach:
        limit = float(area.drives.speed_limit[route.drives[0]])
        lane = int(area.drives.number[route.drives[0]])
    # Naming the ego says that the area gave it the slot.
    own = (parameters.vehicle.temporary_id.upper(),) if guidance.confirmed else ()
    return Advisory(
        application=Application.GSPA,
        level=Level.INFO,
        action=_action(guidance),
        subject_ids=(_subject(guidance), *own),
        reason=_reason(guidance),
        conflict_x=guidance.x,
        conflict_y=guidance.y,
        conflict_z=guidance.z,
        distance=guidance.distance,
        speed_max=limit,
        lane_id=lane,
        data_age=max(scene.stamp - area.time, 0) / 1e9,
        verified=area.verification == Verification.VERIFIED,
        rule=LevelRule.GSPA_GUIDANCE.value,
        **decided_by(since(InputKind.PAM, area.time, scene.stamp), of_ego(scene.ego)),
    )


def _action(guidance: Guidance) -> Action:
    """Return PARK on the way to a slot, MONITOR on the way out, NONE otherwise."""
    if guidance.outcome != Outcome.ON_THE_WAY:
        return Action.NONE
    return Action.MONITOR if guidance.slot == NOT_GIVEN else Action.PARK


def _subject(guidance: Guidance) -> str:
    """Return the name of what the advisory is about: a slot, the exit, or that there is none."""
    area = guidance.area
    goal = guidance.slot
    if goal == NOT_GIVEN:
        goal = {Outcome.NO_SLOT: _NO_SLOT, Outcome.NO_WAY: _NO_EXIT}.get(guidance.outcome, _EXIT)
    return _name(area, goal)


def _name(area: ParkingArea, goal: int) -> str:
    number = area.signer if area.number == NOT_GIVEN else area.number
    return f'{number:016X}:{_SHARE + goal}'


def names_in(area: ParkingArea) -> dict[str, str]:
    """Return the names of subjects in an area, and what a person calls them."""
    where = f' of {area.name}' if area.name else ''
    told = {_EXIT: 'exit', _NO_SLOT: 'parking', _NO_EXIT: 'exit'}
    for number, sign in zip(area.slots.number.tolist(), area.slots.sign, strict=True):
        told[number] = f'slot {sign or number}'
    return {_name(area, goal): text + where for goal, text in told.items()}


def _reason(guidance: Guidance) -> str:
    area = guidance.area
    where = f' of {area.name}' if area.name else ''
    if guidance.outcome == Outcome.NO_SLOT:
        counts = ', '.join(
            f'{count} {_WHY[one]}' for one, count in guidance.obstacles if one in _WHY)
        return f'no slot{where} can be taken: {counts or "none on the map"}'
    if guidance.outcome == Outcome.NO_WAY:
        return f'no exit{where} can be reached'
    goal = 'exit' + where if guidance.slot == NOT_GIVEN else _slot_text(guidance)
    if guidance.outcome == Outcome.ARRIVED:
        return f'arrived at {goal}'
    parts = [f'{guidance.distance:.0f} m to {goal}']
    route = guidance.route
    if guidance.approach:
        parts.append(f'entrance in {guidance.approach:.0f} m')
    elif route is not None:
        parts.append(_next_turn(area, route))
    if guidance.change:
        parts.append(guidance.change)
    return ', '.join(part for part in parts if part)


def _slot_text(guidance: Guidance) -> str:
    sign = f' ({guidance.sign})' if guidance.sign else ''
    floor = f' on floor {guidance.floor:.0f}' if math.isfinite(guidance.floor) else ''
    given = ' given by the area' if guidance.confirmed else ''
    return f'slot {guidance.slot}{sign}{floor}{given}'


def _next_turn(area: ParkingArea, route: Route) -> str:
    """Return the next turn or change of floor on a way, '' where it goes straight on."""
    left = route.distance
    if len(route.drives) == 1:
        return ''
    drives = area.drives
    # What remains of the first drive is the way without all that follows but the last one.
    lengths = drives.length[list(route.drives)]
    steps = np.hypot(np.hypot(np.diff(route.x), np.diff(route.y)), np.nan_to_num(
        np.diff(route.z)))
    stations = np.concatenate([[0.0], np.cumsum(steps)])
    corner = drives.points(route.drives[0]).stop - 1
    far = np.hypot(route.x - drives.x[corner], route.y - drives.y[corner])
    along = float(stations[int(np.argmin(far))])
    for place, (one, other) in enumerate(zip(route.drives, route.drives[1:], strict=False)):
        if place:
            along += float(lengths[place])
        floor, following = (area.nodes.floor[drives.node[row]] for row in (one, other))
        if following != floor and math.isfinite(floor + following):
            return f'to floor {following:.0f} in {min(along, left):.0f} m'
        angle = _bend(area, one, other)
        if abs(angle) > _TURN:
            return f'{"left" if angle > 0.0 else "right"} in {min(along, left):.0f} m'
    return ''


def _bend(area: ParkingArea, one: int, other: int) -> float:
    """Return the angle from the end of a drive to the beginning of another [rad], left +."""
    drives = area.drives
    last, first = drives.points(one).stop - 1, drives.points(other).start
    before = math.atan2(drives.y[last] - drives.y[last - 1], drives.x[last] - drives.x[last - 1])
    after = math.atan2(
        drives.y[first + 1] - drives.y[first], drives.x[first + 1] - drives.x[first])
    return math.remainder(after - before, math.tau)
