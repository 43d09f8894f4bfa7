# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Who asks to clear the way: requests in force, brought to the tracks of those who ask."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.inputs import Verification
from icv_v2x.translate.csae import EMERGENCY_ASKS_FOR_WAY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from icv_v2x.translate.csae_requests import ClearTheWay
    from icv_v2x.world.tracks import Tracks

# Requests kept at most; a channel full of them must not fill the memory.
_MOST = 256


class WayRequests:
    """Keeps each request under its sender and number until it ends."""

    def __init__(self) -> None:
        """Start without any."""
        self._open: dict[tuple[int, int], ClearTheWay] = {}

    def __len__(self) -> int:
        """Return the number of requests kept."""
        return len(self._open)

    def clear(self) -> None:
        """Forget all requests."""
        self._open.clear()

    def update(self, requests: Iterable[ClearTheWay]) -> None:
        """Take requests in; one that is repeated replaces what was known of it.

        What the on-board unit verified is replaced or withdrawn by verified messages only.

        Args:
            requests: Those of new messages, in their order.
        """
        for request in requests:
            key = (request.sender_id, request.request_id)
            known = self._open.pop(key, None)
            if known is not None and _weaker(request.verification, known.verification):
                self._open[key] = known
            elif request.end > request.begin:
                self._open[key] = request
        while len(self._open) > _MOST:
            # The one not repeated for the longest time is the first.
            del self._open[next(iter(self._open))]

    def marked(self, tracks: Tracks) -> Tracks:
        """Return the tracks, those marked that ask to clear the way at their instant.

        A request counts where its message is as trusted as those that the track comes from, and
        signed by the same certificate where both are known. A request of a vehicle that is not
        tracked concerns nobody: where it is is not known.

        Args:
            tracks: Objects at one instant, n.
        """
        now = tracks.stamp
        self._open = {key: one for key, one in self._open.items() if one.end > now}
        live = [one for one in self._open.values() if one.begin <= now]
        if not live or not len(tracks):
            return tracks
        emergency, lane = tracks.emergency.copy(), tracks.asked_lane.copy()
        for one in live:
            asks = (tracks.sender_id == np.uint64(one.sender_id)) & (tracks.object_id < 0)
            for row in np.flatnonzero(asks):
                other = one.signer and tracks.signer[row] and one.signer != tracks.signer[row]
                if other or _weaker(one.verification, int(tracks.verification[row])):
                    continue
                emergency[row] |= EMERGENCY_ASKS_FOR_WAY
                lane[row] = one.lane_id
        return replace(tracks, emergency=emergency, asked_lane=lane)


def _weaker(verification: int, than: int) -> bool:
    return verification != Verification.VERIFIED and than == Verification.VERIFIED
