# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Whether senders claim to be where their certificates hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.frames import Datum, ground_distance, to_wgs84
from icv_v2x.message_set.quantities import QUANTITIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from icv_v2x.inputs import FrameBatch
    from icv_v2x.message_set.records.common import Position

    Flags = NDArray[np.bool_]
    Real = NDArray[np.float64]

REGION_TOLERANCE = 50.0
"""How far beyond the region a claimed position is believed [m].

A sender that keeps to its region knows its place to some ten metres only, between high buildings
worse, and the unit may give a region of another shape as the circle around it. What it is to
catch, as a message replayed elsewhere or a certificate of another city, is kilometres away.
"""


def outside_region(
    batch: FrameBatch, frame: NDArray[np.int64], latitude: Real, longitude: Real,
    datum: Datum | str = Datum.WGS84,
) -> Flags:
    """Return which claimed positions lie outside the region of the frame's certificate, (m,).

    Within a region that is no circle nothing lies, and a position that is not told lies within
    none.

    Args:
        batch: The frames.
        frame: (m,) index of the frame of each claim.
        latitude: (m,) [deg].
        longitude: (m,) [deg].
        datum: Of the claims.
    """
    outside = np.zeros(len(frame), dtype=np.bool_)
    if batch.scope is None:
        return outside
    rows = np.flatnonzero(batch.scope.has_region[frame])
    if len(rows):
        scope = batch.scope.take(frame[rows])
        away = ground_distance(
            *to_wgs84(latitude[rows], longitude[rows], datum), scope.latitude, scope.longitude)
        outside[rows] = ~((scope.radius >= 0.0) & (away <= scope.radius + REGION_TOLERANCE))
    return outside


def claimed_outside(
    position: Position, frame: int, batch: FrameBatch, datum: Datum | str
) -> Flags:
    """Return whether one message comes from outside the region of its certificate, (1,).

    Args:
        position: Where its sender claims to be.
        frame: Index of its frame.
        batch: The frames.
        datum: Of the claim.
    """
    return outside_region(
        batch, np.array([frame]), np.array([position.latitude]), np.array([position.longitude]),
        datum)


def nodes_outside(
    batch: FrameBatch, frame: int, nodes: Sequence[dict[str, Any]], datum: Datum | str
) -> Flags:
    """Return which nodes of a map lie outside the region of its certificate, (k,).

    Args:
        batch: The frames.
        frame: Index of the frame of the map.
        nodes: k nodes of MAP or PAM (convention of `codec`), each with its `refPos`.
        datum: Of their positions.
    """
    if batch.scope is None:
        return np.zeros(len(nodes), dtype=np.bool_)
    latitude, longitude = (
        QUANTITIES[kind].to_si(np.array([node['refPos'][name] for node in nodes], np.int64))
        for kind, name in (('Latitude', 'lat'), ('Longitude', 'long')))
    return outside_region(
        batch, np.full(len(nodes), frame, dtype=np.int64), latitude, longitude, datum)
