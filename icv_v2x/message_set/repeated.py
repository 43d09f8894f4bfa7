# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Maps, events and signs are sent every second and change in days: read once, but for their count.

Only the message count of such a frame goes on. It lies at a fixed place, so that frames which
differ in it alone are known to be the same before anything of them is read.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from icv_v2x.message_set import codec

_COUNT_BITS = 7
_FIRST_BIT = {1: 6, 4: 8}
"""First bit of the message count, by the first four bits of a MAP and of an RSI."""
_HEAD = 2
"""Octets that hold the message count."""
_REMEMBERED, _LONGEST = 128, 1500
"""Frames that are remembered, and their most octets: a bound on the memory."""


def read_repeated(octets: bytes) -> tuple[str, dict[str, Any]] | None:
    """Read a frame of a kind that is repeated.

    Args:
        octets: The frame.

    Returns:
        Type name and value of the message; what it holds is shared with other frames and must
        not be changed. None where the frame is of another kind or too long to be remembered.

    Raises:
        MessageError: As `codec.decode`.
    """
    if not _HEAD < len(octets) <= _LONGEST:
        return None
    first = _FIRST_BIT.get(octets[0] >> 4)
    if first is None:
        return None
    head = int.from_bytes(octets[:_HEAD], 'big')
    shift = 8 * _HEAD - first - _COUNT_BITS
    mask = (1 << _COUNT_BITS) - 1
    name, message = _read((head & ~(mask << shift)).to_bytes(_HEAD, 'big') + octets[_HEAD:])
    return name, {**message, 'msgCnt': head >> shift & mask}


@lru_cache(maxsize=_REMEMBERED)
def _read(octets: bytes) -> tuple[str, dict[str, Any]]:
    return codec.message_of(codec.decode(octets))
