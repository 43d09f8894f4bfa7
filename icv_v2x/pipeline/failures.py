# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Applications that failed by a defect of their own, as a condition of what may be said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icv_v2x.advisory.mode import Condition
from icv_v2x.advisory.types import Level, Mode

if TYPE_CHECKING:
    from collections.abc import Mapping

# A failure is told for so long [ns].
_FAULT = 1_000_000_000


class FailureWatch:
    """Tells for a second that something failed."""

    def __init__(self) -> None:
        """Start with no failure."""
        self._count = 0
        self._failed: int | None = None

    def conditions(self, now: int, failures: Mapping[str, int]) -> list[Condition]:
        """Return what failures bound.

        Args:
            now: [ns since the Unix epoch].
            failures: Application to its failures so far.
        """
        count = sum(failures.values())
        if count > self._count:
            self._count, self._failed = count, now
        if self._failed is None or not 0 <= now - self._failed < _FAULT:
            return []
        names = ', '.join(sorted(name for name, number in failures.items() if number))
        return [Condition(Mode.FAULT, f'failed: {names}', Level.IMMINENT)]
