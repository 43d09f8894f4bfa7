# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Dynamic lane management (DLM): lanes that are closed, or reserved for others than the ego."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory import gates
from icv_v2x.advisory.rules import LevelRule
from icv_v2x.advisory.sources import InputKind, decided_by, of_ego, since
from icv_v2x.advisory.types import Action, Advisory, Application, Level
from icv_v2x.message_set.records.map_common import VehicleLaneAttribute
from icv_v2x.message_set.records.rsc import CoordinationInfo
from icv_v2x.message_set.records.vir import DriveBehavior
from icv_v2x.road_events.codes import (
    Sign,
    for_buses,
    for_high_occupancy,
    is_road_works,
    tells_closed,
)
from icv_v2x.scenarios.road_hazards import hazard_levels, hazard_rule, told, within_reach
from icv_v2x.scenarios.signs import concerns
from icv_v2x.translate.lanes import LaneType
from icv_v2x.translate.road_events import RoadEventKind

if TYPE_CHECKING:
    from icv_v2x.parameters import Parameters
    from icv_v2x.scenarios.road_scene import RoadScene

_LEFT, _RIGHT = DriveBehavior.LANE_CHANGING_TO_LEFT, DriveBehavior.LANE_CHANGING_TO_RIGHT


class Use(Enum):
    """Whom a lane is for; the values are words."""

    NOBODY = 'closed'
    BUSES = 'reserved for buses'
    OCCUPIED = 'reserved for high occupancy'
    CYCLES = 'reserved for cyclists'
    OTHERS = 'reserved for others'
    MANAGED = 'under dynamic management'


_SIGNS = {
    Sign.BUS_LANE: Use.BUSES, Sign.RAPID_TRANSIT_LANE: Use.BUSES,
    Sign.HIGH_OCCUPANCY_LANE: Use.OCCUPIED, Sign.CYCLE_LANE: Use.CYCLES,
    Sign.CYCLES: Use.CYCLES,
    Sign.TIDAL_LANE: Use.MANAGED,
}


def assess(scene: RoadScene, parameters: Parameters) -> list[Advisory]:
    """Return one candidate for each statement about lanes on the route, one for the map."""
    if not parameters.dlm.enabled:
        return []
    return [*_of_events(scene), *_of_map(scene)]


def _of_events(scene: RoadScene) -> list[Advisory]:
    if not len(scene.events):
        return []
    events, where = scene.events, scene.where
    found = []
    told_of = scene.asked(Application.DLM, np.ones(len(events), dtype=np.bool_), 'told')
    for row in np.flatnonzero(told_of).tolist():
        begin = float(where.begin[row])
        use = _use(scene, row)
        gates.about_one('DLM', events.name, row)
        gates.holds(gates.SELECTED, 'says something of lanes', use is not None)
        if use is None or not within_reach(scene, begin):
            continue
        own = bool(where.own_lane[row])
        gates.holds(
            Level.CAUTION, 'the lane is not open to the own vehicle', not _open(scene, use))
        levels = _levels(scene, use, begin, own=own)
        action = _action(scene, row, levels[0], own=own)
        place = f'{begin:.0f} m ahead' if begin > 0.0 else 'here'
        lane = 'Own lane' if own else 'Another lane'
        found.append(told(
            Application.DLM, scene, row, levels=levels, action=action,
            rule=_rule(scene, use, begin, levels[0], own=own),
            reason=f'{lane} {use.value} {place}', distance=max(begin, 0.0),
            lane_id=_lane_id(scene), speed_max=float(events.speed[row])))
    return found


def _use(scene: RoadScene, row: int) -> Use | None:
    """Return whom what is told leaves a lane to, None where it says nothing of lanes."""
    events = scene.events
    kind, text = int(events.kind[row]), events.description[row]
    if kind == RoadEventKind.LANE:
        return _coordinated(CoordinationInfo(int(events.information[row])), text)
    code = int(events.code[row])
    if kind == RoadEventKind.SIGN:
        known = code in _SIGNS and concerns(events, row, scene.parameters.vehicle)
        return _SIGNS[Sign(code)] if known else None
    lanes = events.link_lanes[events.link_event == row]
    works = is_road_works(code) and bool(np.any(lanes != 0))
    return Use.NOBODY if works or tells_closed(text) else None


def _coordinated(information: CoordinationInfo, text: str) -> Use:
    if information & CoordinationInfo.LANE_RESTRICTION or tells_closed(text):
        return Use.NOBODY
    if not information & CoordinationInfo.LANE_RESERVATION:
        return Use.MANAGED
    if for_buses(text):
        return Use.BUSES
    return Use.OCCUPIED if for_high_occupancy(text) else Use.OTHERS


def _open(scene: RoadScene, use: Use) -> bool:
    """Return whether the own vehicle may use such a lane."""
    vehicle = scene.parameters.vehicle
    if use is Use.MANAGED or (vehicle.kind == 'emergency' and use is not Use.NOBODY):
        return True
    if use is Use.OCCUPIED:
        return vehicle.high_occupancy or vehicle.kind == 'bus'
    return use is Use.BUSES and vehicle.kind == 'bus'


def _levels(scene: RoadScene, use: Use, begin: float, *, own: bool) -> tuple[Level, Level]:
    if _open(scene, use):
        return Level.INFO, Level.INFO
    entry, leave = hazard_levels(scene, begin, own_lane=own, reached=begin <= 0.0)
    if use is Use.NOBODY:
        return entry, leave
    # A reserved lane is no obstacle.
    return min(entry, Level.CAUTION), min(leave, Level.CAUTION)


def _rule(
    scene: RoadScene, use: Use, begin: float, level: Level, *, own: bool
) -> LevelRule:
    if _open(scene, use):
        return LevelRule.DLM_OPEN_LANE
    return hazard_rule(Application.DLM, level, own_lane=own, reached=begin <= 0.0)


def _action(scene: RoadScene, row: int, level: Level, *, own: bool) -> Action:
    """Return what is advised: the lane that coordination names, else one beside that is open."""
    behavior = DriveBehavior(int(scene.events.behavior[row]))
    if level < Level.CAUTION or not own:
        return Action.MONITOR
    if behavior & (_LEFT | _RIGHT):
        return Action.CHANGE_LANE_LEFT if behavior & _LEFT else Action.CHANGE_LANE_RIGHT
    beside = _beside(scene, row)
    if beside is not None:
        return beside
    return Action.SLOW_DOWN if level >= Level.WARNING else Action.MONITOR


def _beside(scene: RoadScene, row: int) -> Action | None:
    """Return the change to a lane of the same link that is not named, None where none is known.

    Lanes are numbered from the left.
    """
    if scene.road is None or scene.lane < 0:
        return None
    lanes, lane = scene.road.model.lanes, scene.lane
    named = 0
    for lane_bits in scene.events.link_lanes[scene.events.link_event == row].tolist():
        named |= lane_bits
    if not named:
        return None
    link = (lanes.node == lanes.node[lane]) & (lanes.upstream_node == lanes.upstream_node[lane])
    link &= (lanes.section == lanes.section[lane]) & (lanes.lane_type == LaneType.VEHICLE)
    there = {number for number in lanes.lane_id[link].tolist() if not named >> number & 1}
    own = int(lanes.lane_id[lane])
    right = scene.parameters.driving_side == 'right'
    sides = ((own + 1, Action.CHANGE_LANE_RIGHT), (own - 1, Action.CHANGE_LANE_LEFT))
    for number, action in sides if right else sides[::-1]:
        if number in there:
            return action
    return None


def _lane_id(scene: RoadScene) -> int:
    if scene.road is None or scene.lane < 0:
        return -1
    return int(scene.road.model.lanes.lane_id[scene.lane])


def _of_map(scene: RoadScene) -> list[Advisory]:
    """Return the candidate of the first lane of the route that the map keeps for others."""
    road = scene.road
    if road is None or road.route is None:
        return []
    half = 0.5 * scene.ego.length
    for lane, begin in zip(
        road.route.lane.tolist(), (road.route.begin - half).tolist(), strict=True
    ):
        use = _kept_for(int(road.model.lanes.lane_type[lane]), int(
            road.model.lanes.attributes[lane]))
        if use is None or _open(scene, use) or not within_reach(scene, begin):
            continue
        levels = _levels(scene, use, begin, own=True)
        heard = since(InputKind.MAP, int(road.model.time[lane]), scene.stamp)
        place = f'{begin:.0f} m ahead' if begin > 0.0 else 'here'
        return [Advisory(
            application=Application.DLM, level=levels[0], exit_level=levels[1],
            action=Action.MONITOR, subject_ids=(),
            reason=f'Own lane {use.value} {place}, by the map', distance=max(begin, 0.0),
            lane_id=int(road.model.lanes.lane_id[lane]), data_age=max(heard.age, scene.ego.age),
            verified=bool(road.model.known()[lane]),
            rule=_rule(scene, use, begin, levels[0], own=True).value,
            **decided_by(heard, of_ego(scene.ego)))]
    return []


def _kept_for(lane_type: int, attributes: int) -> Use | None:
    """Return whom the map keeps a lane for, None where it is for all vehicles."""
    if lane_type == LaneType.BIKE:
        return Use.CYCLES
    if lane_type != LaneType.VEHICLE:
        return None
    bits = VehicleLaneAttribute(attributes)
    if bits & VehicleLaneAttribute.RESTRICTED_TO_BUS_USE:
        return Use.BUSES
    if bits & VehicleLaneAttribute.HOV_LANE_USE_ONLY:
        return Use.OCCUPIED
    if bits & VehicleLaneAttribute.RESTRICTED_TO_TAXI_USE:
        return Use.OTHERS
    return None
