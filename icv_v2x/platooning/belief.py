# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Which statements on platoons are believed at an instant: their sender must be where it says."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.trust import TrustLevel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from icv_v2x.translate.platoon_statements import PlatoonStatement
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

# No vehicle of a platoon is faster [m/s], nor differs so much in speed from one that follows it.
_FASTEST = 45.0
_SPEED_DIFFERENCE = 20.0
_SAME_WAY = math.radians(60.0)


@dataclass(frozen=True)
class Believed:
    """What counts at one instant.

    Attributes:
        statements: Sender to its statement.
        row: Sender to its track, of every sender of basic safety messages.
        identity: Sender to the number of its track, which outlasts a change of its id.
        disbelieved: Sender to why its statement does not count.
    """

    statements: dict[int, PlatoonStatement]
    row: dict[int, int]
    identity: dict[int, int]
    disbelieved: dict[int, str]


def believed(
    statements: Iterable[PlatoonStatement], tracks: Tracks, ego: EgoState
) -> Believed:
    """Return which statements count.

    One counts where its sender is tracked by its own messages, under the same certificate where
    both are known, is not distrusted, and moves as a vehicle in a platoon with the ego can.

    Args:
        statements: The newest of each sender.
        tracks: All objects.
        ego: The ego.
    """
    own = np.flatnonzero(tracks.object_id < 0)
    row = {int(tracks.sender_id[one]): int(one) for one in own}
    identity = {sender: int(tracks.identity[one]) for sender, one in row.items()}
    counts: dict[int, PlatoonStatement] = {}
    disbelieved: dict[int, str] = {}
    for statement in statements:
        why = _doubt(statement, row.get(statement.sender_id), tracks, ego)
        if why:
            disbelieved[statement.sender_id] = why
        else:
            counts[statement.sender_id] = statement
    return Believed(counts, row, identity, disbelieved)


def _doubt(
    statement: PlatoonStatement, row: int | None, tracks: Tracks, ego: EgoState
) -> str:
    """Return why a statement does not count, '' where it does."""
    if row is None:
        return 'not_tracked'
    signer = int(tracks.signer[row])
    if signer and statement.signer and signer != statement.signer:
        return 'other_certificate'
    if tracks.trust[row] >= TrustLevel.DISTRUSTED:
        return 'distrusted'
    speed = float(tracks.speed[row])
    if not 0.0 <= speed <= _FASTEST or abs(speed - ego.speed) > _SPEED_DIFFERENCE:
        return 'implausible_speed'
    turned = math.remainder(float(tracks.heading[row]) - ego.heading, 2.0 * math.pi)
    if abs(turned) > _SAME_WAY:
        return 'other_direction'
    return ''
