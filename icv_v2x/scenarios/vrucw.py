# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Vulnerable road user collision warning (VRUCW): people on foot, on bicycles and on scooters."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory import gates
from icv_v2x.advisory.rules import LevelRule
from icv_v2x.advisory.types import Action, Advisory, Application, Level
from icv_v2x.conflict import (
    Contact,
    Footprint,
    ZoneTimes,
    closest_approach,
    first_contact,
    near_the_way,
    overlap_probability,
    required_deceleration_stopping,
    way_circles,
    zone_times,
)
from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.motion import (
    constant_velocity,
    state_at,
)
from icv_v2x.motion.uncertainty import MotionUncertainty, PositionCovariance
from icv_v2x.scenarios.candidates import advice, level_of
from icv_v2x.scenarios.conflicts import emergency_deceleration
from icv_v2x.scenarios.motions import STANDING, ego_motion, motions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.motion import PiecewiseMotion
    from icv_v2x.parameters import Parameters
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

# Weaker braking of people is scatter, and whoever seems to speed up is taken at his speed [m/s2].
_BRAKING = 0.5
# Chords of a predicted arc [s].
_PIECE = 0.2


@dataclass(frozen=True)
class _Meeting:
    """Meetings of the ego with n vulnerable road users; all arrays (n,).

    Attributes:
        contact: First contact of the footprints.
        zone: When each is where the swept paths cross.
        time: [s] until the ego enters that zone, inf where no overlap follows.
        needed: (4, n) [m/s2] deceleration that stops the ego before the zone if it starts now,
            and after the delays of IMMINENT and WARNING.
        inside: In the ego's swept path now.
        beside: Outside that path, and standing or moving along it.
        near: On course for an overlap and within the distance of WARNING for its kind.
        probability: Of an overlap.
    """

    contact: Contact
    zone: ZoneTimes
    time: Floats
    needed: Floats
    inside: Flags
    beside: Flags
    near: Flags
    probability: Floats


def assess(people: Tracks, ego: EgoState, parameters: Parameters) -> list[Advisory]:
    """Return one candidate for each vulnerable road user that the ego might run into.

    Args:
        people: The vulnerable road users among the tracks.
        ego: The ego now.
        parameters: Parameters of the package.

    Returns:
        Candidates with the level by the entry and by the exit thresholds.
    """
    gates.about('VRUCW', people)
    enabled = gates.holds(gates.SELECTED, 'vrucw.enabled', parameters.vrucw.enabled)
    if not enabled or not len(people):
        return []
    own = ego_motion(ego, parameters)
    own_size = Footprint(np.array([ego.length]), np.array([ego.width]))
    people = people.take(_relevant(people, ego, own, own_size, parameters))
    if not len(people):
        return []
    gates.about('VRUCW', people)
    meeting = _meeting(people, ego, own, own_size, parameters)
    entry, leave = (
        _level(meeting, parameters, ease) for ease in (1.0, parameters.collision.exit_margin)
    )
    found = []
    for row in np.flatnonzero(leave).tolist():
        zone = meeting.zone
        found.append(advice(
            Application.VRUCW, people, row, ego,
            levels=(entry[row], leave[row]),
            rule=_rule(meeting, row, int(entry[row] or leave[row])),
            actions=(Action.STOP, Action.YIELD),
            reason=_reason(people, row, ego, meeting),
            time_to_conflict=float(meeting.contact.begin[row]),
            time_to_conflict_end=float(meeting.contact.end[row]),
            post_encroachment_time=float(zone.post_encroachment_time[row]),
            conflict_x=float(meeting.contact.x[row]),
            conflict_y=float(meeting.contact.y[row]),
            conflict_z=ego.z,
            distance=float(zone.ego_entry_distance[row]),
            gap=float(zone.ego_entry_distance[row]),
            closing_speed=ego.speed,
            required_deceleration=float(meeting.needed[0, row]),
            probability=float(meeting.probability[row]),
        ))
    return found


def _relevant(
    people: Tracks,
    ego: EgoState,
    own: PiecewiseMotion,
    own_size: Footprint,
    parameters: Parameters,
) -> NDArray[np.intp]:
    """Return the rows of those on the ego's level who could come near its way."""
    collision = parameters.collision
    apart = np.abs(people.z - ego.z) >= collision.height_difference
    usable = np.isfinite(people.x) & np.isfinite(people.y) & ~apart
    usable &= np.isfinite(people.heading) | (np.abs(people.speed) < STANDING)
    rows = np.flatnonzero(gates.holds(
        gates.SELECTED, 'on the level of the ego, its place and heading known', usable))
    gates.about('VRUCW', people, rows)
    circles = way_circles(
        people.x[rows], people.y[rows], np.nan_to_num(people.heading[rows]), people.speed[rows],
        collision.horizon,
    )
    sizes = Footprint(people.length[rows], people.width[rows])
    return rows[gates.holds(
        gates.SELECTED, 'could come near the way of the ego within the horizon',
        near_the_way(own, own_size, circles, sizes))]


def _motion(people: Tracks, horizon: float) -> PiecewiseMotion:
    """Return how people go on: at their speed or braking, cyclists in the turn they make."""
    heading = np.nan_to_num(people.heading)
    braking = np.where(people.acceleration <= -_BRAKING, people.acceleration, 0.0)
    # A person on foot turns on the spot; only who rides keeps to the turn he makes.
    rides = people.object_class != int(ObjectClass.PEDESTRIAN)
    moving = replace(
        people, heading=heading, turn_rate=np.where(rides, people.turn_rate, 0.0))
    return motions(moving, braking, horizon)


def _meeting(
    people: Tracks,
    ego: EgoState,
    own: PiecewiseMotion,
    own_size: Footprint,
    parameters: Parameters,
) -> _Meeting:
    """Assess the meeting with each of n people."""
    collision = parameters.collision
    count, horizon = len(people), collision.horizon
    motion = _motion(people, horizon)
    sizes = Footprint(people.length, people.width)
    contact = first_contact(own, own_size, motion, sizes)
    zone = zone_times(own, own_size, motion, sizes, contact=contact)
    delays = np.array([0.0, collision.imminent_delay, collision.warning_delay])
    needed = required_deceleration_stopping(
        np.where(zone.exists, zone.ego_entry_distance, np.inf),
        max(ego.speed, 0.0), ego.acceleration, delays[:, np.newaxis],
    )
    there = state_at(
        own.take(np.zeros(count, dtype=np.intp)), np.where(zone.exists, zone.ego_entry, 0.0))
    across = np.abs(np.sin(np.nan_to_num(people.heading) - there.heading))
    moves_along = (across < np.sin(np.radians(collision.same_direction))) & (
        np.abs(people.speed) * across <= parameters.vrucw.beside_speed)
    inside = zone.object_entry <= 0.0
    return _Meeting(
        contact=contact,
        zone=zone,
        time=np.where(zone.exists & contact.overlaps, zone.ego_entry, np.inf),
        needed=np.where(zone.exists, needed, 0.0),
        inside=inside,
        beside=~inside & (moves_along | (np.abs(people.speed) < STANDING)),
        near=_near(people, own, own_size, contact, parameters),
        probability=_probability(people, ego, own, own_size, motion, sizes, contact),
    )


def _near(
    people: Tracks,
    own: PiecewiseMotion,
    own_size: Footprint,
    contact: Contact,
    parameters: Parameters,
) -> Flags:
    """Return who of those on course for an overlap is close to the ego's swept path, (n,)."""
    vrucw = parameters.vrucw
    near = contact.overlaps.copy()
    rows = np.flatnonzero(near)
    subjects = people.take(rows)
    still = constant_velocity(
        subjects.x, subjects.y, np.nan_to_num(subjects.heading), np.zeros(len(rows)),
        own.end_time)
    # The swept path comes as near to a place as the ego comes to somebody who stands there.
    away = closest_approach(
        own, own_size, still, Footprint(subjects.length, subjects.width)).distance
    near[rows] = away <= np.where(
        subjects.object_class == int(ObjectClass.PEDESTRIAN),
        vrucw.pedestrian_distance, vrucw.cyclist_distance)
    return near


def _probability(
    people: Tracks,
    ego: EgoState,
    own: PiecewiseMotion,
    own_size: Footprint,
    motion: PiecewiseMotion,
    sizes: Footprint,
    contact: Contact,
) -> Floats:
    """Return the probability of an overlap under the stated errors of position and speed."""
    deviation = ego.position_deviation
    errors = MotionUncertainty(
        PositionCovariance(people.variance_xx, people.variance_xy, people.variance_yy),
        people.speed_deviation,
        np.zeros(len(people)),
    )
    return overlap_probability(
        own, own_size, MotionUncertainty.of(0.0 if math.isnan(deviation) else deviation),
        motion, sizes, errors, contact.begin,
    )


def _level(meeting: _Meeting, parameters: Parameters, ease: float) -> NDArray[np.int64]:
    """Return the level of each meeting; `ease` below 1 for the exit thresholds."""
    collision, vrucw = parameters.collision, parameters.vrucw
    zone, meets = meeting.zone, np.isfinite(meeting.time)
    strong = emergency_deceleration(parameters) * ease
    # Behind an ego that is past, the way is free; ahead of it somebody may hesitate.
    close = (zone.post_encroachment_time * ease < vrucw.clearance_time) & (zone.ego_entry > 0.0)
    caution = gates.holds(
        Level.CAUTION, 'both meet in the conflict zone or pass close', meets | close)
    caution = caution & gates.at_most(
        Level.CAUTION, 'enters the way of the ego [s]', zone.object_entry * ease,
        vrucw.caution_time)
    warning = gates.holds(Level.WARNING, 'both meet in the conflict zone', meets)
    warning = warning & gates.at_least(
        Level.WARNING, 'a_req of WARNING [m/s2]', meeting.needed[2], strong)
    warning &= gates.holds(
        Level.WARNING, 'within the distance for its kind of the way of the ego', meeting.near)
    warning &= gates.holds(
        Level.WARNING, 'does not stand or move beside the way', ~meeting.beside)
    warning &= gates.at_most(
        Level.WARNING, 'time to contact [s]', meeting.contact.begin * ease, vrucw.contact_time)
    warning &= gates.at_least(
        Level.WARNING, 'probability of contact', meeting.probability,
        collision.probability * ease)
    imminent = gates.at_least(
        Level.IMMINENT, 'a_req of IMMINENT [m/s2]', meeting.needed[1], strong)
    imminent &= gates.at_most(
        Level.IMMINENT, 'time to the conflict zone [s]', meeting.time,
        collision.imminent_time / ease)
    crosses = gates.holds(Level.CAUTION, 'its way crosses that of the ego', zone.exists)
    return level_of(crosses, caution, warning, imminent)


def _rule(meeting: _Meeting, row: int, level: int) -> LevelRule:
    """Return what decided the level of a meeting."""
    if level >= Level.WARNING:
        return LevelRule.VRUCW_REQUIRED_DECELERATION
    meets = math.isfinite(meeting.time[row])
    return LevelRule.VRUCW_CONFLICT_ZONE if meets else LevelRule.VRUCW_PASSING_CLOSE


def _reason(people: Tracks, row: int, ego: EgoState, meeting: _Meeting) -> str:
    """Return who comes from where, in words."""
    pedestrian = people.object_class[row] == ObjectClass.PEDESTRIAN
    who = 'Pedestrian' if pedestrian else 'Cyclist'
    speed = abs(float(people.speed[row]))
    entry = float(meeting.zone.object_entry[row])
    if meeting.inside[row]:
        where = 'in the own path'
    else:
        turned = np.sin(people.heading[row] - ego.heading)
        side = 'right' if turned > 0.0 else 'left'
        where = f'from the {side}, in the own path in {entry:.1f} s'
    distance = float(meeting.zone.ego_entry_distance[row])
    begin = float(meeting.contact.begin[row])
    follows = f'contact in {begin:.1f} s' if math.isfinite(begin) else 'passing close'
    return (
        f'{who} at {speed:.1f} m/s {where}, {distance:.0f} m ahead, {follows}, '
        f'stopping before takes {meeting.needed[0, row]:.1f} m/s2'
    )
