# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""In-vehicle signage (IVS): signs on the route, and those that keep the own vehicle out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory import gates
from icv_v2x.advisory.rules import LevelRule
from icv_v2x.advisory.types import NAN, Action, Advisory, Application, Level
from icv_v2x.road_events.codes import Sign, figure, sign_name
from icv_v2x.scenarios.road_hazards import (
    hazard_levels,
    hazard_rule,
    needed_deceleration,
    told,
    within_reach,
)
from icv_v2x.scenarios.signs import barred, concerns
from icv_v2x.translate.road_events import RoadEventKind

if TYPE_CHECKING:
    from icv_v2x.parameters import Parameters
    from icv_v2x.scenarios.road_scene import RoadScene

_UNITS = {
    Sign.SPEED_LIMIT: 'km/h', Sign.END_OF_SPEED_LIMIT: 'km/h', Sign.ADVISORY_SPEED: 'km/h',
    Sign.ZONE_SPEED_LIMIT: 'km/h', Sign.END_OF_ZONE_SPEED_LIMIT: 'km/h',
    Sign.MINIMUM_SPEED: 'km/h', Sign.WIDTH_LIMIT: 'm', Sign.HEIGHT_LIMIT: 'm',
    Sign.MASS_LIMIT: 't', Sign.AXLE_LOAD_LIMIT: 't',
}


def assess(scene: RoadScene, parameters: Parameters) -> list[Advisory]:
    """Return one candidate for each sign that holds for the own vehicle ahead or here.

    A sign is worth knowing from its reach on until it is left behind. One that keeps the own
    vehicle out is a hazard that stands where it begins to hold.
    """
    if not parameters.ivs.enabled or not len(scene.events):
        return []
    events, where = scene.events, scene.where
    rows = scene.asked(Application.IVS, events.kind == int(RoadEventKind.SIGN), 'a sign')
    found = []
    for row in np.flatnonzero(rows).tolist():
        begin = float(where.begin[row])
        gates.about_one('IVS', events.name, row)
        if not within_reach(scene, begin) or not gates.holds(
            gates.SELECTED, 'concerns vehicles like the own',
            concerns(events, row, parameters.vehicle),
        ):
            continue
        code = int(events.code[row])
        why = barred(events, row, parameters.vehicle) if where.own_lane[row] else ''
        levels, rule = (Level.INFO, Level.INFO), LevelRule.IVS_SIGN
        if gates.holds(Level.CAUTION, 'keeps the own vehicle out', bool(why)):
            here = begin <= 0.0
            levels = hazard_levels(scene, begin, own_lane=True, reached=here)
            rule = hazard_rule(Application.IVS, levels[0], own_lane=True, reached=here)
        place = f'{begin:.0f} m ahead' if begin > 0.0 else 'here'
        number = figure(events.description[row])
        value = f' {number:g} {_UNITS[Sign(code)]}' if code in _UNITS and number > 0.0 else ''
        found.append(told(
            Application.IVS, scene, row, levels=levels, rule=rule,
            action=Action.SLOW_DOWN if levels[0] >= Level.WARNING else Action.MONITOR,
            reason=f'{sign_name(code, events.description[row])}{value} {place}'
            f'{f": {why}" if why else ""}',
            distance=max(begin, 0.0),
            required_deceleration=needed_deceleration(scene, begin) if why else NAN,
        ))
    return found
