# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""All figures on the conflicts of one ego with many objects, the costly ones where needed."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Sequence

import numpy as np

from icv_v2x.conflict.braking import (
    required_deceleration_following,
    required_deceleration_stopping,
)
from icv_v2x.conflict.broad_phase import may_meet
from icv_v2x.conflict.footprint import Footprint
from icv_v2x.conflict.probability import overlap_probability
from icv_v2x.conflict.separation import Separation, closest_approach
from icv_v2x.conflict.swept import Contact, first_contact, pair_count
from icv_v2x.conflict.uniform import UniformPairs, is_uniform
from icv_v2x.conflict.zone import ZoneTimes, zone_times
from icv_v2x.motion.pieces import (
    FloatArray,
    IndexArray,
    MotionState,
    PiecewiseMotion,
    piece_at,
    state_at,
    stretched,
)
from icv_v2x.motion.uncertainty import MotionUncertainty

# Headings that differ by less are the same direction, by more than the other are opposite ones;
# an opposite object that is slower stands in the way rather than comes [cosine], [m/s].
_SAME_DIRECTION = np.cos(np.radians(30.0))
_OPPOSITE_DIRECTION = np.cos(np.radians(150.0))
_STANDING_SPEED = 1.0
# Among so few nobody needs to be left out.
_FEW = 256


class Encounter(enum.IntEnum):
    """How an object moves relative to the ego, by the headings."""

    SAME_DIRECTION = 0
    CROSSING = 1
    ONCOMING = 2


@dataclasses.dataclass(frozen=True)
class ConflictAssessment:
    """Everything about the conflicts of one ego with n objects.

    Attributes:
        contact: First contact of the footprints.
        zone: Where the swept paths cross, and who is in there when.
        separation: Closest approach of the footprints.
        encounter: How each object moves relative to the ego, values of `Encounter`, (n,).
        stopping: What stops the ego before the zone if it begins after each of D delays, (D, n)
            [m/s2]: 0 where there is no zone.
        required_deceleration: What the ego needs after the first delay to avoid the contact, (n,)
            [m/s2]: 0 where there is no contact, inf where no braking avoids it, as with an
            oncoming object or one that comes from behind.
        object_required_deceleration: What the object needs likewise, (n,) [m/s2].
        probability: Probability that the footprints overlap, (n,).
    """

    contact: Contact
    zone: ZoneTimes
    separation: Separation
    encounter: IndexArray
    stopping: FloatArray
    required_deceleration: FloatArray
    object_required_deceleration: FloatArray
    probability: FloatArray


def assess_conflicts(
    ego_motion: PiecewiseMotion,
    ego_footprint: Footprint,
    ego_uncertainty: MotionUncertainty,
    motions: PiecewiseMotion,
    footprints: Footprint,
    uncertainties: MotionUncertainty,
    *,
    delays: Sequence[float] = (0.0,),
    within: float = 5.0,
    contact: Contact | None = None,
    ego_pace: tuple[float, float] | None = None,
    required: bool = True,
) -> ConflictAssessment:
    """Return everything about the conflicts of one ego with n objects.

    Args:
        ego_motion: Motion of the ego, one object.
        ego_footprint: Its size, (1,).
        ego_uncertainty: Its errors, (1,).
        motions: Motion of n objects.
        footprints: Their sizes, (n,).
        uncertainties: Their errors, (n,).
        delays: When the brakings start that are asked for, D of them [s].
        within: Objects that stay farther away than this are left out: their distance is inf,
            their probability 0 [m]. With 0 only contacts matter, which spares the distances.
        contact: First contact of the same motions, where it is known already.
        ego_pace: Speed [m/s] and acceleration [m/s2] of the ego now, where its motion is a plan
            that does not tell them.
        required: Whether to tell what avoids the contact; else it is given as 0.

    Raises:
        ValueError: The numbers of objects do not fit together.
    """
    count = pair_count(ego_motion, ego_footprint, motions, footprints)
    if count > _FEW and contact is None:
        reach = ego_footprint.radius + footprints.radius + within
        near = np.flatnonzero(stretched(may_meet(ego_motion, motions, reach), (count,)))
        # Leaving out a few is not worth the copying.
        if len(near) <= 0.5 * count:
            encounter = _encounters_now(ego_motion, motions)
            found = assess_conflicts(
                ego_motion,
                ego_footprint,
                ego_uncertainty,
                motions.take(near),
                footprints if len(footprints) == 1 else footprints.take(near),
                uncertainties if len(uncertainties.speed) == 1 else uncertainties.take(near),
                delays=delays,
                within=within,
                ego_pace=ego_pace,
                required=required,
            )
            return dataclasses.replace(spread(found, near, count), encounter=encounter)
    if contact is None and within > 0.0 and count and is_uniform(ego_motion, motions):
        pairs = UniformPairs.of(ego_motion, ego_footprint, motions, footprints)
        contact = pairs.contact()
        separation = pairs.separation(within, contact)
        probability = pairs.probability(ego_uncertainty, uncertainties, separation.time)
        zone = pairs.zone(contact)
        paces = _Paces.uniform(pairs, ego_pace)
    else:
        if contact is None:
            contact = first_contact(ego_motion, ego_footprint, motions, footprints)
        if within > 0.0:
            separation = closest_approach(
                ego_motion, ego_footprint, motions, footprints, within=within, contact=contact
            )
        else:
            separation = Separation(np.where(contact.overlaps, 0.0, np.inf), contact.begin)
        probability = overlap_probability(
            ego_motion,
            ego_footprint,
            ego_uncertainty,
            motions,
            footprints,
            uncertainties,
            separation.time,
        )
        zone = zone_times(ego_motion, ego_footprint, motions, footprints, contact=contact)
        paces = _Paces.of(ego_motion, motions, ego_pace)
    own_need, other_need = np.zeros(count), np.zeros(count)
    rows = np.flatnonzero(zone.exists & contact.overlaps)
    if required and len(rows):
        own_need[rows], other_need[rows] = _required_of_both(
            paces, rows, zone.take(rows), delays[0]
        )
    return ConflictAssessment(
        contact,
        zone,
        separation,
        paces.encounter[0],
        _stopping(zone, paces, delays),
        own_need,
        other_need,
        probability,
    )


def spread(found: ConflictAssessment, rows: IndexArray, count: int) -> ConflictAssessment:
    """Return the assessment of all objects from that of those that could come near.

    Args:
        found: Assessment of m objects.
        rows: Which of n objects these are, (m,).
        count: Number of all objects n.

    Returns:
        The assessment of n objects, in which the others have no contact, no zone, infinite
        distance, need no deceleration and have the probability 0. Their encounter is not known
        and given as that of a crossing object.
    """
    contact, zone, separation = found.contact, found.zone, found.separation
    # One table for each kind of figure costs much less than an array for each figure.
    marks = np.zeros((3, count), np.bool_)
    marks[:, rows] = contact.overlaps, zone.exists, zone.ego_first
    numbers = np.empty((2, count), np.intp)
    numbers[0], numbers[1] = -1, Encounter.CROSSING
    numbers[:, rows] = contact.piece, found.encounter
    times = np.full((12, count), np.nan)
    times[:, rows] = (
        contact.begin, contact.end, contact.x, contact.y,
        zone.ego_entry, zone.ego_exit, zone.object_entry, zone.object_exit,
        zone.ego_entry_distance, zone.object_entry_distance, zone.post_encroachment_time,
        separation.time)
    distance = np.full(count, np.inf)
    distance[rows] = separation.distance
    needs = np.zeros((3 + len(found.stopping), count))
    needs[:, rows] = (
        found.required_deceleration, found.object_required_deceleration, found.probability,
        *found.stopping)
    return ConflictAssessment(
        Contact(marks[0], times[0], times[1], times[2], times[3], numbers[0]),
        ZoneTimes(
            marks[1], times[4], times[5], times[6], times[7], times[8], times[9], marks[2],
            times[10]),
        Separation(distance, times[11]),
        numbers[1],
        needs[3:],
        needs[0],
        needs[1],
        needs[2],
    )


def encounters(ego: MotionState, objects: MotionState) -> IndexArray:
    """Return how objects move relative to the ego, values of `Encounter`, (n,).

    Args:
        ego: State of the ego, (1,) or (n,).
        objects: State of the objects, (n,).
    """
    speed = np.hypot(objects.velocity_x, objects.velocity_y)
    return _encounters(np.cos(objects.heading - ego.heading), speed)


def _encounters(alike: FloatArray, speed: FloatArray) -> IndexArray:
    """Return values of `Encounter` from cosines of the angle between and speeds (n,) [m/s]."""
    moving = speed > _STANDING_SPEED
    same = ~moving | (alike > _SAME_DIRECTION)
    kind = np.where(same, int(Encounter.SAME_DIRECTION), int(Encounter.CROSSING))
    kind[moving & (alike < _OPPOSITE_DIRECTION)] = Encounter.ONCOMING
    return kind


@dataclasses.dataclass(frozen=True)
class _Paces:
    """How the ego, first, and n objects go now, along their headings; (2, n) each.

    `other` is what the other one of the pair does along the own heading, `encounter` how it moves
    relative to the own one.
    """

    encounter: IndexArray
    speed: FloatArray
    acceleration: FloatArray
    other_speed: FloatArray
    other_acceleration: FloatArray

    @classmethod
    def of(
        cls,
        ego_motion: PiecewiseMotion,
        motions: PiecewiseMotion,
        ego_pace: tuple[float, float] | None,
    ) -> _Paces:
        """Return what the motions tell, and the ego's own figures where they are given."""
        values = np.empty((5, 2, len(motions)))
        for side, motion in enumerate((ego_motion, motions)):
            for column, present in enumerate(_present(motion)):
                values[column, side] = present
        heading = values[0]
        cosine, sine = np.cos(heading), np.sin(heading)
        along = values[1::2] * cosine + values[2::2] * sine
        other = values[1::2, ::-1] * cosine + values[2::2, ::-1] * sine
        speed, acceleration = np.maximum(along[0], 0.0), along[1]
        if ego_pace is not None:
            speed[0], acceleration[0] = max(ego_pace[0], 0.0), ego_pace[1]
        return cls(
            _encounters(
                np.cos(heading[1] - heading[0]), np.hypot(values[1, ::-1], values[2, ::-1])),
            speed,
            acceleration,
            np.maximum(other[0], 0.0),
            other[1],
        )

    @classmethod
    def uniform(cls, pairs: UniformPairs, ego_pace: tuple[float, float] | None) -> _Paces:
        """Return the same of uniform motions."""
        speed, acceleration = pairs.along_own_heading(), np.zeros(pairs.place.shape)
        if ego_pace is not None:
            speed[0], acceleration[0] = ego_pace
        return cls(
            _encounters(pairs.cosine, pairs.speed_of_other()),
            np.maximum(speed, 0.0, out=speed),
            acceleration,
            np.maximum(pairs.other_along_own_heading(), 0.0),
            np.zeros(pairs.place.shape),
        )


def _stopping(zone: ZoneTimes, paces: _Paces, delays: Sequence[float]) -> FloatArray:
    """Return the decelerations that stop the ego before the zone, (D, n) [m/s2]."""
    distance = np.where(zone.exists, zone.ego_entry_distance, 0.0)
    needed = required_deceleration_stopping(
        distance,
        paces.speed[0],
        paces.acceleration[0],
        np.asarray(delays, dtype=np.float64)[:, np.newaxis],
    )
    return np.where(zone.exists, needed, 0.0)


def _required_of_both(
    paces: _Paces, rows: IndexArray, zone: ZoneTimes, delay: float
) -> tuple[FloatArray, FloatArray]:
    """Return the decelerations that keep the ego off objects, and these off the ego.

    Behind a leader it means not to touch him until he has left the path, else to stop before
    the conflict zone. Who is in the other's swept path already cannot brake out of it.

    Args:
        paces: How the ego and n objects go.
        rows: Those of the objects that matter, (m,).
        zone: Their conflict zones, (m,).
        delay: When the braking starts [s].

    Returns:
        Deceleration of the ego and of the objects, (m,) each [m/s2].
    """
    entry, other_exit = np.empty((2, len(rows))), np.empty((2, len(rows)))
    entry[0], entry[1] = zone.ego_entry_distance, zone.object_entry_distance
    other_exit[0], other_exit[1] = zone.object_exit, zone.ego_exit
    speed, acceleration = paces.speed[:, rows], paces.acceleration[:, rows]
    kind = paces.encounter[:, rows]
    stopping = required_deceleration_stopping(entry, speed, acceleration, delay)
    following = required_deceleration_following(
        entry,
        speed,
        acceleration,
        paces.other_speed[:, rows],
        paces.other_acceleration[:, rows],
        delay,
        other_exit,
    )
    needed = np.where(kind == int(Encounter.SAME_DIRECTION), following, stopping)
    needed[(kind == int(Encounter.ONCOMING)) | (entry <= 0.0)] = np.inf
    return needed[0], needed[1]


def _encounters_now(ego_motion: PiecewiseMotion, motions: PiecewiseMotion) -> IndexArray:
    """Return how objects move relative to the ego now, values of `Encounter`, (n,)."""
    return encounters(state_at(ego_motion, 0.0), state_at(motions, 0.0))


def _present(motion: PiecewiseMotion) -> list[FloatArray]:
    """Return heading, velocity and acceleration, east and north, of n objects now, (n,) each."""
    names = ('heading', 'velocity_x', 'velocity_y', 'acceleration_x', 'acceleration_y')
    columns = [getattr(motion, name) for name in names]
    if motion.pieces == 1:
        return [column[:, 0] for column in columns]
    row, piece = np.arange(len(motion)), piece_at(motion, 0.0)
    return [column[row, piece] for column in columns]
