# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Which predicted contacts bear a warning: small errors of the prediction do not undo them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory import gates
from icv_v2x.advisory.types import Level
from icv_v2x.conflict import first_contact
from icv_v2x.frames import wrap_angle
from icv_v2x.scenarios.intent import turning_side
from icv_v2x.scenarios.motions import announced_motions, ego_motion, motions
from icv_v2x.world.turning import indicated_side

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.conflict import Contact, Footprint
    from icv_v2x.parameters import Parameters
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]


def settled(
    ego: EgoState,
    own_size: Footprint,
    subjects: Tracks,
    sizes: Footprint,
    contact: Contact,
    parameters: Parameters,
    *,
    oncoming: Flags,
    crossing: Flags,
) -> Flags:
    """Return which contacts bear a warning, (n,).

    Args:
        ego: The ego now.
        own_size: Its footprint.
        subjects: The subjects, n of them.
        sizes: Their footprints.
        contact: First contacts in present motion.
        parameters: Parameters of the package.
        oncoming: (n,) who comes towards the ego.
        crossing: (n,) who crosses its path.
    """
    prediction = parameters.prediction
    ends = _turn_end(subjects.turn_rate, subjects.turn_angle)
    if ego.path is None:
        own_end = _turn_end(np.array([ego.turn_rate]), np.array([ego.turn_angle]))
        ends = np.minimum(ends, own_end)
    met = np.where(contact.overlaps, contact.begin, 0.0)
    bears = gates.at_most(
        Level.WARNING, 'time to contact, not long after the end of a turn [s]', met,
        ends + prediction.behind_turn)
    # Who turns off is on the way across, who goes straight on only drifts.
    straight = np.isinf(_turn_end(subjects.turn_rate, subjects.turn_angle))
    straight |= _turns_no_further_than_lanes(subjects, parameters)
    across = _gap_aside(ego, subjects)
    drifts = straight & _drifts_beside(ego, subjects, across, parameters)
    bears &= gates.holds(
        Level.WARNING, 'not oncoming beside the ego, one of both slow', ~(oncoming & drifts))
    bears &= gates.holds(
        Level.WARNING, 'oncoming: not both turn off to one side, which LTA judges',
        ~(oncoming & _turns_off_alike(ego, subjects, parameters)))
    rows = np.flatnonzero(
        contact.overlaps & (oncoming | (crossing & _turns_along(ego, subjects, parameters)))
        & straight & (across > prediction.clear)
        & (np.abs(subjects.yaw_rate) > np.radians(prediction.yawing)))
    if len(rows):
        bears[rows] &= _meets_as_it_yaws(
            ego, own_size, subjects.take(rows), sizes.take(rows), parameters)
    rows = np.flatnonzero(contact.overlaps & crossing)
    if len(rows):
        bears[rows] &= _meets_without_wavering(
            ego, own_size, subjects.take(rows), sizes.take(rows), parameters)
        bears[rows] &= _meets_as_announced(
            ego, own_size, subjects.take(rows), sizes.take(rows), contact.begin[rows], parameters)
    rows = np.flatnonzero(
        contact.overlaps & oncoming & (across > prediction.clear)
        & (indicated_side(subjects.lights) != 0.0))
    if len(rows):
        bears[rows] &= _meets_as_it_turns(
            ego, own_size, subjects.take(rows), sizes.take(rows), contact.begin[rows], parameters)
    rows = np.flatnonzero(
        contact.overlaps & (crossing | oncoming)
        & (subjects.turn_rate != 0.0) & np.isfinite(subjects.turn_angle))
    if len(rows):
        bears[rows] &= _meets_however_it_turns(
            ego, own_size, subjects.take(rows), sizes.take(rows), parameters)
    return np.asarray(bears)


def _turns_off_alike(ego: EgoState, subjects: Tracks, parameters: Parameters) -> Flags:
    """Return who announces to turn off to the side to which the ego does, both slow, (n,).

    Each of both passes before the other, and where exactly they turn no prediction knows.
    """
    side = turning_side(ego, parameters)
    if not parameters.lta.enabled or side == 0 or ego.speed > parameters.intent.turn_speed:
        return np.zeros(len(subjects), dtype=np.bool_)
    return announces_turn(subjects, side, parameters)


def announces_turn(subjects: Tracks, side: int, parameters: Parameters) -> Flags:
    """Return who announces to turn off to a side and is slow enough for it, (n,).

    Args:
        subjects: The subjects, n of them.
        side: 1 for a turn to the left, -1 to the right, each as the subject sees it.
        parameters: Parameters of the package.
    """
    announces = indicated_side(subjects.lights) == side
    return np.asarray(announces & (np.abs(subjects.speed) <= parameters.intent.turn_speed))


def _turn_end(rate: Floats, angle: Floats) -> Floats:
    """Return when turns end [s], inf for who does not turn or follows a bend."""
    turns = (rate != 0.0) & np.isfinite(angle)
    return np.where(turns, angle / np.where(turns, np.abs(rate), 1.0), np.inf)


def _gap_aside(ego: EgoState, subjects: Tracks) -> Floats:
    """Return the gap between the footprints across the way of the faster of both, (n,) [m]."""
    theirs = np.abs(subjects.speed) > ego.speed
    axis = np.where(theirs, subjects.heading, ego.heading)
    east, north = subjects.x - ego.x, subjects.y - ego.y
    across = np.abs(north * np.cos(axis) - east * np.sin(axis))
    for length, width, heading in (
        (ego.length, ego.width, ego.heading),
        (subjects.length, subjects.width, subjects.heading),
    ):
        across = across - 0.5 * (
            length * np.abs(np.sin(heading - axis)) + width * np.abs(np.cos(heading - axis)))
    return np.asarray(across)


def _drifts_beside(
    ego: EgoState, subjects: Tracks, across: Floats, parameters: Parameters
) -> Flags:
    """Return where the slower of both is slow and not yet in the path of the other, (n,).

    Slowly driven, a heading tells lanes apart badly: where one drifts in its lane or changes
    lanes it points across the next one.
    """
    prediction = parameters.prediction
    slow = np.minimum(np.abs(subjects.speed), ego.speed) < prediction.slow_speed
    turned = np.abs(np.sin(subjects.heading - ego.heading))
    slow &= turned < np.sin(np.radians(prediction.drift))
    return np.asarray(slow & (across > prediction.beside))


def _turns_along(ego: EgoState, subjects: Tracks, parameters: Parameters) -> Flags:
    """Return who turns, no wider than at junctions, to go along the ego's way or against it."""
    turned = subjects.heading - ego.heading
    along = np.sin(turned) * np.cos(turned) * subjects.yaw_rate < 0.0
    sharp = np.abs(subjects.yaw_rate) * parameters.intent.turn_radius_maximum > subjects.speed
    return np.asarray(along & sharp)


def _meets_as_it_yaws(
    ego: EgoState,
    own_size: Footprint,
    subjects: Tracks,
    sizes: Footprint,
    parameters: Parameters,
) -> Flags:
    """Return which subjects are met as well where they go on yawing as they do now, (n,).

    Who comes across does so until he drives along the ego's way or against it.
    """
    turned = subjects.heading - ego.heading
    across = np.abs(np.sin(turned))
    comes = across > np.sin(np.radians(parameters.collision.same_direction))
    yawing = replace(
        subjects, turn_rate=subjects.yaw_rate,
        turn_angle=np.where(comes, np.arcsin(across), np.inf))
    theirs = motions(yawing, subjects.acceleration, parameters.collision.horizon)
    own = ego_motion(ego, parameters)
    return first_contact(own, own_size, theirs, sizes).overlaps


def _meets_without_wavering(
    ego: EgoState,
    own_size: Footprint,
    subjects: Tracks,
    sizes: Footprint,
    parameters: Parameters,
) -> Flags:
    """Return which subjects are met as well where nobody's speed wavers, (n,)."""
    waver = parameters.prediction.waver
    if ego.acceleration == 0.0 and not np.nan_to_num(subjects.acceleration).any():
        return np.ones(len(subjects), dtype=np.bool_)
    rate = np.where(np.isnan(subjects.acceleration), 0.0, subjects.acceleration)
    rate = np.where(np.abs(rate) <= waver, 0.0, rate)
    own_rate = 0.0 if abs(ego.acceleration) <= waver else ego.acceleration
    own = ego_motion(replace(ego, acceleration=own_rate), parameters)
    theirs = motions(subjects, rate, parameters.collision.horizon)
    return first_contact(own, own_size, theirs, sizes).overlaps


def _meets_as_announced(
    ego: EgoState,
    own_size: Footprint,
    subjects: Tracks,
    sizes: Footprint,
    begin: Floats,
    parameters: Parameters,
) -> Flags:
    """Return which subjects are met as well where they turn off as their indicators announce.

    Who is too fast yet may still slow down for the turn, as long as that takes no hard braking.
    """
    meets = _meets_as_it_turns(ego, own_size, subjects, sizes, begin, parameters)
    turn_speed = parameters.intent.turn_speed
    fast = (indicated_side(subjects.lights) != 0.0) & (subjects.speed > turn_speed)
    room = np.maximum(subjects.speed * begin - parameters.lta.radius, 0.0)
    slowing = subjects.speed**2 - turn_speed**2 <= (
        2.0 * parameters.prediction.before_turn * room)
    return np.asarray(meets & ~(fast & slowing))


def _meets_as_it_turns(
    ego: EgoState,
    own_size: Footprint,
    subjects: Tracks,
    sizes: Footprint,
    begin: Floats,
    parameters: Parameters,
) -> Flags:
    """Return which subjects are met as well in the turn that they announce from here on, (n,).

    Whom the ego comes up to only much later drives the same way by then.
    """
    motion, announces = announced_motions(subjects, parameters)
    meets = ~announces
    if announces.any():
        contact = first_contact(ego_motion(ego, parameters), own_size, motion, sizes)
        later = contact.begin - begin
        meets |= contact.overlaps & (later <= parameters.prediction.turn_delay)
    return np.asarray(meets)


def _meets_however_it_turns(
    ego: EgoState,
    own_size: Footprint,
    subjects: Tracks,
    sizes: Footprint,
    parameters: Parameters,
) -> Flags:
    """Return which turning subjects are met as well where they turn a little more or less.

    A turn that has gone no further than a change of lane may end at once, and who turns towards
    the direction against the ego's may turn no further.
    """
    number = len(subjects)
    young = _turns_no_further_than_lanes(subjects, parameters)
    error = parameters.prediction.turn_error
    factors = np.concatenate([
        np.full(number, 1.0 - error), np.full(number, 1.0 + error),
        np.where(young, 0.0, 1.0), np.ones(number)])
    rows = np.tile(np.arange(number), 4)
    others = subjects.take(rows)
    angles = others.turn_angle.copy()
    angles[-number:] = np.minimum(subjects.turn_angle, _turn_back(ego, subjects))
    others = replace(others, turn_rate=others.turn_rate * factors, turn_angle=angles)
    theirs = motions(others, others.acceleration, parameters.collision.horizon)
    own = ego_motion(ego, parameters)
    meets = first_contact(own, own_size, theirs, sizes.take(rows)).overlaps
    return np.asarray(meets.reshape(4, number).all(axis=0))


def _turn_back(ego: EgoState, subjects: Tracks) -> Floats:
    """Return how far oncoming subjects turn until they go straight against the ego, (n,) [rad].

    Infinite for who turns away from that direction, and for who crosses.
    """
    off = wrap_angle(subjects.heading - ego.heading - np.pi)
    back = (off * subjects.turn_rate < 0.0) & (np.abs(off) < 0.5 * np.pi)
    return np.where(back, np.abs(off), np.inf)


def _turns_no_further_than_lanes(subjects: Tracks, parameters: Parameters) -> Flags:
    """Return who has turned so far by no more than a change of lane takes."""
    turned = 0.5 * np.pi - subjects.turn_angle
    prediction = parameters.prediction
    lane_change = 2.0 * parameters.carriageway.lane_width / (
        prediction.lane_change_time * np.maximum(subjects.speed, 1.0))
    # Nobody turns off that fast on so wide an arc.
    turn = parameters.intent
    wide = subjects.speed > np.maximum(
        turn.turn_speed, np.abs(subjects.turn_rate) * turn.turn_radius_maximum)
    most = np.where(wide, np.inf, np.radians(prediction.lane_change_angle))
    return np.asarray(turned < np.minimum(lane_change, most))
