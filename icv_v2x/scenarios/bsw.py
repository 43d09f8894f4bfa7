# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Blind spot warning (BSW): vehicles beside the ego where its mirrors do not show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory import gates
from icv_v2x.advisory.rules import LevelRule
from icv_v2x.advisory.types import Action, Advisory, Application, Level
from icv_v2x.scenarios.candidates import advice
from icv_v2x.scenarios.intent import changes_lane
from icv_v2x.scenarios.neighbours import (
    same_way,
    seen_along,
    seen_along_their_lanes,
    vehicles_near,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.parameters import Parameters
    from icv_v2x.scenarios.intent import Intent
    from icv_v2x.scenarios.neighbours import Beside
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

# Centres of vehicles in the blind spot are no farther apart, trains of lorries included [m].
_REACH = 40.0


def assess(
    tracks: Tracks, ego: EgoState, intent: Intent, parameters: Parameters
) -> list[Advisory]:
    """Return one candidate for each vehicle in a blind spot of the ego.

    Args:
        tracks: All objects at the same instant.
        ego: The ego now.
        intent: What tells of its intent.
        parameters: Parameters of the package.

    Returns:
        Candidates with the level by the entry and by the exit thresholds.
    """
    gates.about('BSW', tracks)
    if not gates.holds(gates.SELECTED, 'bsw.enabled', parameters.bsw.enabled):
        return []
    rows = vehicles_near(ego, tracks, _REACH, parameters)
    if not len(rows):
        return []
    gates.about('BSW', tracks, rows)
    rows = rows[same_way(ego, tracks.take(rows), parameters)]
    if not len(rows):
        return []
    gates.about('BSW', tracks, rows)
    vehicles = tracks.take(rows)
    beside = seen_along(
        ego, vehicles, np.full(len(rows), ego.heading), seen_along_their_lanes(ego, vehicles).axis
    )
    entry = _level(ego, intent, beside, vehicles, parameters, 1.0)
    leave = _level(ego, intent, beside, vehicles, parameters, parameters.collision.exit_margin)
    found = []
    for index in np.flatnonzero(leave).tolist():
        side = 'left' if beside.side[index] > 0.0 else 'right'
        gap = float(beside.side_gap[index])
        leaving = entry[index] >= Level.WARNING
        found.append(advice(
            Application.BSW, tracks, int(rows[index]), ego,
            levels=(entry[index], leave[index]),
            rule=LevelRule.BSW_LANE_CHANGE if leaving else LevelRule.BSW_BLIND_SPOT,
            actions=(Action.KEEP_LANE, Action.KEEP_LANE),
            reason=f'Vehicle in the {side} blind spot, {gap:.1f} m beside'
            + (', and the ego is about to change to that lane' if leaving else ''),
            closing_speed=ego.speed - float(vehicles.speed[index]),
        ))
    return found


def _level(
    ego: EgoState,
    intent: Intent,
    beside: Beside,
    vehicles: Tracks,
    parameters: Parameters,
    ease: float,
) -> NDArray[np.int64]:
    """Return the level of each vehicle; `ease` below 1 for the exit thresholds."""
    bsw = parameters.bsw
    reach = beside.ahead - beside.front_gap - 0.5 * ego.length
    front, rear = beside.ahead + reach, beside.ahead - reach
    zone = gates.at_least(
        Level.INFO, 'gap from side to side [m]', beside.side_gap, bsw.nearest * ease)
    zone &= gates.at_most(
        Level.INFO, 'gap from side to side, at most [m]', beside.side_gap, bsw.farthest / ease)
    zone &= gates.below(
        Level.INFO, 'its tail, before the centre of the ego [m]', rear,
        0.5 * ego.length - bsw.mirror * ease)
    zone &= gates.above(
        Level.INFO, 'its front, before the centre of the ego [m]', front,
        -0.5 * ego.length - bsw.behind / ease)
    changes = gates.holds(
        Level.WARNING, 'the ego is about to change to its lane',
        changes_lane(ego, intent, beside, parameters, ease))
    return np.where(zone, np.where(changes, Level.WARNING, Level.INFO), Level.NONE)
