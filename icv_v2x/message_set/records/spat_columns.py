# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What many SPAT messages hold, flat: each level in columns that point to the one above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from icv_v2x.message_set.quantities import Raw, Real

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class SpatColumns:
    """Signals of n messages with i intersections, p phases and s states of these.

    Attributes:
        frame: (n,) index of the frame in its batch.
        message: (i,) row of the message.
        minute: (i,) of the year, of the intersection or else of its message, NaN where none.
        second: (i,) [s] within the minute, NaN where none is given.
        region: (i,) -1 where none is given.
        node: (i,) number of the intersection.
        status: (i,) bits, counted from the first.
        intersection: (p,) row of the intersection.
        phase: (p,) number of the phase.
        of_phase: (s,) row of the phase, ascending.
        light: (s,) number of the light.
        utc: (s,) times are of the hour rather than counted from now.
        codes: (s, 6) begin, earliest, latest and likely end, next begin and end, `ABSENT` where
            not given.
        confidence: (s,) code of the likely end's, `ABSENT` where not given.
    """

    frame: Raw
    message: Raw
    minute: Real
    second: Real
    region: Raw
    node: Raw
    status: Raw
    intersection: Raw
    phase: Raw
    of_phase: Raw
    light: Raw
    utc: Flags
    codes: Raw
    confidence: Raw

    def __len__(self) -> int:
        """Return the number of messages."""
        return len(self.frame)


# Which columns point to a level, and which one is as long as it.
_POINTERS = {'message': 'frame', 'intersection': 'node', 'of_phase': 'phase'}


def merged(parts: Sequence[SpatColumns]) -> SpatColumns:
    """Return the messages of several parts, one after the other."""
    if len(parts) == 1:
        return parts[0]
    columns: dict[str, Any] = {}
    for field in fields(SpatColumns):
        values = [getattr(part, field.name) for part in parts]
        if field.name in _POINTERS:
            sizes = [len(getattr(part, _POINTERS[field.name])) for part in parts]
            before = np.cumsum([0, *sizes[:-1]])
            values = [rows + shift for rows, shift in zip(values, before, strict=True)]
        columns[field.name] = np.concatenate(values)
    return SpatColumns(**columns)
