# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Which predicted contacts bear a warning: small errors of the prediction do not undo them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.conflict import first_contact
from icv_v2x.scenarios.motions import ego_motion, motions

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
    ends = _turn_end(subjects.turn_rate, subjects.turn_angle)
    if ego.path is None:
        own_end = _turn_end(np.array([ego.turn_rate]), np.array([ego.turn_angle]))
        ends = np.minimum(ends, own_end)
    met = np.where(contact.overlaps, contact.begin, 0.0)
    bears = met <= ends + parameters.prediction.behind_turn
    # Who turns off is on the way across, who goes straight on only drifts.
    drifts = np.isinf(ends) & _drifts_beside(ego, subjects, parameters)
    bears &= ~(oncoming & drifts)
    rows = np.flatnonzero(contact.overlaps & crossing)
    if len(rows):
        bears[rows] &= _meets_without_wavering(
            ego, own_size, subjects.take(rows), sizes.take(rows), parameters)
    return np.asarray(bears)


def _turn_end(rate: Floats, angle: Floats) -> Floats:
    """Return when turns end [s], inf for who does not turn or follows a bend."""
    turns = (rate != 0.0) & np.isfinite(angle)
    return np.where(turns, angle / np.where(turns, np.abs(rate), 1.0), np.inf)


def _drifts_beside(ego: EgoState, subjects: Tracks, parameters: Parameters) -> Flags:
    """Return where the slower of both is slow and not yet in the path of the other, (n,).

    Slowly driven, a heading tells lanes apart badly: where one drifts in its lane or changes
    lanes it points across the next one.
    """
    prediction = parameters.prediction
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
    slow = np.minimum(np.abs(subjects.speed), ego.speed) < prediction.slow_speed
    turned = np.abs(np.sin(subjects.heading - ego.heading))
    slow &= turned < np.sin(np.radians(prediction.drift))
    return np.asarray(slow & (across > prediction.beside))


def _meets_without_wavering(
    ego: EgoState,
    own_size: Footprint,
    subjects: Tracks,
    sizes: Footprint,
    parameters: Parameters,
) -> Flags:
    """Return which subjects are met as well where nobody's speed wavers, (n,)."""
    waver = parameters.prediction.waver
    rate = np.where(np.isnan(subjects.acceleration), 0.0, subjects.acceleration)
    rate = np.where(np.abs(rate) <= waver, 0.0, rate)
    own_rate = 0.0 if abs(ego.acceleration) <= waver else ego.acceleration
    own = ego_motion(replace(ego, acceleration=own_rate), parameters)
    theirs = motions(subjects, rate, parameters.collision.horizon)
    return first_contact(own, own_size, theirs, sizes).overlaps
