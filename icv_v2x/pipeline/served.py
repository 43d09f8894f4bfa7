# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What becomes of the frames of a batch: each is accepted, or rejected for one reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from icv_v2x.world.track_store import Verdict

if TYPE_CHECKING:
    from icv_v2x.pipeline.counters import Counters
    from icv_v2x.translate.reports import ObjectReports


class Served:
    """What becomes of the frames of a batch that adapters take, and of the objects in them.

    A frame is accepted where one of its objects is, or where it tells of none; otherwise the
    first reason against one of its objects is that of the frame.
    """

    def __init__(self, frames: int) -> None:
        """Start with no frame taken, of so many."""
        self._taken = np.zeros(frames, dtype=np.bool_)
        self._accepted = np.zeros(frames, dtype=np.bool_)
        self._reasons: dict[int, str] = {}
        self._objects: list[str] = []

    def take(self, frames: NDArray[np.int64]) -> None:
        """Take frames; each is to be settled or refused, or tells of nothing."""
        self._taken[frames] = True

    def refuse(self, frames: NDArray[np.int64], reason: str) -> None:
        """Note that one object of each of the frames is not used."""
        for frame in frames:
            self._reasons.setdefault(int(frame), reason)
            self._objects.append(reason)

    def accept(self, frames: NDArray[np.int64]) -> None:
        """Note that something in each of the frames is used."""
        self._accepted[frames] = True

    def settle(self, reports: ObjectReports, outcomes: NDArray[np.uint8]) -> None:
        """Note what the track store made of reports, values of `Verdict`."""
        accepted = outcomes == int(Verdict.ACCEPTED)
        self.accept(reports.frame[accepted])
        for row in np.flatnonzero(~accepted):
            self.refuse(reports.frame[[row]], Verdict(int(outcomes[row])).reason)

    def count(self, counters: Counters) -> None:
        """Count every frame once, and every object that was not used."""
        for frame, reason in self._reasons.items():
            if not self._accepted[frame]:
                self._taken[frame] = False
                counters.reject(1, reason)
        counters.accept(int(np.count_nonzero(self._taken)))
        for reason in self._objects:
            counters.reject_object(reason)
