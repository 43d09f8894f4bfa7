# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The second source: which objects heard over the radio the vehicle's own sensors see as well."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

if TYPE_CHECKING:
    from icv_v2x.world.tracks import Tracks

# Centres farther apart than this are two objects, however unsure both are [m]: half a car.
_GATE = 2.5
_DEVIATIONS = 3.0
_SPEED = 3.0
# A detection older than this confirms nothing [s].
_AGE = 0.5


def with_second_source(tracks: Tracks, detections: Tracks) -> Tracks:
    """Return the tracks, those marked that a detection of the vehicle itself confirms.

    Each detection confirms at most one track: pairs are assigned so that the sum of their
    distances is least, within a gate of position (2.5 m and three deviations of both, but never
    more than twice that) and speed.

    Args:
        tracks: Objects heard over the radio, n.
        detections: Own detections predicted to the same instant, m.

    Returns:
        The tracks with `corroborated` and `source` completed.
    """
    fresh = detections.take(detections.age <= _AGE)
    if not len(tracks) or not len(fresh):
        return tracks
    apart = cdist(
        np.column_stack([tracks.x, tracks.y]), np.column_stack([fresh.x, fresh.y])
    )
    spread = _DEVIATIONS * np.sqrt(
        (tracks.variance_xx + tracks.variance_yy)[:, np.newaxis]
        + fresh.variance_xx + fresh.variance_yy
    )
    gate = np.clip(spread, _GATE, 2.0 * _GATE)
    velocity = np.hypot(
        (tracks.speed * np.cos(tracks.heading))[:, np.newaxis]
        - fresh.speed * np.cos(fresh.heading),
        (tracks.speed * np.sin(tracks.heading))[:, np.newaxis]
        - fresh.speed * np.sin(fresh.heading),
    )
    possible = (apart <= gate) & (velocity <= _SPEED)
    # Only what has a partner at all enters the assignment, which is cubic.
    row, column = np.flatnonzero(possible.any(axis=1)), np.flatnonzero(possible.any(axis=0))
    if not len(row):
        return tracks
    inside = np.ix_(row, column)
    cost = np.where(possible[inside], apart[inside], 1e3)
    first, second = linear_sum_assignment(cost)
    matched = possible[inside][first, second]
    confirmed = np.zeros(len(tracks), dtype=np.bool_)
    confirmed[row[first[matched]]] = True
    source = tracks.source.copy()
    source[row[first[matched]]] |= fresh.source[column[second[matched]]]
    return replace(tracks, corroborated=tracks.corroborated | confirmed, source=source)
