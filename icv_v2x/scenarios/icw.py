# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Intersection collision warning (ICW): traffic that crosses the ego's path."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory import gates
from icv_v2x.advisory.rules import LevelRule
from icv_v2x.advisory.types import Action, Advisory, Application, Level
from icv_v2x.frames import wrap_angle
from icv_v2x.scenarios.candidates import candidate, level_of
from icv_v2x.scenarios.conflicts import Course, can_yield, emergency_deceleration, starting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.parameters import Parameters
    from icv_v2x.scenarios.conflicts import Conflicts
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks


def assess(
    conflicts: Conflicts, tracks: Tracks, ego: EgoState, parameters: Parameters
) -> list[Advisory]:
    """Return one candidate for each subject that the ego would meet where their paths cross.

    Args:
        conflicts: Subjects that the ego's present motion meets.
        tracks: The objects that `conflicts` refers to.
        ego: The ego now.
        parameters: Parameters of the package.

    Returns:
        Candidates with the level by the entry and by the exit thresholds.
    """
    gates.about('ICW', tracks, conflicts.row)
    if not gates.holds(gates.SELECTED, 'icw.enabled', parameters.icw.enabled):
        return []
    crossing = gates.holds(
        gates.SELECTED, 'crosses the way of the ego', conflicts.course == int(Course.CROSSING))
    if not crossing.any() and not gates.heard():
        return []
    yields, joins = (
        _yields(conflicts, tracks, parameters), _joins(conflicts, tracks, ego, parameters))
    entry, leave = (
        _level(conflicts, yields, joins, ego, parameters, ease) * crossing
        for ease in (1.0, parameters.collision.exit_margin)
    )
    zone = conflicts.crossing
    found = []
    for row in np.flatnonzero(leave).tolist():
        subject = conflicts.row[row]
        side = _side(ego, tracks, int(subject))
        speed = float(tracks.speed[subject])
        distance, needed = float(zone.distance[row]), float(zone.now[row])
        where = f'crosses in {distance:.0f} m' if distance > 0.0 else 'crosses here'
        found.append(candidate(
            Application.ICW, conflicts, row, conflicts.contact, tracks, ego,
            levels=(entry[row], leave[row]),
            rule=(LevelRule.ICW_REQUIRED_DECELERATION if np.isfinite(conflicts.time[row])
                  else LevelRule.ICW_SETTING_OFF),
            actions=(Action.STOP, Action.YIELD),
            time=float(conflicts.time[row]), gap=distance, closing=ego.speed, needed=needed,
            distance=float(conflicts.distance[row]),
            encroachment=float(zone.encroachment[row]),
            reason=f'Vehicle from the {side} at {speed:.1f} m/s {where}: '
            + (
                f'contact in {conflicts.time[row]:.1f} s, '
                if np.isfinite(conflicts.time[row]) else 'too close to set off, '
            )
            + f'stopping before it takes {needed:.1f} m/s2',
        ))
    return found


def _yields(
    conflicts: Conflicts, tracks: Tracks, parameters: Parameters
) -> NDArray[np.bool_]:
    """Return who brakes already or must yield, and can easily stop before the zone, (n,)."""
    rate = tracks.acceleration[conflicts.row]
    willing = (rate <= -parameters.icw.yield_braking) | conflicts.must_yield
    return willing & can_yield(conflicts, tracks, parameters)


def _joins(
    conflicts: Conflicts, tracks: Tracks, ego: EgoState, parameters: Parameters
) -> NDArray[np.bool_]:
    """Return the subjects whose direction the planned path takes: it follows them, (n,)."""
    if ego.path is None:
        return np.zeros(len(conflicts.row), dtype=np.bool_)
    turned = wrap_angle(tracks.heading[conflicts.row] - float(ego.path.yaw[-1]))
    return np.asarray(np.abs(turned) < np.radians(parameters.collision.same_direction))


def _level(
    conflicts: Conflicts,
    yields: NDArray[np.bool_],
    joins: NDArray[np.bool_],
    ego: EgoState,
    parameters: Parameters,
    ease: float,
) -> NDArray[np.int64]:
    """Return the level of each subject as crossing traffic; `ease` below 1 for the exit."""
    collision, icw = parameters.collision, parameters.icw
    zone = conflicts.crossing
    strong = emergency_deceleration(parameters) * ease
    meets = np.isfinite(zone.time)
    likely = gates.at_least(
        Level.WARNING, 'probability of contact', conflicts.probability,
        collision.probability * ease)
    likely &= gates.holds(
        Level.WARNING, 'contact hangs on no error of the prediction', conflicts.settled)
    likely &= gates.holds(Level.WARNING, 'the other does not yield', ~yields)
    # Whom the ego joins and who comes up to it later is a follower, who adapts his speed.
    likely &= gates.holds(
        Level.WARNING, 'the ego does not turn in ahead of it',
        ~joins | (conflicts.time <= zone.time + icw.clearance_time / ease))
    likely &= gates.at_most(
        Level.WARNING, 'time to contact [s]', conflicts.time, icw.contact_time / ease)
    if starting(ego, parameters):
        # The other arrives before the ego is clear, and has not passed when the ego arrives.
        soon = zone.object_entry < zone.ego_exit + icw.clearance_time / ease
        soon &= ~(zone.encroachment >= icw.clearance_time / ease)
        soon &= zone.object_entry <= icw.contact_time / ease
        soon &= (zone.object_exit > 0.0) & (zone.distance > 0.0)
        soon &= ~joins
        gates.told('the ego sets off, and the other would pass close', soon)
        meets = meets | soon
        likely = likely | (soon & ~yields)
    warning = gates.at_least(Level.WARNING, 'a_req of WARNING [m/s2]', zone.warning, strong)
    imminent = gates.at_least(Level.IMMINENT, 'a_req of IMMINENT [m/s2]', zone.imminent, strong)
    imminent &= gates.at_most(
        Level.IMMINENT, 'time to the conflict zone [s]', zone.time,
        collision.imminent_time / ease)
    imminent &= gates.at_most(
        Level.IMMINENT, 'a_req now [m/s2]', zone.now, icw.last_deceleration)
    return level_of(
        gates.holds(Level.CAUTION, 'both meet in the conflict zone', meets),
        gates.at_least(Level.CAUTION, 'a_req of CAUTION [m/s2]', zone.caution, strong),
        warning & likely,
        imminent,
    )


def _side(ego: EgoState, tracks: Tracks, row: int) -> str:
    """Return the side that a crossing subject comes from."""
    turned = np.sin(tracks.heading[row] - ego.heading)
    return 'right' if turned > 0.0 else 'left'
