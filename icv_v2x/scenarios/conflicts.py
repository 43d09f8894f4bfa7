# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What the collision applications share: every subject that the ego's present motion will meet."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from icv_v2x import conflict
from icv_v2x.advisory import gates
from icv_v2x.conflict import (
    Contact,
    Footprint,
    closest_approach,
    first_contact,
    near_the_way,
    way_circles,
)
from icv_v2x.motion import (
    PiecewiseMotion,
    distance_travelled,
    state_at,
)
from icv_v2x.motion.uncertainty import MotionUncertainty, PositionCovariance
from icv_v2x.scenarios.cut_in import required_deceleration_behind
from icv_v2x.scenarios.motions import STANDING, ego_motion, motions
from icv_v2x.scenarios.settled import settled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from icv_v2x.conflict import ConflictAssessment, ZoneTimes
    from icv_v2x.parameters import Parameters
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

    Floats = NDArray[np.float64]

_Record = TypeVar('_Record')

PREDICTION = 'prediction'
"""In place of an application: of what all collision applications rest on."""

# An oncoming subject moves at least this fast [m/s].
ONCOMING_SPEED = 1.0
# From this angle on, paths that meet side to front cross rather than follow [rad].
_OBLIQUE = np.radians(15.0)
# Whoever comes across faster than this crosses at any angle: changes of lane do not [m/s].
_ACROSS = 2.5
# Rounding of a gap that is used up [m].
_TOUCH = 1e-3
# Footprints that touch this far behind the ego's front bumper touch its side [m].
_FRONT = 0.5


class Course(IntEnum):
    """How a subject moves relative to the ego."""

    SAME = 0
    CROSSING = 1
    ONCOMING = 2


@dataclass(frozen=True)
class Following:
    """Same-direction subjects ahead under one model of the leader; all arrays (n,).

    Attributes:
        contact: First contact of the ego and the subject under this model.
        time: [s] to the first contact, inf where there is none ahead.
        way: [m] that the ego's front covers until then, NaN where there is none ahead.
        gap: [m] bumper to bumper along the ego path now.
        now: [m/s2] required deceleration from now, a_req(0).
        imminent: [m/s2] a_req(0.3).
        warning: [m/s2] a_req(1.7).
        caution: [m/s2] a_req(3.2).
    """

    contact: Contact
    time: Floats
    way: Floats
    gap: Floats
    now: Floats
    imminent: Floats
    warning: Floats
    caution: Floats


@dataclass(frozen=True)
class Crossing:
    """Subjects whose swept path crosses the ego's; all arrays (n,).

    Attributes:
        time: [s] until the ego enters the conflict zone, inf where no overlap follows.
        distance: [m] from the ego's front to the zone.
        now: [m/s2] deceleration that stops the ego before the zone, a_req(0).
        imminent: [m/s2] a_req(0.3).
        warning: [m/s2] a_req(1.7).
        caution: [m/s2] a_req(3.2).
        ego_exit: [s] until the ego has left the zone.
        object_entry: [s] until the subject enters it.
        object_exit: [s] until the subject has left it.
        encroachment: [s] from the exit of the first to the entry of the second, NaN where the
            footprints overlap.
    """

    time: Floats
    distance: Floats
    now: Floats
    imminent: Floats
    warning: Floats
    caution: Floats
    ego_exit: Floats
    object_entry: Floats
    object_exit: Floats
    encroachment: Floats


@dataclass(frozen=True)
class Conflicts:
    """The n subjects that may meet the ego, one row each.

    Attributes:
        row: (n,) row of the subject in the tracks.
        course: (n,) values of `Course`.
        contact: First contact, ego and subject in their present motion.
        time: (n,) [s] to the first overlap in present motion, inf where there is none.
        steady: Following, the subject keeping its speed.
        braking: Following, the subject's present braking lasting to standstill; as `steady` where
            it does not brake.
        crossing: Times and distances at the conflict zone.
        probability: (n,) of an overlap under the stated position and speed uncertainty.
        closing_speed: (n,) [m/s] ego speed minus the subject's along the ego's heading.
        distance: (n,) [m] way of the ego to the first contact, NaN where there is none.
        settled: (n,) the contact hangs neither on what follows a turn, nor on a wavering speed,
            nor on the heading of who drives slowly in the next lane.
        lasting: (n,) the subject has braked long enough to be expected to brake to standstill.
        must_yield: (n,) the subject is known to have to yield to the ego.
        bends_away: (n,) the subject drives obliquely ahead on a lane that leads it past the ego.
    """

    row: NDArray[np.intp]
    course: NDArray[np.uint8]
    contact: Contact
    time: Floats
    steady: Following
    braking: Following
    crossing: Crossing
    probability: Floats
    closing_speed: Floats
    distance: Floats
    settled: NDArray[np.bool_]
    lasting: NDArray[np.bool_]
    must_yield: NDArray[np.bool_]
    bends_away: NDArray[np.bool_]


def _no_conflicts() -> Conflicts:
    """Return conflicts with nobody."""
    none = np.zeros(0)
    contact = Contact(
        np.zeros(0, dtype=np.bool_), none, none, none, none, np.zeros(0, dtype=np.intp)
    )
    following = Following(contact, none, none, none, none, none, none, none)
    return Conflicts(
        row=np.zeros(0, dtype=np.intp),
        course=np.zeros(0, dtype=np.uint8),
        contact=contact,
        time=none,
        steady=following,
        braking=following,
        crossing=Crossing(*[none] * 10),
        probability=none,
        closing_speed=none,
        distance=none,
        settled=np.zeros(0, dtype=np.bool_),
        lasting=np.zeros(0, dtype=np.bool_),
        must_yield=np.zeros(0, dtype=np.bool_),
        bends_away=np.zeros(0, dtype=np.bool_),
    )


def emergency_deceleration(parameters: Parameters) -> float:
    """Return the deceleration that is counted on in an emergency, a_e [m/s2]."""
    collision = parameters.collision
    if parameters.vehicle.heavy:
        return collision.emergency_deceleration_heavy
    return collision.emergency_deceleration


def assess_conflicts(ego: EgoState, tracks: Tracks, parameters: Parameters) -> Conflicts:
    """Return every subject that the ego meets if both keep their present motion.

    Args:
        ego: The ego now.
        tracks: All objects at the same instant.
        parameters: Parameters of the package.

    Returns:
        The subjects that a model of theirs brings into contact with the ego within the horizon.
    """
    collision = parameters.collision
    own = ego_motion(ego, parameters)
    own_size = Footprint(np.array([ego.length]), np.array([ego.width]))
    gates.about(PREDICTION, tracks)
    rows = _on_the_same_level(ego, tracks, collision.height_difference)
    gates.about(PREDICTION, tracks, rows)
    rows = _near(own, own_size, tracks, rows, collision.horizon)
    # Motion in turns has many pieces, so those who drive straight are taken apart.
    turning = (tracks.turn_rate[rows] != 0.0) & (np.abs(tracks.speed[rows]) > STANDING)
    parts = [
        _assess(ego, own, own_size, tracks, part, parameters)
        for part in (rows[~turning], rows[turning])
        if len(part)
    ]
    found = _joined([part for part in parts if part is not None])
    gates.about(PREDICTION, tracks, found.row)
    gates.told('time to contact in present motion [s]', found.time)
    gates.told('probability of contact', found.probability)
    gates.told('closing speed [m/s]', found.closing_speed)
    gates.told('way of the ego to the contact [m]', found.distance)
    return found


def _on_the_same_level(ego: EgoState, tracks: Tracks, limit: float) -> NDArray[np.intp]:
    """Return the rows that are not known to be on another level."""
    apart = np.abs(tracks.z - ego.z) >= limit
    usable = np.isfinite(tracks.x) & np.isfinite(tracks.y) & np.isfinite(tracks.heading)
    return np.flatnonzero(gates.holds(
        gates.SELECTED, 'on the level of the ego, its place and heading known', ~apart & usable))


def _near(
    own: PiecewiseMotion,
    own_size: Footprint,
    tracks: Tracks,
    rows: NDArray[np.intp],
    horizon: float,
) -> NDArray[np.intp]:
    """Return the rows whose way within the horizon could come near that of the ego at all."""
    state = [
        getattr(tracks, name)[rows]
        for name in ('x', 'y', 'heading', 'speed', 'acceleration', 'turn_rate')
    ]
    size = Footprint(tracks.length[rows], tracks.width[rows])
    x, y, heading, speed, acceleration, turn_rate = state
    near = np.zeros(len(rows), dtype=np.bool_)
    for change in (0.0, acceleration) if _known(acceleration).any() else (0.0,):
        circles = way_circles(
            x, y, heading, speed, horizon, acceleration=change, yaw_rate=turn_rate
        )
        near |= near_the_way(own, own_size, circles, size)
    return rows[gates.holds(
        gates.SELECTED, 'could come near the way of the ego within the horizon', near)]


def _assess(
    ego: EgoState,
    own: PiecewiseMotion,
    own_size: Footprint,
    tracks: Tracks,
    rows: NDArray[np.intp],
    parameters: Parameters,
) -> Conflicts | None:
    """Assess subjects that share one family of motion models; None where all are harmless."""
    collision = parameters.collision
    subjects = tracks.take(rows)
    steady = present = motions(subjects, 0.0, collision.horizon)
    sizes = Footprint(subjects.length, subjects.width)
    steady_contact = contact = first_contact(own, own_size, steady, sizes)
    # Where nobody is accelerated, both models are one.
    changes = bool(_known(subjects.acceleration).any())
    if changes:
        present = motions(subjects, subjects.acceleration, collision.horizon)
        contact = first_contact(own, own_size, present, sizes)
    # A starting ego is warned of traffic that it would not quite touch.
    kept = steady_contact.overlaps | contact.overlaps
    if starting(ego, parameters):
        kept |= _course(ego, subjects, parameters) == int(Course.CROSSING)
    gates.about(PREDICTION, subjects)
    gates.told('closest approach of the footprints [m]', lambda row: float(closest_approach(
        own, own_size, present.take(np.array([row])), sizes.take(np.array([row]))
    ).distance[0]))
    kept = gates.holds(
        gates.SELECTED, 'a contact within the horizon, or across the way of a starting ego', kept)
    index = np.flatnonzero(kept)
    if not len(index):
        return None
    if len(index) < len(rows):
        subjects, sizes = subjects.take(index), sizes.take(index)
        steady, steady_contact = steady.take(index), steady_contact.take(index)
        present, contact = (
            (present.take(index), contact.take(index)) if changes else (steady, steady_contact))
    gates.about(PREDICTION, subjects)

    course = _course(ego, subjects, parameters)
    along = subjects.speed * np.cos(subjects.heading - ego.heading)
    braking = np.minimum(_known(subjects.acceleration), 0.0)
    own_errors, errors = _errors(ego, subjects)

    def assessed(motion: PiecewiseMotion, met: Contact) -> ConflictAssessment:
        return conflict.assess_conflicts(
            own, own_size, own_errors, motion, sizes, errors,
            delays=_delays(parameters), within=0.0, contact=met,
            ego_pace=(ego.speed, ego.acceleration), required=False)

    if_steady = found = assessed(steady, steady_contact)
    models = [(steady, if_steady, np.zeros(len(index)))]
    if changes:
        found = assessed(present, contact)
        models.append((present, found, braking))
    behind = _following(ego, own, subjects, models, parameters)
    behind_steady, behind_braking = behind[0], behind[-1]
    # Whose path the ego meets at an angle, but not with its front, crosses rather than leads.
    leads = np.isfinite(behind_steady.time) | np.isfinite(behind_braking.time)
    # An ego that is about to turn along with another, or out of its lane, crosses nobody's way.
    met = state_at(own, np.where(contact.overlaps, contact.begin, 0.0))
    turned = _wrapped(subjects.heading - ego.heading)
    then = _wrapped(subjects.heading - met.heading)
    turned = np.where(np.abs(then) < np.abs(turned), then, turned)
    oblique = np.abs(turned) >= _OBLIQUE
    oblique |= np.abs(subjects.speed * np.sin(turned)) >= _ACROSS
    oblique &= (np.abs(subjects.speed) >= STANDING) & (found.zone.ego_entry_distance > _FRONT)
    course[(course == int(Course.SAME)) & oblique & contact.overlaps & ~leads] = Course.CROSSING
    return Conflicts(
        row=rows[index],
        course=course,
        contact=contact,
        time=np.where(contact.overlaps, contact.begin, np.inf),
        steady=behind_steady,
        braking=_where(braking < 0.0, behind_braking, behind_steady) if changes else behind_steady,
        crossing=_crossing(ego, own, found, parameters),
        probability=np.maximum(if_steady.probability, found.probability),
        closing_speed=ego.speed - along,
        distance=_ego_way(own, np.where(contact.overlaps, contact.begin, np.nan)),
        settled=settled(
            ego, own_size, subjects, sizes, contact, parameters,
            oncoming=course == int(Course.ONCOMING), crossing=course == int(Course.CROSSING)),
        lasting=np.ones(len(index), dtype=np.bool_),
        must_yield=np.zeros(len(index), dtype=np.bool_),
        bends_away=np.zeros(len(index), dtype=np.bool_),
    )


def can_yield(
    conflicts: Conflicts, tracks: Tracks, parameters: Parameters
) -> NDArray[np.bool_]:
    """Return which subjects can easily stop before the zone of conflict, (n,).

    Args:
        conflicts: Subjects that the ego's present motion meets.
        tracks: The objects that `conflicts` refers to.
        parameters: Parameters of the package.
    """
    speed = np.maximum(tracks.speed[conflicts.row], 0.0)
    rate = tracks.acceleration[conflicts.row]
    entry = conflicts.crossing.object_entry
    ahead = np.isfinite(entry) & (entry > 0.0)
    time = np.where(ahead, entry, 0.0)
    way = time * (speed + 0.5 * np.where(np.isnan(rate), 0.0, rate) * time)
    return np.asarray(ahead & (
        speed * speed <= 2.0 * parameters.icw.yield_deceleration * way))


def starting(ego: EgoState, parameters: Parameters) -> bool:
    """Whether the ego sets off from standstill."""
    prediction = parameters.prediction
    return (
        ego.speed < prediction.starting_speed
        and ego.acceleration > prediction.starting_acceleration
    )


def _errors(ego: EgoState, subjects: Tracks) -> tuple[MotionUncertainty, MotionUncertainty]:
    """Return the stated errors of position and speed of the ego, (1,), and of subjects, (n,)."""
    deviation = ego.position_deviation
    position = PositionCovariance(
        subjects.variance_xx, subjects.variance_xy, subjects.variance_yy
    )
    return (
        MotionUncertainty.of(0.0 if math.isnan(deviation) else deviation),
        MotionUncertainty(position, subjects.speed_deviation, np.zeros(len(subjects))),
    )


def _course(ego: EgoState, subjects: Tracks, parameters: Parameters) -> NDArray[np.uint8]:
    """Return the course of subjects relative to the ego."""
    turned = np.abs(_wrapped(subjects.heading - ego.heading))
    course = np.full(len(subjects), Course.CROSSING, dtype=np.uint8)
    same = turned < np.radians(parameters.collision.same_direction)
    opposite = turned > np.radians(parameters.collision.oncoming)
    speed = np.abs(subjects.speed)
    course[same | (speed < STANDING)] = Course.SAME
    course[opposite & (speed <= ONCOMING_SPEED)] = Course.SAME
    course[opposite & (speed > ONCOMING_SPEED)] = Course.ONCOMING
    return course


def _following(
    ego: EgoState,
    own: PiecewiseMotion,
    subjects: Tracks,
    models: Sequence[tuple[PiecewiseMotion, ConflictAssessment, Floats]],
    parameters: Parameters,
) -> list[Following]:
    """Return times and decelerations behind leaders, one record for each model of theirs.

    The gap along the ego path is what the ego covers until the contact less what the leader
    covers along the ego's direction there; it needs no straight road and no leader that is
    inside the ego's path already. Contact matters from the leader's entry into that path to its
    exit, whichever way the road bends.

    Args:
        ego: The ego now.
        own: Its present motion.
        subjects: The leaders, n of them.
        models: Motion, its assessment and acceleration, (n,) [m/s2], under each model.
        parameters: Parameters of the package.
    """
    places = [
        _behind(ego, own, subjects, motion, found.contact) for motion, found, _ in models
    ]
    along = np.maximum(subjects.speed * np.cos(subjects.heading - ego.heading), 0.0)
    # All delays under all models at once: (delays, models, n).
    gap = np.array([np.where(np.isnan(gap), 0.0, gap) for _, _, gap in places])
    rates = np.array([acceleration for _, _, acceleration in models])
    enters = np.array([found.zone.object_entry for _, found, _ in models])
    leaves = np.array([found.zone.object_exit for _, found, _ in models])
    delays = np.array(_delays(parameters))[:, np.newaxis, np.newaxis]
    needed = required_deceleration_behind(
        gap, max(ego.speed, 0.0), ego.acceleration, along, rates, delays,
        np.nan_to_num(enters, nan=0.0), np.nan_to_num(leaves, nan=np.inf, posinf=np.inf),
    )
    behind = []
    for number, (_, found, _) in enumerate(models):
        time, way, gap_now = places[number]
        ahead = np.isfinite(time)
        decelerations = (np.where(ahead, row, 0.0) for row in needed[:, number])
        behind.append(
            Following(found.contact, time, way, np.maximum(gap_now, 0.0), *decelerations)
        )
    return behind


def _behind(
    ego: EgoState,
    own: PiecewiseMotion,
    subjects: Tracks,
    motion: PiecewiseMotion,
    contact: Contact,
) -> tuple[Floats, Floats, Floats]:
    """Return time of contact at the ego's front, way of the ego until then, and gap, (n,) each."""
    moment = np.where(contact.overlaps, contact.begin, 0.0)
    there = state_at(own.take(np.zeros(len(subjects), dtype=np.intp)), moment)
    leader = state_at(motion, moment)
    turned = leader.heading - there.heading
    cosine, sine = np.cos(there.heading), np.sin(there.heading)
    # At an angle the point of contact tells what is met; side by side it may lie anywhere.
    touched = (contact.x - there.x) * cosine + (contact.y - there.y) * sine
    rear = (leader.x - there.x) * cosine + (leader.y - there.y) * sine - _reach(subjects, turned)
    met = np.where(np.abs(_wrapped(turned)) >= _OBLIQUE, touched, rear)
    frontal = contact.overlaps & (met >= 0.5 * ego.length - _FRONT)
    way = _ego_way(own, moment)
    gap = way - distance_travelled(motion, moment) * np.cos(turned)
    # Who is beside now is no leader: that is for the blind spot and lane change warnings.
    leads = frontal & (gap >= -_TOUCH) & _ahead(ego, subjects)
    return (
        np.where(leads, contact.begin, np.inf),
        np.where(leads, way, np.nan),
        np.where(leads, gap, np.nan),
    )


def _ahead(ego: EgoState, subjects: Tracks) -> NDArray[np.bool_]:
    """Return who is ahead of the ego's front bumper now, rear and all, (n,)."""
    along = (subjects.x - ego.x) * np.cos(ego.heading) + (subjects.y - ego.y) * np.sin(ego.heading)
    rear = along - _reach(subjects, subjects.heading - ego.heading)
    return np.asarray(rear >= 0.5 * ego.length - _FRONT)


def _reach(subjects: Tracks, turned: Floats) -> Floats:
    """Return half the extent of footprints along a direction they are turned against, (n,)."""
    return 0.5 * (
        subjects.length * np.abs(np.cos(turned)) + subjects.width * np.abs(np.sin(turned))
    )


def _delays(parameters: Parameters) -> tuple[float, ...]:
    """Return the delays of a_req that the rules ask for [s]: now, IMMINENT, WARNING, CAUTION."""
    collision = parameters.collision
    return 0.0, collision.imminent_delay, collision.warning_delay, collision.caution_delay


def _crossing(
    ego: EgoState, own: PiecewiseMotion, found: ConflictAssessment, parameters: Parameters
) -> Crossing:
    """Return times and decelerations before conflict zones."""
    zone = found.zone
    now, imminent, warning, caution = (
        found.stopping if ego.path is None else _stopping_as_planned(own, zone, parameters)
    )
    return Crossing(
        time=np.where(zone.exists & found.contact.overlaps, zone.ego_entry, np.inf),
        distance=np.where(zone.exists, zone.ego_entry_distance, np.nan),
        now=now,
        imminent=imminent,
        warning=warning,
        caution=caution,
        ego_exit=zone.ego_exit,
        object_entry=zone.object_entry,
        object_exit=zone.object_exit,
        encroachment=zone.post_encroachment_time,
    )


def _stopping_as_planned(own: PiecewiseMotion, zone: ZoneTimes, parameters: Parameters) -> Floats:
    """Return what stops an ego before zones that drives as planned till then, (delays, n)."""
    delays = np.array(_delays(parameters))
    at = own.take(np.zeros(len(delays), dtype=np.intp))
    there = state_at(at, delays)
    room = zone.ego_entry_distance - distance_travelled(at, delays)[:, np.newaxis]
    speed = np.repeat(np.hypot(there.velocity_x, there.velocity_y), room.shape[1])
    needed = conflict.required_deceleration_stopping(room.ravel(), speed, 0.0, 0.0)
    return np.where(zone.exists, needed.reshape(room.shape), 0.0)


def _ego_way(own: PiecewiseMotion, time: Floats) -> Floats:
    """Return the way of the ego until each time, (n,) [m]."""
    return distance_travelled(own.take(np.zeros(len(time), dtype=np.intp)), time)


def _joined(parts: list[Conflicts]) -> Conflicts:
    """Return the conflicts of several groups of subjects as one."""
    if not parts:
        return _no_conflicts()
    return parts[0] if len(parts) == 1 else _concatenated(Conflicts, parts)


def _where(mask: NDArray[np.bool_], first: _Record, second: _Record) -> _Record:
    """Return rows of the first record where the mask holds, else of the second."""
    columns: dict[str, Any] = {}
    for field in fields(first):  # type: ignore[arg-type]
        one, other = getattr(first, field.name), getattr(second, field.name)
        if isinstance(one, np.ndarray):
            columns[field.name] = np.where(mask, one, other)
        else:
            columns[field.name] = _where(mask, one, other)
    return type(first)(**columns)


def _concatenated(kind: type[_Record], parts: Sequence[_Record]) -> _Record:
    """Return records of arrays, joined field by field."""
    columns: dict[str, Any] = {}
    for field in fields(kind):  # type: ignore[arg-type]
        values = [getattr(part, field.name) for part in parts]
        if isinstance(values[0], np.ndarray):
            columns[field.name] = np.concatenate(values)
        else:
            columns[field.name] = _concatenated(type(values[0]), values)
    return kind(**columns)


def _known(acceleration: Floats) -> Floats:
    """Return accelerations with 0 for what is not known."""
    return np.where(np.isnan(acceleration), 0.0, acceleration)


def _wrapped(angle: Floats) -> Floats:
    """Return angles in [-pi, pi)."""
    return np.remainder(angle + np.pi, 2.0 * np.pi) - np.pi
