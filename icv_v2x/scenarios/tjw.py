# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Traffic jam warning (TJW): a jam that a road-side unit tells of, or many slow vehicles ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory.rules import LevelRule
from icv_v2x.advisory.types import Action, Advisory, Application, Level
from icv_v2x.conflict import required_deceleration_following
from icv_v2x.road_events import stations_on
from icv_v2x.road_events.codes import Event
from icv_v2x.scenarios import hlw
from icv_v2x.scenarios.candidates import advice
from icv_v2x.scenarios.conflicts import emergency_deceleration
from icv_v2x.scenarios.motions import STANDING
from icv_v2x.scenarios.road_hazards import within_reach
from icv_v2x.scenarios.road_users import vulnerable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.parameters import Parameters
    from icv_v2x.scenarios.road_scene import RoadScene

# Of the vehicles of a jam so many are in the own lane, so that a row of parked ones is none.
_IN_LANE = 2


def assess(scene: RoadScene, parameters: Parameters) -> list[Advisory]:
    """Return the jams ahead: one candidate for each that is told of, one for what is seen."""
    if not parameters.tjw.enabled or scene.ego.speed < parameters.tjw.ego_speed:
        return []
    return [
        *hlw.warnings(Application.TJW, scene, scene.events.code == int(Event.CONGESTION)),
        *_seen(scene, parameters),
    ]


def _seen(scene: RoadScene, parameters: Parameters) -> list[Advisory]:
    """Return the candidate of the last vehicle of a jam of slow tracks, if there is one."""
    tracks, ego, jam = scene.tracks, scene.ego, parameters.tjw
    slow = (np.abs(tracks.speed) < jam.speed) & ~vulnerable(tracks)
    if np.count_nonzero(slow) < jam.vehicles:
        return []
    rows = np.flatnonzero(slow)
    reach = max(parameters.hazard.info_distance, parameters.hazard.info_time * ego.speed)
    station, offset, turned = stations_on(
        scene.way, tracks.x[rows], tracks.y[rows], tracks.heading[rows], reach)
    lane = 0.5 * parameters.carriageway.lane_width
    road = (1 + 2 * parameters.carriageway.lanes_aside) * lane
    along = np.abs(turned) < np.radians(parameters.collision.same_direction)
    standing = np.abs(tracks.speed[rows]) < STANDING
    level = ~(np.abs(tracks.z[rows] - ego.z) >= parameters.collision.height_difference)
    member = (station > 0.0) & (np.abs(offset) <= road) & level
    member &= along | (standing & (np.abs(offset) <= lane))
    order = np.flatnonzero(member)[np.argsort(station[member], kind='stable')]
    for first in range(len(order) - jam.vehicles + 1):
        group = order[first:]
        group = group[station[group] <= station[order[first]] + jam.length]
        mine = group[np.abs(offset[group]) <= lane]
        if len(group) >= jam.vehicles and len(mine) >= _IN_LANE:
            return _warning(scene, parameters, rows[group], rows[mine[0]], station[mine[0]])
    return []


def _warning(
    scene: RoadScene, parameters: Parameters, group: NDArray[np.intp], tail: int, station: float,
) -> list[Advisory]:
    tracks, ego = scene.tracks, scene.ego
    gap = max(float(station) - 0.5 * float(tracks.length[tail]), 0.0)
    if not within_reach(scene, gap):
        return []
    speed = max(float(tracks.speed[tail]), 0.0)
    hazard, collision = parameters.hazard, parameters.collision
    later, now = (
        float(np.atleast_1d(required_deceleration_following(
            gap, ego.speed, ego.acceleration, speed, 0.0, delay))[0])
        for delay in (collision.warning_delay, 0.0))
    near = hazard.caution_time * ego.speed + ego.speed**2 / (2.0 * hazard.caution_deceleration)
    levels = []
    for ease in (1.0, collision.exit_margin):
        level = Level.CAUTION if gap * ease <= near else Level.INFO
        if later >= emergency_deceleration(parameters) * ease and (
            now >= parameters.fcw.deceleration_steady * ease
        ):
            level = Level.WARNING
        levels.append(level)
    mean = float(np.mean(np.abs(tracks.speed[group])))
    closing = ego.speed - speed
    return [advice(
        Application.TJW, tracks, int(tail), ego, levels=(levels[0], levels[1]),
        rule=(LevelRule.TJW_LAST_VEHICLE if levels[0] >= Level.WARNING
              else LevelRule.TJW_SLOW_VEHICLES),
        actions=(Action.SLOW_DOWN, Action.SLOW_DOWN),
        reason=f'Traffic jam {gap:.0f} m ahead: {len(group)} vehicles at {mean:.1f} m/s',
        gap=gap, distance=gap, closing_speed=closing, required_deceleration=now,
        time_to_conflict=gap / closing if closing > 0.0 else np.inf,
        conflict_x=float(tracks.x[tail]), conflict_y=float(tracks.y[tail]),
        conflict_z=float(tracks.z[tail]),
    )]
