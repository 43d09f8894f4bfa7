# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Left turn assist (LTA): oncoming traffic where the ego turns across it.

Where traffic keeps left it is the turn to the right.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory import gates
from icv_v2x.advisory.rules import LevelRule
from icv_v2x.advisory.types import Action, Advisory, Application, Level
from icv_v2x.conflict import (
    Contact,
    Footprint,
    ZoneTimes,
    first_contact,
    required_deceleration_stopping,
    zone_times,
)
from icv_v2x.frames import wrap_angle
from icv_v2x.motion import (
    longitudinal_profile,
    path_following,
)
from icv_v2x.scenarios.candidates import advice, level_of
from icv_v2x.scenarios.conflicts import ONCOMING_SPEED, emergency_deceleration
from icv_v2x.scenarios.intent import SET_OFF, intended_turn
from icv_v2x.scenarios.motions import motions
from icv_v2x.scenarios.neighbours import oncoming, vehicles_near
from icv_v2x.scenarios.settled import announces_turn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.motion import PiecewiseMotion
    from icv_v2x.parameters import Parameters
    from icv_v2x.scenarios.intent import Intent, Turn
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

# Motion is followed this long: oncoming traffic of the longest INFO time until it has passed [s].
_HORIZON = 16.0
# Nobody comes faster [m/s]; with the longest INFO time it bounds the search.
_FASTEST = 45.0
# Chords of the assumed turn [rad].
_CHORD = math.radians(5.0)
# Where no path tells, a turn goes by a right angle [rad].
_RIGHT_ANGLE = 0.5 * math.pi
# Headings of opposite lanes of one road differ from each other by no more than this [rad].
_STILL_OPPOSITE = math.radians(5.0)


_RULES = {
    int(Level.WARNING): LevelRule.LTA_CLEARANCE,
    int(Level.IMMINENT): LevelRule.LTA_REQUIRED_DECELERATION}


@dataclass(frozen=True)
class _Meetings:
    """n oncoming vehicles at the zone where the ego's turn crosses their paths; all (n,).

    Attributes:
        zone: Times with the ego clearing the zone at the acceleration of the rule.
        arrival: [s] until the vehicle enters the zone, inf where it never does.
        leave: [s] until it has left it.
        clear: [s] until the ego's tail has left it.
        entry: [s] until the ego enters it in present motion or by plan.
        contact: First contact in present motion along the turn.
        needed: Deceleration that stops the ego before the zone, starting now and after the delay
            of IMMINENT, (2, n) [m/s2].
        on_turn: The zone begins on the turn, not on the road behind it.
        turns_off: The vehicle announces to turn off to the same side, before the ego's way.
    """

    zone: ZoneTimes
    arrival: Floats
    leave: Floats
    clear: Floats
    entry: Floats
    contact: Contact
    needed: Floats
    on_turn: Flags
    turns_off: Flags


def assess(
    tracks: Tracks, ego: EgoState, intent: Intent, parameters: Parameters
) -> list[Advisory]:
    """Return one candidate for each oncoming vehicle that the ego's intended turn crosses.

    Args:
        tracks: All objects at the same instant.
        ego: The ego now.
        intent: What tells of its intent.
        parameters: Parameters of the package.

    Returns:
        Candidates with the level by the entry and by the exit thresholds.
    """
    gates.about('LTA', tracks)
    if not gates.holds(gates.SELECTED, 'lta.enabled', parameters.lta.enabled):
        return []
    side = 1 if parameters.driving_side == 'right' else -1
    turn = intended_turn(ego, intent, side, parameters)
    gates.holds(
        gates.SELECTED, 'the ego means to turn across oncoming traffic', turn is not None)
    if turn is None:
        return []
    rows = vehicles_near(ego, tracks, _FASTEST * _HORIZON, parameters)
    gates.about('LTA, as the ego heads now', tracks, rows)
    towards = _comes_towards(ego, side, turn, tracks.take(rows), parameters)
    gates.about('LTA', tracks, rows)
    rows = rows[gates.holds(
        gates.SELECTED, 'comes towards the ego, as it headed before the turn', towards)]
    if not len(rows):
        return []
    gates.about('LTA', tracks, rows)
    meetings = _meetings(ego, side, turn, tracks.take(rows), parameters)
    entry = _level(ego, turn, meetings, parameters, 1.0)
    leave = _level(ego, turn, meetings, parameters, parameters.collision.exit_margin)
    found = []
    for index in np.flatnonzero(leave).tolist():
        arrival, clear = float(meetings.arrival[index]), float(meetings.clear[index])
        contact, zone = meetings.contact, meetings.zone
        found.append(advice(
            Application.LTA, tracks, int(rows[index]), ego,
            levels=(entry[index], leave[index]),
            rule=_RULES.get(int(entry[index] or leave[index]), LevelRule.LTA_GAP),
            actions=(Action.STOP, Action.YIELD),
            reason=f'Oncoming vehicle at {tracks.speed[rows[index]]:.1f} m/s reaches the turn in '
            f'{arrival:.1f} s, the ego is clear of its path in {clear:.1f} s',
            time_to_conflict=float(contact.begin[index]),
            time_to_conflict_end=float(contact.end[index]),
            conflict_x=float(contact.x[index]),
            conflict_y=float(contact.y[index]),
            conflict_z=ego.z,
            distance=float(zone.ego_entry_distance[index]),
            gap=float(zone.ego_entry_distance[index]),
            closing_speed=ego.speed,
            required_deceleration=float(meetings.needed[0, index]),
        ))
    return found


def _comes_towards(
    ego: EgoState, side: int, turn: Turn, vehicles: Tracks, parameters: Parameters
) -> Flags:
    """Return who was oncoming before the ego turned, (n,).

    The further the ego has turned, the more these vehicles come across.
    """
    found = oncoming(ego.heading, vehicles, parameters)
    if turn.under_way:
        turned = side * wrap_angle(vehicles.heading - ego.heading)
        across = (turned > _RIGHT_ANGLE) & (vehicles.speed > ONCOMING_SPEED)
        # Whoever is across on the other side came from the side that the ego turns to.
        beside = (turned < 0.0) & (turned > _STILL_OPPOSITE - math.pi)
        found = (found & ~beside) | across
    return found


def _meetings(
    ego: EgoState, side: int, turn: Turn, vehicles: Tracks, parameters: Parameters
) -> _Meetings:
    """Return where and when the ego's turn crosses the paths of oncoming vehicles."""
    lta, collision = parameters.lta, parameters.collision
    x, y = _path(ego, side, turn, vehicles, parameters)
    speed = max(ego.speed, 0.0)
    sizes = Footprint(vehicles.length, vehicles.width)
    own_size = Footprint(np.array([ego.length]), np.array([ego.width]))
    theirs = motions(vehicles, vehicles.acceleration, _HORIZON)

    def along(*phases: tuple[float, float]) -> PiecewiseMotion:
        profile = longitudinal_profile(speed, phases)
        return path_following(x, y, profile, _HORIZON, heading=ego.heading)

    start = turn.start if math.isfinite(turn.start) else 0.0
    zone = zone_times(
        along((start, 0.0), (_HORIZON, lta.acceleration)), own_size, theirs, sizes)
    distance = zone.ego_entry_distance
    present = along((_HORIZON, ego.acceleration))
    needed = required_deceleration_stopping(
        np.tile(np.where(zone.exists, distance, np.inf), 2), speed, ego.acceleration,
        np.repeat((0.0, collision.imminent_delay), len(distance)),
    ).reshape(2, -1)
    return _Meetings(
        zone=zone,
        arrival=np.where(zone.exists, zone.object_entry, np.inf),
        leave=np.where(zone.exists, zone.object_exit, -np.inf),
        clear=np.where(zone.exists, zone.ego_exit, -np.inf),
        entry=_entry_time(ego, turn, zone, parameters),
        contact=first_contact(present, own_size, theirs, sizes),
        needed=needed,
        on_turn=distance <= _length(x, y) + ego.length,
        turns_off=announces_turn(vehicles, side, parameters),
    )


def _length(x: Floats, y: Floats) -> float:
    return float(np.hypot(np.diff(x), np.diff(y)).sum())


def _path(
    ego: EgoState, side: int, turn: Turn, vehicles: Tracks, parameters: Parameters
) -> tuple[Floats, Floats]:
    """Return the polyline of the turn, (1, M) each [m]: the planned one, or an arc from here on.

    Without a plan the arc has the radius of the present turn, else the usual one, and ends across
    the direction that the oncoming vehicles come from.
    """
    if turn.way is not None:
        return turn.way.x[np.newaxis], turn.way.y[np.newaxis]
    radius, angle = parameters.lta.radius, _RIGHT_ANGLE
    if turn.under_way:
        radius = ego.speed / abs(ego.yaw_rate)
        turned = math.pi - float(np.median(np.mod(
            side * (vehicles.heading - ego.heading), 2.0 * math.pi)))
        angle -= min(max(turned, 0.0), _RIGHT_ANGLE)
    chords = np.arange(0.0, angle + _CHORD, _CHORD)
    x = ego.x + radius * side * (
        np.sin(ego.heading + side * chords) - math.sin(ego.heading))
    y = ego.y - radius * side * (
        np.cos(ego.heading + side * chords) - math.cos(ego.heading))
    return x[np.newaxis], y[np.newaxis]


def _entry_time(
    ego: EgoState, turn: Turn, zone: ZoneTimes, parameters: Parameters
) -> Floats:
    """Return when the ego enters the zones by plan, else in present motion, (n,) [s].

    One that waits or has just set off is taken to speed up as when it clears the zone.
    """
    if turn.way is not None:
        return np.where(zone.exists, turn.way.arrival(zone.ego_entry_distance), np.inf)
    speed = max(ego.speed, 0.0)
    acceleration = ego.acceleration
    if not turn.under_way or speed < SET_OFF:
        acceleration = max(acceleration, parameters.lta.acceleration)
    square = speed * speed + 2.0 * acceleration * zone.ego_entry_distance
    time = 2.0 * zone.ego_entry_distance / np.maximum(
        speed + np.sqrt(np.maximum(square, 0.0)), 1e-9)
    return np.where(zone.exists & (square >= 0.0), time, np.inf)


def _level(
    ego: EgoState, turn: Turn, meetings: _Meetings, parameters: Parameters, ease: float
) -> NDArray[np.int64]:
    """Return the level of each oncoming vehicle; `ease` below 1 for the exit thresholds."""
    lta, collision = parameters.lta, parameters.collision
    gap = lta.gap_car
    if parameters.vehicle.heavy:
        articulated = ego.length > lta.articulated_length
        gap = lta.gap_articulated if articulated else lta.gap_truck
    arrival = meetings.arrival * ease
    after = meetings.clear + lta.clearance_time
    # Whoever has gone before the ego gets there is no matter of its turn.
    comes = gates.at_least(
        Level.INFO, 'leaves the turn [s], not before the ego gets there', meetings.leave,
        np.maximum(meetings.entry * ease - lta.clearance_time, 0.0))
    comes &= gates.holds(Level.INFO, 'its path crosses the turn itself', meetings.on_turn)
    what = 'arrives at the turn [s]'
    warning = gates.at_most(Level.WARNING, what, arrival, after) & comes
    warning &= gates.holds(Level.WARNING, 'the ego commits to the turn', turn.commits)
    warning &= gates.holds(
        Level.WARNING, 'the other does not turn off to the same side', ~meetings.turns_off)
    strong = emergency_deceleration(parameters) * ease
    imminent = gates.holds(
        Level.IMMINENT, 'footprints meet in present motion', meetings.contact.overlaps)
    imminent = imminent & gates.at_least(
        Level.IMMINENT, 'a_req of IMMINENT [m/s2]', meetings.needed[1], strong)
    imminent &= gates.at_most(
        Level.IMMINENT, 'the ego enters [s]', meetings.entry, collision.imminent_time / ease)
    imminent &= gates.at_most(
        Level.IMMINENT, 'a_req now [m/s2]', meetings.needed[0], lta.last_deceleration)
    caution = gates.at_most(Level.CAUTION, what, arrival, np.maximum(after, gap))
    info = gates.at_most(Level.INFO, what, arrival, lta.info_time)
    level = level_of(np.ones_like(comes), caution & comes, warning, imminent)
    return np.where((level == 0) & comes & info, 1, level)
