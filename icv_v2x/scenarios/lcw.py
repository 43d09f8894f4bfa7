# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Lane change warning (LCW): vehicles that come up fast from behind in the next lane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory import gates
from icv_v2x.advisory.rules import LevelRule
from icv_v2x.advisory.types import Action, Advisory, Application, Level
from icv_v2x.conflict import required_deceleration_following
from icv_v2x.scenarios.candidates import advice
from icv_v2x.scenarios.intent import changes_lane
from icv_v2x.scenarios.neighbours import same_way, seen_along_their_lanes, vehicles_near

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.parameters import Parameters
    from icv_v2x.scenarios.intent import Intent
    from icv_v2x.scenarios.neighbours import Beside
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

# Closing speeds that the times of WARNING are given for [m/s].
_CLOSING = (10.0, 15.0, 20.0)
# Nobody closes faster from behind [m/s]; with the longest time it bounds the search.
_FASTEST = 70.0


def assess(
    tracks: Tracks, ego: EgoState, intent: Intent, parameters: Parameters
) -> list[Advisory]:
    """Return one candidate for each vehicle that comes up from behind in a next lane.

    Args:
        tracks: All objects at the same instant.
        ego: The ego now.
        intent: What tells of its intent.
        parameters: Parameters of the package.

    Returns:
        Candidates with the level by the entry and by the exit thresholds.
    """
    lcw, ease = parameters.lcw, parameters.collision.exit_margin
    gates.about('LCW', tracks)
    if not gates.holds(gates.SELECTED, 'lcw.enabled', lcw.enabled):
        return []
    rows = vehicles_near(ego, tracks, ego.length + _FASTEST * lcw.time / ease, parameters)
    if not len(rows):
        return []
    gates.about('LCW', tracks, rows)
    vehicles = tracks.take(rows)
    beside = seen_along_their_lanes(ego, vehicles)
    # A vehicle abreast is a matter of the blind spot.
    behind = same_way(ego, vehicles, parameters)
    behind &= gates.above(gates.SELECTED, 'gap behind the ego [m]', beside.rear_gap, 0.0)
    rows = rows[behind & gates.holds(
        gates.SELECTED, 'in a next lane', _in_the_next_lane(beside, parameters, ease))]
    if not len(rows):
        return []
    gates.about('LCW', tracks, rows)
    vehicles = tracks.take(rows)
    beside = seen_along_their_lanes(ego, vehicles)
    closing = vehicles.speed - ego.speed * np.cos(ego.heading - beside.axis)
    time = np.where(closing > 0.0, beside.rear_gap / np.maximum(closing, 1e-9), np.inf)
    needed = required_deceleration_following(
        beside.rear_gap, vehicles.speed, vehicles.acceleration,
        max(ego.speed, 0.0), 0.0, lcw.follower_delay,
    )
    levels = [
        _level(
            _in_the_next_lane(beside, parameters, margin),
            changes_lane(ego, intent, beside, parameters, margin),
            (closing, time, needed), parameters, margin,
        )
        for margin in (1.0, ease)
    ]
    found = []
    for index in np.flatnonzero(levels[1]).tolist():
        side = 'left' if beside.side[index] > 0.0 else 'right'
        gap = float(beside.rear_gap[index])
        found.append(advice(
            Application.LCW, tracks, int(rows[index]), ego,
            levels=(levels[0][index], levels[1][index]),
            rule=_rule(
                int(levels[0][index] or levels[1][index]), float(closing[index]),
                float(time[index]), parameters),
            actions=(Action.KEEP_LANE, Action.KEEP_LANE),
            reason=f'Vehicle {gap:.0f} m behind in the {side} lane closes at '
            f'{closing[index]:.1f} m/s, abreast in {time[index]:.1f} s, and would have to brake '
            f'at {needed[index]:.1f} m/s2',
            gap=gap,
            closing_speed=float(closing[index]),
        ))
    return found


def _rule(level: int, closing: float, time: float, parameters: Parameters) -> LevelRule:
    """Return what decided a level; closing speed [m/s] and time until abreast [s]."""
    if level < Level.WARNING:
        return LevelRule.LCW_LANE_CHANGE if level == Level.CAUTION else LevelRule.LCW_APPROACH
    short = time <= _shortest(np.array([closing]), parameters)[0]
    return LevelRule.LCW_TIME_TO_COLLISION if short else LevelRule.LCW_FOLLOWER_DECELERATION


def _shortest(closing: Floats, parameters: Parameters) -> Floats:
    """Return the time until abreast up to which WARNING is given, by closing speeds, (n,) [s]."""
    lcw = parameters.lcw
    limits = (lcw.warning_slow, lcw.warning_medium, lcw.warning_fast)
    return np.asarray(np.interp(closing, _CLOSING, limits))


def _in_the_next_lane(beside: Beside, parameters: Parameters, ease: float) -> Flags:
    """Return which vehicles are nearer to the middle of a next lane than to another's."""
    width = parameters.carriageway.lane_width
    lanes = np.abs(beside.left) / width
    return (lanes >= 0.5 * ease) & (lanes <= 1.0 + 0.5 / ease)


def _level(
    next_lane: Flags,
    changes: Flags,
    figures: tuple[Floats, Floats, Floats],
    parameters: Parameters,
    ease: float,
) -> NDArray[np.int64]:
    """Return the level of each vehicle; `ease` below 1 for the exit thresholds.

    Args:
        next_lane: (n,) it drives in a next lane.
        changes: (n,) the ego is about to change to its lane.
        figures: (n,) each, closing speed [m/s], time to collision [s], deceleration needed
            [m/s2].
        parameters: Parameters of the package.
        ease: Factor on thresholds.
    """
    lcw = parameters.lcw
    closing, time, needed = figures
    short = gates.at_most(
        Level.WARNING, 'either: time until abreast [s]', time * ease,
        _shortest(closing, parameters))
    short |= (closing > 0.0) & gates.above(
        Level.WARNING, 'or: deceleration that it would need [m/s2]', needed,
        lcw.follower_deceleration * ease)
    coming = gates.holds(Level.INFO, 'in a next lane', next_lane)
    coming = coming & gates.at_most(
        Level.INFO, 'time until abreast [s]', time * ease, lcw.time)
    changes = gates.holds(Level.CAUTION, 'the ego is about to change to its lane', changes)
    level = np.where(coming, np.where(changes, Level.CAUTION, Level.INFO), Level.NONE)
    return np.where(next_lane & changes & short, Level.WARNING, level)
