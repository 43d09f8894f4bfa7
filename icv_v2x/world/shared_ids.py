# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Temporary ids that several vehicles send under, told apart by their certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from icv_v2x.translate.reports import ObjectReports
    from icv_v2x.world.track_table import TrackTable

_REMEMBERED = 64
_MIX = np.uint64(0x9E37_79B9_7F4A_7C15)


class SharedIds:
    """Knows the ids that were heard from two places under two certificates.

    From then on each certificate under such an id has a track of its own, so that two vehicles
    are never taken for one that jumps, and nobody who copies an id drives its owner away.
    """

    def __init__(self) -> None:
        """Begin without any."""
        # Insertion order, so that the oldest is forgotten first.
        self._ids: dict[int, None] = {}
        self._known = np.zeros(0, dtype=np.uint64)

    def clear(self) -> None:
        """Forget all."""
        self._ids.clear()
        self._known = np.zeros(0, dtype=np.uint64)

    def keys(self, reports: ObjectReports) -> NDArray[np.uint64]:
        """Return what stands for the sender of each report: its id if nobody shares it, (n,)."""
        if not self._ids:
            return reports.sender_id
        shared = np.isin(reports.sender_id, self._known) & (reports.object_id < 0)
        return np.where(shared, _apart(reports.sender_id, reports.signer), reports.sender_id)

    def notice(
        self, table: TrackTable, rows: NDArray[np.intp], signer: NDArray[np.uint64]
    ) -> NDArray[np.bool_]:
        """Part ids whose reports are elsewhere than their track and signed by another.

        Args:
            table: Tracks.
            rows: (k,) of those whose report is elsewhere.
            signer: (k,) of that report.

        Returns:
            (k,) whose report is that of another vehicle.
        """
        latest = table.latest
        other: NDArray[np.bool_] = (
            (signer != 0) & (latest.signer[rows] != 0) & (signer != latest.signer[rows])
            & (latest.object_id[rows] < 0))
        for row in rows[other].tolist():
            self._ids[int(latest.sender_id[row])] = None
            table.key[row] = _apart(latest.sender_id[[row]], latest.signer[[row]])[0]
            # The other vehicle is no jump of this one.
            table.jumps[row] = 0
        if other.any():
            while len(self._ids) > _REMEMBERED:
                del self._ids[next(iter(self._ids))]
            self._known = np.array(list(self._ids), dtype=np.uint64)
        return other


def _apart(sender_id: NDArray[np.uint64], signer: NDArray[np.uint64]) -> NDArray[np.uint64]:
    mixed = signer * _MIX
    apart: NDArray[np.uint64] = sender_id ^ mixed ^ (mixed >> np.uint64(31))
    return apart
