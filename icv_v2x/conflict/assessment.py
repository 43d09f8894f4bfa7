# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""All figures on the conflicts of one ego with many objects, the costly ones where needed."""

from __future__ import annotations

import dataclasses
import enum

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
from icv_v2x.conflict.zone import ZoneTimes, zone_times
from icv_v2x.motion.pieces import (
    BoolArray,
    FloatArray,
    IndexArray,
    MotionState,
    PiecewiseMotion,
    piece_at,
    state_at,
)
from icv_v2x.motion.uncertainty import MotionUncertainty

# Headings that differ by less are the same direction, by more than the other are opposite ones;
# an opposite object that is slower stands in the way rather than comes [cosine], [m/s].
_SAME_DIRECTION = np.cos(np.radians(30.0))
_OPPOSITE_DIRECTION = np.cos(np.radians(150.0))
_STANDING_SPEED = 1.0


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
        required_deceleration: What the ego needs from the delay on to avoid the contact, (n,)
            [m/s2]: 0 where there is no contact, inf where no braking avoids it, as with an
            oncoming object or one that comes from behind.
        object_required_deceleration: What the object needs likewise, (n,) [m/s2].
        probability: Probability that the footprints overlap, (n,).
    """

    contact: Contact
    zone: ZoneTimes
    separation: Separation
    encounter: IndexArray
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
    delay: float = 0.0,
    within: float = 5.0,
) -> ConflictAssessment:
    """Return everything about the conflicts of one ego with n objects.

    Args:
        ego_motion: Motion of the ego, one object.
        ego_footprint: Its size, (1,).
        ego_uncertainty: Its errors, (1,).
        motions: Motion of n objects.
        footprints: Their sizes, (n,).
        uncertainties: Their errors, (n,).
        delay: When a braking starts that is asked for [s].
        within: Objects that stay farther away than this are left out: their distance is inf,
            their probability 0 [m].

    Raises:
        ValueError: The numbers of objects do not fit together.
    """
    count = pair_count(ego_motion, ego_footprint, motions, footprints)
    encounter = encounters(state_at(ego_motion, 0.0), state_at(motions, 0.0))
    reach = ego_footprint.radius + footprints.radius + within
    near = np.flatnonzero(np.broadcast_to(may_meet(ego_motion, motions, reach), (count,)))
    # Leaving out a few is not worth the copying.
    if count and len(near) <= 0.5 * count:
        found = assess_conflicts(
            ego_motion,
            ego_footprint,
            ego_uncertainty,
            motions.take(near),
            footprints if len(footprints) == 1 else footprints.take(near),
            uncertainties if len(uncertainties.speed) == 1 else uncertainties.take(near),
            delay=delay,
            within=within,
        )
        return dataclasses.replace(spread(found, near, count), encounter=encounter)
    contact = first_contact(ego_motion, ego_footprint, motions, footprints)
    separation = closest_approach(
        ego_motion, ego_footprint, motions, footprints, within=within, contact=contact
    )
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
    required, object_required = np.zeros(count), np.zeros(count)
    rows = np.flatnonzero(zone.exists & contact.overlaps)
    if len(rows):
        required[rows], object_required[rows] = _required_of_both(
            ego_motion, motions.take(rows), zone.take(rows), delay
        )
    return ConflictAssessment(
        contact, zone, separation, encounter, required, object_required, probability
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

    def filled(values: FloatArray, rest: float) -> FloatArray:
        everything = np.full(count, rest)
        everything[rows] = values
        return everything

    def marked(values: BoolArray) -> BoolArray:
        everything = np.zeros(count, dtype=np.bool_)
        everything[rows] = values
        return everything

    def numbered(values: IndexArray, rest: int) -> IndexArray:
        everything = np.full(count, rest, dtype=np.intp)
        everything[rows] = values
        return everything

    contact, zone, separation = found.contact, found.zone, found.separation
    return ConflictAssessment(
        Contact(
            marked(contact.overlaps),
            filled(contact.begin, np.nan),
            filled(contact.end, np.nan),
            filled(contact.x, np.nan),
            filled(contact.y, np.nan),
            numbered(contact.piece, -1),
        ),
        ZoneTimes(
            marked(zone.exists),
            filled(zone.ego_entry, np.nan),
            filled(zone.ego_exit, np.nan),
            filled(zone.object_entry, np.nan),
            filled(zone.object_exit, np.nan),
            filled(zone.ego_entry_distance, np.nan),
            filled(zone.object_entry_distance, np.nan),
            marked(zone.ego_first),
            filled(zone.post_encroachment_time, np.nan),
        ),
        Separation(filled(separation.distance, np.inf), filled(separation.time, np.nan)),
        numbered(found.encounter, Encounter.CROSSING),
        filled(found.required_deceleration, 0.0),
        filled(found.object_required_deceleration, 0.0),
        filled(found.probability, 0.0),
    )


def encounters(ego: MotionState, objects: MotionState) -> IndexArray:
    """Return how objects move relative to the ego, values of `Encounter`, (n,).

    Args:
        ego: State of the ego, (1,) or (n,).
        objects: State of the objects, (n,).
    """
    speed = np.hypot(objects.velocity_x, objects.velocity_y)
    return _encounters(objects.heading - ego.heading, speed)


def _encounters(turn: FloatArray, speed: FloatArray) -> IndexArray:
    """Return values of `Encounter` from differences of heading [rad] and speeds, (n,) [m/s]."""
    alike, moving = np.cos(turn), speed > _STANDING_SPEED
    kind = np.full(alike.shape, Encounter.CROSSING, dtype=np.intp)
    kind[~moving | (alike > _SAME_DIRECTION)] = Encounter.SAME_DIRECTION
    kind[moving & (alike < _OPPOSITE_DIRECTION)] = Encounter.ONCOMING
    return kind


def _required_of_both(
    ego_motion: PiecewiseMotion, motions: PiecewiseMotion, zone: ZoneTimes, delay: float
) -> tuple[FloatArray, FloatArray]:
    """Return the decelerations that keep the ego off objects, and these off the ego.

    Behind a leader it means not to touch him until he has left the path, else to stop before
    the conflict zone. Who is in the other's swept path already cannot brake out of it.

    Args:
        ego_motion: Motion of the ego, one object.
        motions: Motion of m objects.
        zone: Their conflict zones, (m,).
        delay: When the braking starts [s].

    Returns:
        Deceleration of the ego and of the objects, (m,) each [m/s2].
    """
    count = len(motions)
    states = [
        np.concatenate([np.broadcast_to(one, (count,)), many])
        for one, many in zip(_present(ego_motion), _present(motions), strict=True)
    ]
    heading, velocity_x, velocity_y, acceleration_x, acceleration_y = states
    cosine, sine = np.cos(heading), np.sin(heading)
    speed = np.maximum(velocity_x * cosine + velocity_y * sine, 0.0)
    acceleration = acceleration_x * cosine + acceleration_y * sine
    # Rows of the ego against the object come first; the other half are the same with parts
    # exchanged.
    other_speed = _exchanged(velocity_x) * cosine + _exchanged(velocity_y) * sine
    other_acceleration = _exchanged(acceleration_x) * cosine + _exchanged(acceleration_y) * sine
    entry = np.concatenate([zone.ego_entry_distance, zone.object_entry_distance])
    other_exit = np.concatenate([zone.object_exit, zone.ego_exit])
    kind = _encounters(
        _exchanged(heading) - heading, np.hypot(_exchanged(velocity_x), _exchanged(velocity_y))
    )
    following = required_deceleration_following(
        entry,
        speed,
        acceleration,
        np.maximum(other_speed, 0.0),
        other_acceleration,
        delay,
        other_exit,
    )
    stopping = required_deceleration_stopping(entry, speed, acceleration, delay)
    needed = np.where(kind == Encounter.SAME_DIRECTION, following, stopping)
    needed[(kind == Encounter.ONCOMING) | (entry <= 0.0)] = np.inf
    return needed[:count], needed[count:]


def _exchanged(values: FloatArray) -> FloatArray:
    """Return the second half of values before the first."""
    half = len(values) // 2
    return np.concatenate([values[half:], values[:half]])


def _present(motion: PiecewiseMotion) -> list[FloatArray]:
    """Return heading, velocity and acceleration of n objects now, (n,) each."""
    row, piece = np.arange(len(motion)), piece_at(motion, 0.0)
    return [
        values[row, piece]
        for values in (
            motion.heading,
            motion.velocity_x,
            motion.velocity_y,
            motion.acceleration_x,
            motion.acceleration_y,
        )
    ]
