# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Forward collision warning (FCW): leaders and oncoming traffic in the ego's own path."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory import gates
from icv_v2x.advisory.rules import LevelRule
from icv_v2x.advisory.types import Action, Advisory, Application, Level
from icv_v2x.scenarios.candidates import candidate, level_of
from icv_v2x.scenarios.conflicts import Course, can_yield, emergency_deceleration
from icv_v2x.scenarios.cut_in import stays_beside
from icv_v2x.scenarios.motions import STANDING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.parameters import Parameters
    from icv_v2x.scenarios.conflicts import Conflicts
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

    Floats = NDArray[np.float64]


def assess(
    conflicts: Conflicts, tracks: Tracks, ego: EgoState, parameters: Parameters
) -> list[Advisory]:
    """Return one candidate for each subject that the ego would run into ahead.

    Args:
        conflicts: Subjects that the ego's present motion meets.
        tracks: The objects that `conflicts` refers to.
        ego: The ego now.
        parameters: Parameters of the package.

    Returns:
        Candidates with the level by the entry and by the exit thresholds.
    """
    gates.about('FCW', tracks, conflicts.row)
    enabled = gates.holds(gates.SELECTED, 'fcw.enabled', parameters.fcw.enabled)
    if not enabled or not len(conflicts.row):
        return []
    return [
        *_leaders(conflicts, tracks, ego, parameters),
        *_oncoming(conflicts, tracks, ego, parameters),
    ]


def levels(conflicts: Conflicts, parameters: Parameters, ease: float) -> NDArray[np.int64]:
    """Return the level of each subject by the rules of FCW, whether it speaks or not, (n,).

    Args:
        conflicts: Subjects that the ego's present motion meets.
        parameters: Parameters of the package.
        ease: 1 for the entry thresholds, less for those of the exit.
    """
    time = np.minimum(conflicts.steady.time, conflicts.braking.time)
    same = conflicts.course == int(Course.SAME)
    oncoming = conflicts.course == int(Course.ONCOMING)
    return np.where(
        same,
        _leader_level(conflicts, time, parameters, ease),
        _oncoming_level(conflicts, parameters, ease) * oncoming,
    )


def _leaders(
    conflicts: Conflicts, tracks: Tracks, ego: EgoState, parameters: Parameters
) -> list[Advisory]:
    """Assess traffic in the same direction and what stands in the path."""
    steady, braking = conflicts.steady, conflicts.braking
    same = gates.holds(
        gates.SELECTED, 'goes the same way or stands', conflicts.course == int(Course.SAME))
    if not same.any() and not gates.heard():
        return []
    time = np.minimum(steady.time, braking.time)
    needed = np.maximum(steady.now, braking.now)
    beside = stays_beside(ego, tracks.take(conflicts.row))
    gates.holds(Level.WARNING, 'does not stay beside the ego', ~beside)
    away = conflicts.bends_away
    gates.holds(Level.WARNING, 'is on no lane that leads it past the ego', ~away)
    entry, leave = (
        np.where(beside | away, np.minimum(level, Level.CAUTION), level) * same
        for level in (
            _leader_level(conflicts, time, parameters, ease)
            for ease in (1.0, parameters.collision.exit_margin)))
    keeps = np.where(
        entry > 0, _keeps_speed(conflicts, entry, parameters, 1.0),
        _keeps_speed(conflicts, leave, parameters, parameters.collision.exit_margin))
    found = []
    for row in np.flatnonzero(leave).tolist():
        alone = steady.now[row] >= braking.now[row]
        gap = float(steady.gap[row] if alone else braking.gap[row])
        closing = float(conflicts.closing_speed[row])
        subject = 'stands' if abs(tracks.speed[conflicts.row[row]]) < STANDING else 'is slower'
        if not alone:
            rate = -float(tracks.acceleration[conflicts.row[row]])
            subject = f'brakes at {rate:.1f} m/s2'
        first = steady if steady.time[row] <= braking.time[row] else braking
        found.append(candidate(
            Application.FCW, conflicts, row, first.contact, tracks, ego,
            levels=(entry[row], leave[row]),
            rule=(LevelRule.FCW_REQUIRED_DECELERATION if keeps[row]
                  else LevelRule.FCW_LEADER_BRAKING),
            actions=(Action.BRAKE, Action.SLOW_DOWN),
            time=float(time[row]), gap=gap, closing=closing, needed=float(needed[row]),
            distance=float(first.way[row]),
            reason=f'Vehicle {gap:.0f} m ahead {subject}, {_closing(closing)}: '
            f'contact in {time[row]:.1f} s, avoided by braking at {needed[row]:.1f} m/s2',
        ))
    return found


def _keeps_speed(
    conflicts: Conflicts, level: NDArray[np.int64], parameters: Parameters, ease: float
) -> NDArray[np.bool_]:
    """Return where a leader who keeps its speed has that level, (n,); else one who brakes on."""
    steady, strong = conflicts.steady, emergency_deceleration(parameters) * ease
    warning = (steady.warning >= strong) & (
        steady.now >= parameters.fcw.deceleration_steady * ease)
    return np.where(level >= Level.WARNING, warning, steady.caution >= strong)


def _leader_level(
    conflicts: Conflicts, time: Floats, parameters: Parameters, ease: float
) -> NDArray[np.int64]:
    """Return the level of each subject as a leader; `ease` below 1 for the exit thresholds."""
    collision, fcw = parameters.collision, parameters.fcw
    strong = emergency_deceleration(parameters) * ease
    steady, braking = conflicts.steady, conflicts.braking
    caution = gates.at_least(
        Level.CAUTION, 'a_req of CAUTION [m/s2]',
        np.maximum(steady.caution, braking.caution), strong)
    warning = gates.at_least(
        Level.WARNING, 'either: a_req of WARNING, leader keeps its speed [m/s2]',
        steady.warning, strong)
    warning &= gates.at_least(
        Level.WARNING, 'either: a_req now, leader keeps its speed [m/s2]',
        steady.now, fcw.deceleration_steady * ease)
    brakes = gates.at_least(
        Level.WARNING, 'or: a_req of WARNING, leader brakes on [m/s2]', braking.warning, strong)
    brakes &= gates.at_least(
        Level.WARNING, 'or: a_req now, leader brakes on [m/s2]',
        braking.now, fcw.deceleration_braking * ease)
    brakes &= gates.holds(
        Level.WARNING, 'or: the braking lasts, or asks for IMMINENT',
        conflicts.lasting | (braking.imminent >= strong))
    warning |= brakes
    warning &= gates.at_least(
        Level.WARNING, 'probability of contact', conflicts.probability,
        collision.probability * ease)
    imminent = gates.at_least(
        Level.IMMINENT, 'a_req of IMMINENT [m/s2]',
        np.maximum(steady.imminent, braking.imminent), strong)
    imminent &= gates.at_most(
        Level.IMMINENT, 'time to contact [s]', time, collision.imminent_time / ease)
    meets = gates.holds(Level.CAUTION, 'met at the front of the ego', np.isfinite(time))
    return level_of(meets, caution, warning, imminent)


def _oncoming(
    conflicts: Conflicts, tracks: Tracks, ego: EgoState, parameters: Parameters
) -> list[Advisory]:
    """Assess oncoming traffic in the own path; an ego that stands has none, nor can it brake."""
    gates.about('FCW, oncoming', tracks, conflicts.row)
    oncoming = gates.holds(
        gates.SELECTED, 'comes towards the ego', conflicts.course == int(Course.ONCOMING))
    if not oncoming.any() and not gates.heard():
        return []
    moves = bool(abs(ego.speed) >= STANDING)
    gates.holds(
        Level.WARNING, 'oncoming: the ego moves', np.full(len(oncoming), moves, dtype=np.bool_))
    yields = conflicts.must_yield & can_yield(conflicts, tracks, parameters)
    gates.holds(
        Level.WARNING, 'oncoming: does not turn across, where it must yield and easily can',
        ~yields)
    highest = np.where(moves & ~yields, int(Level.IMMINENT), int(Level.CAUTION))
    entry, leave = (
        np.minimum(level, highest) * oncoming
        for level in (
            _oncoming_level(conflicts, parameters, ease)
            for ease in (1.0, parameters.collision.exit_margin)))
    found = []
    for row in np.flatnonzero(leave).tolist():
        time = float(conflicts.time[row])
        closing = float(conflicts.closing_speed[row])
        found.append(candidate(
            Application.FCW, conflicts, row, conflicts.contact, tracks, ego,
            levels=(entry[row], leave[row]),
            rule=LevelRule.FCW_ONCOMING_TIME,
            actions=(Action.BRAKE, Action.SLOW_DOWN),
            time=time, gap=closing * time, closing=closing, needed=float('inf'),
            distance=float(conflicts.distance[row]),
            reason=f'Oncoming vehicle in the own path, {_closing(closing)}: '
            f'contact in {time:.1f} s',
        ))
    return found


def _closing(speed: float) -> str:
    """Return how the gap changes, in words."""
    return f'{"closing" if speed >= 0.0 else "opening"} at {abs(speed):.1f} m/s'


def _oncoming_level(
    conflicts: Conflicts, parameters: Parameters, ease: float
) -> NDArray[np.int64]:
    collision, fcw = parameters.collision, parameters.fcw
    time = conflicts.time * ease
    what = 'oncoming: time to contact [s]'
    caution = gates.at_most(Level.CAUTION, what, time, fcw.oncoming_caution)
    warning = gates.at_most(Level.WARNING, what, time, fcw.oncoming_warning)
    warning &= gates.holds(
        Level.WARNING, 'oncoming: contact hangs on no error of the prediction', conflicts.settled)
    warning &= gates.at_least(
        Level.WARNING, 'oncoming: probability of contact', conflicts.probability,
        collision.probability * ease)
    imminent = gates.at_most(
        Level.IMMINENT, what, time, min(fcw.oncoming_imminent, collision.imminent_time))
    return level_of(np.isfinite(time), caution, warning, imminent)
