# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What became of every radio frame: received = accepted + rejected, always."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Counters:
    """Counts of radio frames and cycles.

    Attributes:
        received: Frames taken in.
        accepted: Frames whose content was used.
        rejected: Reason to frames; the reasons are a closed set of this package.
        cycles: Cycles run.
        rejected_objects: Reason to perceived objects that were not used, within frames of
            either kind.
    """

    received: int = 0
    accepted: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    cycles: int = 0
    rejected_objects: dict[str, int] = field(default_factory=dict)

    def accept(self, frames: int) -> None:
        """Count frames that were used."""
        self.received += frames
        self.accepted += frames

    def reject(self, frames: int, reason: str) -> None:
        """Count frames that were not used, and why."""
        if frames > 0:
            self.received += frames
            self.rejected[reason] = self.rejected.get(reason, 0) + frames

    def reject_object(self, reason: str) -> None:
        """Count one object within a frame that was not used, and why."""
        self.rejected_objects[reason] = self.rejected_objects.get(reason, 0) + 1
