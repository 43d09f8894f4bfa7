# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Hazardous location warning (HLW): events on the route that a road-side unit tells of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory import gates
from icv_v2x.advisory.types import Action, Advisory, Application, Level
from icv_v2x.road_events.codes import Event, event_name
from icv_v2x.scenarios.road_hazards import (
    hazard_levels,
    hazard_rule,
    needed_deceleration,
    told,
    within_reach,
)
from icv_v2x.translate.road_events import RoadEventKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.parameters import Parameters
    from icv_v2x.scenarios.road_scene import RoadScene


def assess(scene: RoadScene, parameters: Parameters) -> list[Advisory]:
    """Return one candidate for each hazardous location on the route."""
    if not parameters.hlw.enabled:
        return []
    return warnings(
        Application.HLW, scene, scene.events.code != int(Event.CONGESTION))


def warnings(
    application: Application, scene: RoadScene, which: NDArray[np.bool_]
) -> list[Advisory]:
    """Return one candidate for each of the events (mask (n,)) that lie on the route."""
    if not len(scene.events):
        return []
    events, where = scene.events, scene.where
    rows = scene.asked(
        application, (events.kind == int(RoadEventKind.EVENT)) & which, 'an event of its kind')
    found = []
    for row in np.flatnonzero(rows).tolist():
        distance, own = float(where.distance[row]), bool(where.own_lane[row])
        gates.about_one(application.name, events.name, row)
        if not within_reach(scene, distance):
            continue
        apart = abs(float(events.z[row]) - scene.ego.z)
        level = not apart >= scene.parameters.collision.height_difference
        if not gates.holds(gates.SELECTED, 'not known to be on another level', level):
            continue
        reached = distance <= 0.0 and not where.placed[row]
        levels = hazard_levels(scene, distance, own_lane=own, reached=reached)
        name = event_name(int(events.code[row]))
        lane = 'in the own lane' if own else 'beside the own lane'
        place = 'here' if reached else f'{max(distance, 0.0):.0f} m ahead'
        found.append(told(
            application, scene, row, levels=levels,
            rule=hazard_rule(application, levels[0], own_lane=own, reached=reached),
            action=Action.SLOW_DOWN if levels[0] >= Level.WARNING else Action.MONITOR,
            reason=f'{name} {place} {lane}, at {scene.ego.speed:.1f} m/s'
            f'{_text(events.description[row])}',
            distance=max(distance, 0.0), gap=max(distance, 0.0),
            closing_speed=max(scene.ego.speed, 0.0),
            time_to_conflict=_arrival(scene, distance),
            required_deceleration=needed_deceleration(scene, distance),
        ))
    return found


def _arrival(scene: RoadScene, distance: float) -> float:
    speed = scene.ego.speed
    return max(distance, 0.0) / speed if speed > 0.0 else float('nan')


def _text(description: str) -> str:
    return f': {description[:80]}' if description else ''
