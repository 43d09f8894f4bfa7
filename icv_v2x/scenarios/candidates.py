# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""From arrays of levels to candidates: what every collision application does alike."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.advisory.sources import decided_by, of_ego, of_object
from icv_v2x.advisory.types import NAN, Action, Advisory, Application, Level
from icv_v2x.inputs import Verification

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.advisory.rules import LevelRule
    from icv_v2x.conflict import Contact
    from icv_v2x.scenarios.conflicts import Conflicts
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

    Flags = NDArray[np.bool_]


# Numbers, as numpy takes several times as long over members of an enumeration.
_NONE, _CAUTION, _WARNING, _IMMINENT = (
    int(level) for level in (Level.NONE, Level.CAUTION, Level.WARNING, Level.IMMINENT))


def level_of(
    applies: Flags, caution: Flags, warning: Flags, imminent: Flags
) -> NDArray[np.int64]:
    """Return levels (n,) from conditions (n,) each.

    IMMINENT presupposes the complete WARNING rule, and WARNING implies CAUTION.
    """
    level = np.where(caution | warning, _CAUTION, _NONE)
    level = np.where(warning, _WARNING, level)
    level = np.where(warning & imminent, _IMMINENT, level)
    return np.where(applies, level, _NONE)


def candidate(
    application: Application,
    conflicts: Conflicts,
    row: int,
    contact: Contact,
    tracks: Tracks,
    ego: EgoState,
    *,
    levels: tuple[int, int],
    rule: LevelRule,
    actions: tuple[Action, Action],
    time: float,
    gap: float,
    closing: float,
    needed: float,
    distance: float,
    reason: str,
    encroachment: float = NAN,
) -> Advisory:
    """Return the candidate of one subject.

    Args:
        application: Application that speaks.
        conflicts: Assessed subjects.
        row: Row of the subject in `conflicts`.
        contact: First contacts that the row refers to.
        tracks: Objects that `conflicts` refers to.
        ego: The ego now.
        levels: Level by the entry and by the exit thresholds.
        rule: That decided them.
        actions: Action at IMMINENT and at WARNING.
        time: [s] to the first overlap.
        gap: [m] bumper to bumper now.
        closing: [m/s] closing speed.
        needed: [m/s2] a_req(0), inf where no deceleration avoids the contact.
        distance: [m] from the ego's front to the contact along its path.
        reason: One sentence with the numbers that decided.
        encroachment: [s] post-encroachment time, NaN where the footprints overlap.
    """
    return advice(
        application, tracks, int(conflicts.row[row]), ego,
        levels=levels, rule=rule, actions=actions, reason=reason,
        time_to_conflict=time,
        time_to_conflict_end=float(contact.end[row]),
        post_encroachment_time=encroachment,
        conflict_x=float(contact.x[row]),
        conflict_y=float(contact.y[row]),
        conflict_z=ego.z,
        distance=distance,
        gap=gap,
        closing_speed=closing,
        required_deceleration=needed,
        probability=float(conflicts.probability[row]),
    )


def advice(
    application: Application,
    tracks: Tracks,
    row: int,
    ego: EgoState,
    *,
    levels: tuple[int, int],
    rule: LevelRule,
    actions: tuple[Action, Action],
    reason: str,
    **figures: float,
) -> Advisory:
    """Return the candidate of one track, with what is known of its ground.

    Args:
        application: Application that speaks.
        tracks: Objects at the instant.
        row: Row of the subject in `tracks`.
        ego: The ego now.
        levels: Level by the entry and by the exit thresholds.
        rule: That decided them.
        actions: Action at IMMINENT and at WARNING.
        reason: One sentence with the numbers that decided.
        **figures: Further numbers of the advisory, by their names; infinite is unavailable.
    """
    entry, leave = Level(int(levels[0])), Level(int(levels[1]))
    action = Action.MONITOR
    if entry == Level.IMMINENT:
        action = actions[0]
    elif entry == Level.WARNING:
        action = actions[1]
    numbers: dict[str, Any] = {name: _finite(value) for name, value in figures.items()}
    return Advisory(
        application=application,
        level=entry,
        exit_level=max(entry, leave),
        action=action,
        subject_ids=(tracks.name(row),),
        reason=reason,
        data_age=max(float(tracks.age[row]), ego.age),
        verified=bool(tracks.verification[row] == int(Verification.VERIFIED)),
        corroborated=bool(tracks.corroborated[row]),
        rule=rule.value,
        **decided_by(of_object(tracks, row), of_ego(ego)),
        **numbers,
    )


def _finite(value: float) -> float:
    return value if math.isfinite(value) else NAN
