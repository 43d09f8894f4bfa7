# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The rule of warnings of hazards on the route (AVW, CLW): distance first, then the FCW rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory import gates
from icv_v2x.advisory.rules import LevelRule
from icv_v2x.advisory.types import NAN, Action, Advisory, Application, Level
from icv_v2x.scenarios import fcw
from icv_v2x.scenarios.candidates import advice
from icv_v2x.scenarios.own_path import in_own_lane, on_carriageway

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from icv_v2x.parameters import Parameters
    from icv_v2x.scenarios.events import Events
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

    Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Hazard:
    """One kind of hazard among n vehicles.

    Attributes:
        application: Application that speaks of it.
        hazardous: (n,) vehicles that are a hazard wherever they are.
        beside: (n,) vehicles that are a hazard even outside the own lane.
        what: Tells in words what is the matter with the vehicle in a row.
    """

    application: Application
    hazardous: Flags
    beside: Flags
    what: Callable[[int], str]


def candidates(
    of: Hazard, events: Events, tracks: Tracks, ego: EgoState, parameters: Parameters
) -> list[Advisory]:
    """Return one candidate for each hazardous vehicle on the route ahead.

    IMMINENT is left to FCW, which sees the same vehicles.

    Args:
        of: The hazard.
        events: The ego's way and what is known of events.
        tracks: All vehicles at the instant, n.
        ego: The ego now.
        parameters: Parameters of the package.

    Returns:
        Candidates with the level by the entry and by the exit thresholds.
    """
    hazard, places = parameters.hazard, events.places
    lane = in_own_lane(places, parameters)
    closing = ego.speed - places.along
    with np.errstate(divide='ignore', invalid='ignore'):
        arrival = np.where(closing > 0.0, places.gap / closing, np.inf)
    name = of.application.name
    gates.about(name, tracks)
    near = gates.at_most(
        gates.SELECTED, 'either: gap [m]', places.gap, hazard.info_distance)
    near |= gates.at_most(
        gates.SELECTED, 'or: arrival [s]', arrival, hazard.info_time)
    route = gates.holds(
        gates.SELECTED, 'ahead on the level of the ego', places.ahead & places.level)
    route = route & near & gates.holds(
        gates.SELECTED, 'on the own carriageway', on_carriageway(places, parameters))
    rows = np.flatnonzero(of.hazardous & route & gates.holds(
        gates.SELECTED, 'in the own lane, or of a kind that counts beside it', lane | of.beside))
    if not len(rows):
        return []
    margin = parameters.collision.exit_margin
    speed = max(ego.speed, 0.0)
    reach = hazard.caution_time * speed + speed**2 / (2.0 * hazard.caution_deceleration)
    found = []
    gates.about(name, tracks, rows)
    close = gates.holds(Level.CAUTION, 'in the own lane', lane[rows])
    reached = [
        close & gates.at_most(Level.CAUTION, 'gap [m]', places.gap[rows] * ease, reach)
        for ease in (1.0, margin)]
    gates.about(f'{name}, by the rule of FCW', tracks, events.conflicts.row)
    meets = {int(row): k for k, row in enumerate(events.conflicts.row)}
    rules = [fcw.levels(events.conflicts, parameters, ease) for ease in (1.0, margin)]
    for k, row in enumerate(rows.tolist()):
        gap = float(places.gap[row])
        levels, by_distance = [], []
        for near_enough, rule in zip(reached, rules, strict=True):
            level = Level.CAUTION if near_enough[k] else Level.INFO
            by_distance.append(level)
            if row in meets:
                level = max(level, Level(min(int(rule[meets[row]]), Level.WARNING)))
            levels.append(level)
        met = events.conflicts.time[meets[row]] if row in meets else NAN
        where = 'in the own lane' if lane[row] else 'beside the own lane'
        found.append(advice(
            of.application, tracks, row, ego,
            levels=(levels[0], levels[1]),
            rule=LevelRule.of(
                of.application,
                'forward_collision' if levels[0] > by_distance[0] else 'distance'),
            actions=(Action.SLOW_DOWN, Action.SLOW_DOWN),
            reason=f'{of.what(row)} {gap:.0f} m ahead {where}, '
            f'at {abs(tracks.speed[row]):.1f} m/s',
            time_to_conflict=float(met),
            gap=gap,
            distance=gap,
            closing_speed=float(closing[row]),
        ))
    return found
