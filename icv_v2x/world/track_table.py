# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Memory of the track store: named arrays with one row per object, of fixed capacity."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from numpy.typing import DTypeLike, NDArray

from icv_v2x.translate.reports import ObjectReports, columns_of
from icv_v2x.world.heading_filter import begun

HISTORY = 8
"""Messages of each object that are remembered, to know duplicates and to derive acceleration."""

EMPTY = -1
"""Time of a place in the history that holds no message."""

_IDENTITIES = 2**32 - 1

_INTEGERS: dict[str, DTypeLike] = {
    'frame': np.int64, 'sender_id': np.uint64, 'object_id': np.int32,
    'subject_id': np.uint64, 'source': np.uint16,
    'time': np.int64, 'reception_time': np.int64, 'message_count': np.uint8,
    'object_class': np.uint8, 'verification': np.uint8, 'signer': np.uint64,
    'events': np.uint16, 'lights': np.uint16, 'emergency': np.uint8,
}


def empty_reports(rows: int) -> ObjectReports:
    """Return reports of the given number of rows, all zero."""
    return ObjectReports(**{
        field.name: np.zeros(rows, dtype=_INTEGERS.get(field.name, np.float64))
        for field in fields(ObjectReports)
    })


class TrackTable:
    """Tracks in the first `count` rows of arrays of fixed length.

    Attributes:
        count: Number of tracks.
        capacity: Number of rows.
        latest: Newest report of each track, (capacity,) each.
        key: (capacity,) uint64, what stands for the sender: its id where nobody shares it.
        since: (capacity,) int64, time of the first report of each track [ns].
        period: (capacity,) mean interval of the sender's messages [s], NaN after the first.
        identity: (capacity,) uint32, number of the object.
        updates: (capacity,) uint16, consistent messages in a row.
        jumps: (capacity,) uint8, messages held back in a row.
        coincidences: (capacity,) uint8, messages in a row that coincide with the ego.
        turn_slow: (capacity,) yaw rate after the slow filter of `turning` [rad/s].
        turn_fast: (capacity,) yaw rate after its fast filter [rad/s].
        turned: (capacity,) how far the object has turned since it began to [rad].
        heading_variance: (capacity,) of the smoothed heading [rad2].
        heading_scatter: (capacity,) variance of the headings sent, as learned [rad2].
        heading_drift: (capacity,) what headings sent lately were off the prediction [rad].
        history_time: (capacity, HISTORY) int64 [ns], newest last, EMPTY where there is none.
        history_speed: (capacity, HISTORY) [m/s].
        history_count: (capacity, HISTORY) uint8, MsgCount.
    """

    def __init__(self, capacity: int) -> None:
        """Set the memory aside.

        Args:
            capacity: Number of rows.
        """
        self.count = 0
        self.capacity = capacity
        self._identities = 0
        self.latest = empty_reports(capacity)
        self.key = np.zeros(capacity, dtype=np.uint64)
        self.since = np.zeros(capacity, dtype=np.int64)
        self.period = np.full(capacity, np.nan)
        self.identity = np.zeros(capacity, dtype=np.uint32)
        self.updates = np.zeros(capacity, dtype=np.uint16)
        self.jumps = np.zeros(capacity, dtype=np.uint8)
        self.coincidences = np.zeros(capacity, dtype=np.uint8)
        self.turn_slow = np.zeros(capacity)
        self.turn_fast = np.zeros(capacity)
        self.turned = np.zeros(capacity)
        self.heading_variance = np.zeros(capacity)
        self.heading_scatter = np.zeros(capacity)
        self.heading_drift = np.zeros(capacity)
        self.history_time = np.full((capacity, HISTORY), EMPTY, dtype=np.int64)
        self.history_speed = np.zeros((capacity, HISTORY))
        self.history_count = np.zeros((capacity, HISTORY), dtype=np.uint8)
        self._arrays = [
            self.key, self.since, self.period, self.identity, self.updates, self.jumps,
            self.coincidences,
            self.turn_slow, self.turn_fast, self.turned,
            self.heading_variance, self.heading_scatter, self.heading_drift,
            self.history_time, self.history_speed, self.history_count,
            *columns_of(self.latest),
        ]

    def new_identities(self, count: int) -> NDArray[np.uint32]:
        """Return numbers that no object has had, (count,), never 0."""
        first, self._identities = self._identities, (self._identities + count) % _IDENTITIES
        return ((first + np.arange(count)) % _IDENTITIES + 1).astype(np.uint32)

    def keep(self, rows: NDArray[np.intp]) -> None:
        """Keep only the given rows, in their order.

        Args:
            rows: (k,) increasing.
        """
        if len(rows) != self.count:
            for array in self._arrays:
                array[:len(rows)] = array[rows]
        self.count = len(rows)

    def append(
        self, reports: ObjectReports, which: NDArray[np.intp], key: NDArray[np.uint64]
    ) -> NDArray[np.intp]:
        """Add tracks of objects not known yet.

        Args:
            reports: Reports.
            which: (k,) their rows; there must be room for k tracks.
            key: (k,) what stands for their senders.

        Returns:
            (k,) rows of the tracks.
        """
        rows = np.arange(self.count, self.count + len(which))
        self.count += len(which)
        self.key[rows] = key
        self.since[rows] = reports.time[which]
        self.period[rows] = np.nan
        self.identity[rows] = self.new_identities(len(rows))
        self.updates[rows] = 0
        self.jumps[rows] = 0
        self.coincidences[rows] = 0
        self.turn_slow[rows] = 0.0
        self.turn_fast[rows] = 0.0
        self.turned[rows] = 0.0
        self.heading_scatter[rows] = begun(
            reports.heading[which], reports.heading_deviation[which]).scatter
        self.heading_variance[rows] = self.heading_scatter[rows]
        self.heading_drift[rows] = 0.0
        self.history_time[rows] = EMPTY
        self.write(rows, reports, which)
        return rows

    def rename(
        self, rows: NDArray[np.intp], reports: ObjectReports, which: NDArray[np.intp],
        keys: NDArray[np.uint64],
    ) -> None:
        """Let tracks go on under the ids of reports.

        Args:
            rows: (k,) different rows of tracks.
            reports: n reports.
            which: (k,) rows of the reports.
            keys: (n,) what stands for their senders.
        """
        self.key[rows] = keys[which]
        self.latest.sender_id[rows] = reports.sender_id[which]
        self.latest.signer[rows] = reports.signer[which]

    def write(
        self, rows: NDArray[np.intp], reports: ObjectReports, which: NDArray[np.intp]
    ) -> None:
        """Make reports the newest of their tracks, and remember them in the history.

        Args:
            rows: (k,) different rows of tracks.
            reports: Reports.
            which: (k,) rows of the reports.
        """
        for column, newest in zip(columns_of(self.latest), columns_of(reports), strict=True):
            column[rows] = newest[which]
        for history, newest in (
            (self.history_time, reports.time),
            (self.history_speed, reports.speed),
            (self.history_count, reports.message_count),
        ):
            history[rows, :-1] = history[rows, 1:]
            history[rows, -1] = newest[which]

    def find(
        self, key: NDArray[np.uint64], object_id: NDArray[np.int32]
    ) -> NDArray[np.intp]:
        """Return the rows of objects, -1 for those not known.

        Args:
            key: (k,) what stands for the sender; no pair of the two twice.
            object_id: (k,).

        Returns:
            (k,) rows.
        """
        known = self.count
        senders = np.concatenate([self.key[:known], key])
        objects = np.concatenate([self.latest.object_id[:known], object_id])
        # A stable sort puts the track, which stands first, right before the object asked for.
        order = np.lexsort((objects, senders))
        same = (
            (senders[order[1:]] == senders[order[:-1]])
            & (objects[order[1:]] == objects[order[:-1]])
        )
        rows = np.full(len(key), -1, dtype=np.intp)
        rows[order[1:][same] - known] = order[:-1][same]
        return rows
