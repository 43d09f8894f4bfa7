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
from icv_v2x.conflict.footprint import Footprint
from icv_v2x.conflict.probability import overlap_probability
from icv_v2x.conflict.separation import Separation, closest_approach
from icv_v2x.conflict.swept import Contact, first_contact
from icv_v2x.conflict.zone import ZoneTimes, zone_times
from icv_v2x.motion.pieces import (
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
    count = len(motions)
    contact = first_contact(ego_motion, ego_footprint, motions, footprints)
    separation = closest_approach(ego_motion, ego_footprint, motions, footprints, within=within)
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
    ego_now, now = state_at(ego_motion, 0.0), state_at(motions, 0.0)
    encounter = encounters(ego_now, now)
    required, object_required = np.zeros(count), np.zeros(count)
    rows = np.flatnonzero(zone.exists & contact.overlaps)
    if len(rows):
        ego, objects = ego_motion.take(np.zeros_like(rows)), motions.take(rows)
        required[rows] = _required(
            ego, objects, zone.ego_entry_distance[rows], zone.object_exit[rows], delay
        )
        object_required[rows] = _required(
            objects, ego, zone.object_entry_distance[rows], zone.ego_exit[rows], delay
        )
    return ConflictAssessment(
        contact, zone, separation, encounter, required, object_required, probability
    )


def encounters(ego: MotionState, objects: MotionState) -> IndexArray:
    """Return how objects move relative to the ego, values of `Encounter`, (n,).

    Args:
        ego: State of the ego, (1,) or (n,).
        objects: State of the objects, (n,).
    """
    turn = objects.heading - ego.heading
    alike = np.cos(turn)
    moving = np.hypot(objects.velocity_x, objects.velocity_y) > _STANDING_SPEED
    kind = np.full(alike.shape, Encounter.CROSSING, dtype=np.intp)
    kind[~moving | (alike > _SAME_DIRECTION)] = Encounter.SAME_DIRECTION
    kind[moving & (alike < _OPPOSITE_DIRECTION)] = Encounter.ONCOMING
    return kind


def _required(
    braking: PiecewiseMotion,
    others: PiecewiseMotion,
    entry_distance: FloatArray,
    other_exit: FloatArray,
    delay: float,
) -> FloatArray:
    """Return the deceleration that keeps objects off others which they would touch.

    Behind a leader it means not to touch him until he has left the path, else to stop before
    the conflict zone. Who is in the other's swept path already cannot brake out of it.

    Args:
        braking: Motion of the objects that would brake, (m,).
        others: Motion of the others, (m,).
        entry_distance: Way until the swept path of the other is entered, (m,) [m].
        other_exit: When the other has left the swept path of the one that brakes, (m,) [s].
        delay: When the braking starts [s].
    """
    state, other = state_at(braking, 0.0), state_at(others, 0.0)
    speed, acceleration = _along_heading(braking, state.heading)
    other_speed, other_acceleration = _along_heading(others, state.heading)
    following = required_deceleration_following(
        entry_distance,
        np.maximum(speed, 0.0),
        acceleration,
        np.maximum(other_speed, 0.0),
        other_acceleration,
        delay,
        other_exit,
    )
    stopping = required_deceleration_stopping(
        entry_distance, np.maximum(speed, 0.0), acceleration, delay
    )
    kind = encounters(state, other)
    needed = np.where(kind == Encounter.SAME_DIRECTION, following, stopping)
    hopeless = (kind == Encounter.ONCOMING) | (entry_distance <= 0.0)
    return np.where(hopeless, np.inf, needed)


def _along_heading(motion: PiecewiseMotion, heading: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the present speed and acceleration of n objects along headings, (n,) each."""
    cosine, sine = np.cos(heading), np.sin(heading)
    rows = np.arange(len(motion))
    piece = piece_at(motion, 0.0)
    return (
        motion.velocity_x[rows, piece] * cosine + motion.velocity_y[rows, piece] * sine,
        motion.acceleration_x[rows, piece] * cosine + motion.acceleration_y[rows, piece] * sine,
    )
