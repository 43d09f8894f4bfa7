# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Which new sender is one that changed its temporary id: it goes on where the other fell silent.

Temporary ids change every few minutes, certificate and message count with them. Two vehicles
cannot be in one place, so a first message where a track of the same size is predicted to be, and
whose sender is due but silent, is the next message of that track.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from icv_v2x.clock import age
from icv_v2x.frames import wrap_angle
from icv_v2x.translate.plausibility import STANDING_SPEED
from icv_v2x.world.extrapolation import MovedState, move

if TYPE_CHECKING:
    from icv_v2x.translate.reports import ObjectReports
    from icv_v2x.world.track_table import TrackTable

# Longest silence over which a vehicle is recognised [s].
_SILENCE = 3.0
# A sender that spoke less than this share of its period ago is not silent.
_DUE = 0.5
_PERIOD = 0.1
# Gates: a metre and a deviation of acceleration along, half a lane and an unseen turn across.
_ALONG, _ALONG_RATE = 2.5, 1.0
_ACROSS, _ACROSS_RATE, _ACROSS_MOST = 1.2, 0.5, 2.0
_SPEED, _SPEED_RATE = 2.0, 3.0
_HEADING = 0.35
_SIZE = 0.15
_LEVEL = 3.0
_REACH = 10.0


def predecessors(
    table: TrackTable, reports: ObjectReports, which: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Return the tracks that new senders continue.

    Args:
        table: Tracks.
        reports: Reports of one call, those of known senders among them.
        which: (k,) rows of the reports of new senders.

    Returns:
        (k,) rows of tracks, none twice; -1 for those that are really new.
    """
    found = np.full(len(which), -1, dtype=np.intp)
    latest, count = table.latest, table.count
    new = np.flatnonzero(reports.object_id[which] < 0)
    time = reports.time[which]
    if not len(new) or not count:
        return found
    silent = age(latest.time[:count], int(time.max()))
    old = np.flatnonzero((latest.object_id[:count] < 0) & (silent > 0.0) & (silent <= _SILENCE))
    if not len(old):
        return found
    pairs = cKDTree(np.column_stack([reports.x[which[new]], reports.y[which[new]]]))
    expected = _expected(table, old, np.full(len(old), int(time.max())))
    near = pairs.sparse_distance_matrix(
        cKDTree(np.column_stack([expected.x, expected.y])), _REACH, output_type='ndarray')
    if not len(near):
        return found
    one, other = new[near['i']], old[near['j']]
    cost = _cost(table, other, reports, which[one])
    order = np.argsort(cost, kind='stable')
    for index in order[np.isfinite(cost[order])].tolist():
        if found[one[index]] < 0 and other[index] not in found:
            found[one[index]] = other[index]
    return found


def _expected(
    table: TrackTable, rows: NDArray[np.intp], time: NDArray[np.int64]
) -> MovedState:
    """Return where tracks are at other times."""
    latest = table.latest
    return move(
        latest.x[rows], latest.y[rows], latest.heading[rows], latest.speed[rows],
        latest.acceleration[rows], latest.yaw_rate[rows], age(latest.time[rows], time))


def _cost(
    table: TrackTable, rows: NDArray[np.intp], reports: ObjectReports, which: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return how far pairs of track and report are apart in units of the gates, else infinite."""
    latest = table.latest
    there = _expected(table, rows, reports.time[which])
    elapsed = age(latest.time[rows], reports.time[which])
    period = np.where(np.isfinite(table.period[rows]), table.period[rows], _PERIOD)
    possible = elapsed >= _DUE * period
    # Who speaks on under the old id is another vehicle.
    speaking = np.zeros(len(rows), dtype=np.bool_)
    for index, row in enumerate(rows.tolist()):
        own = reports.sender_id == latest.sender_id[row]
        speaking[index] = bool((reports.time[own] >= reports.time[which[index]]).any())
    possible &= ~speaking
    possible &= (
        (latest.sender_id[rows] != reports.sender_id[which])
        & (latest.object_class[rows] == reports.object_class[which])
        & (np.abs(latest.length[rows] - reports.length[which]) <= _SIZE)
        & (np.abs(latest.width[rows] - reports.width[which]) <= _SIZE)
        & ~(np.abs(latest.z[rows] - reports.z[which]) > _LEVEL)
    )
    heading = np.where(np.isfinite(there.heading), there.heading, reports.heading[which])
    turned = np.abs(wrap_angle(reports.heading[which] - heading))
    moving = np.abs(reports.speed[which]) >= STANDING_SPEED
    possible &= ~(moving & (turned > _HEADING + 0.5 * elapsed))
    possible &= np.abs(reports.speed[which] - there.speed) <= _SPEED + _SPEED_RATE * elapsed
    course = np.where(np.isfinite(heading), heading, 0.0)
    off = (reports.x[which] - there.x + 1j * (reports.y[which] - there.y)) * np.exp(-1j * course)
    along = np.abs(off.real) / (_ALONG + _ALONG_RATE * elapsed)
    across = np.abs(off.imag) / np.minimum(_ACROSS + _ACROSS_RATE * elapsed, _ACROSS_MOST)
    possible &= (along <= 1.0) & (across <= 1.0)
    return np.where(possible, along**2 + across**2, np.inf)
