# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Whether those who claim to brake hard do lose speed, judged from message to message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.message_set.enumerations import VehicleEvent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.parameters import Parameters
    from icv_v2x.world.tracks import Tracks

    Flags = NDArray[np.bool_]

# Messages closer together than this are one [ns].
_SAME_MESSAGE = 5_000_000
# Speeds of messages farther apart than this are not compared [ns].
_MEMORY = 2_000_000_000


@dataclass
class _Claim:
    """The first and the newest message of one claim; times in ns, speeds in m/s."""

    first_time: int
    first_speed: float
    time: int
    confirmed: bool = False


class BrakingEvidence:
    """Remembers the speeds of those who claim to brake hard, as long as they do."""

    def __init__(self) -> None:
        """Begin without claims."""
        self._claims: dict[tuple[int, int], _Claim] = {}

    def clear(self) -> None:
        """Forget all claims."""
        self._claims.clear()

    def judge(self, tracks: Tracks, parameters: Parameters) -> tuple[Flags, Flags]:
        """Return who claims to brake hard, and whose speed agrees in two messages, (n,) each.

        A claim is the event bit, or a deceleration of an emergency where the bit is not sent.
        """
        bit = (tracks.events & int(VehicleEvent.HARD_BRAKING)) != 0
        claims: Flags = bit | (tracks.acceleration <= -parameters.ebw.deceleration)
        confirmed = np.zeros(len(tracks), dtype=np.bool_)
        known, self._claims = self._claims, {}
        # Few claim at a time, and each has a history of its own.
        for row in np.flatnonzero(claims).tolist():
            key = (int(tracks.sender_id[row]), int(tracks.object_id[row]))
            claim = _updated(known.get(key), *_message(tracks, row), parameters.ebw.agreement)
            self._claims[key] = claim
            confirmed[row] = claim.confirmed
        return claims, confirmed


def _message(tracks: Tracks, row: int) -> tuple[int, float]:
    """Return time [ns] and speed [m/s] of the newest message of a track."""
    age = float(tracks.age[row])
    acceleration = float(tracks.acceleration[row])
    speed = float(tracks.speed[row])
    if np.isfinite(acceleration):
        speed -= acceleration * age
    return tracks.stamp - round(age * 1e9), speed


def _updated(claim: _Claim | None, time: int, speed: float, agreement: float) -> _Claim:
    """Return the claim after a message; `agreement` in m/s2."""
    if claim is None or not 0 <= time - claim.first_time <= _MEMORY:
        return _Claim(time, speed, time, claim is not None and claim.confirmed)
    if time - claim.time <= _SAME_MESSAGE:
        return claim
    lost = (claim.first_speed - speed) / ((time - claim.first_time) * 1e-9)
    return _Claim(claim.first_time, claim.first_speed, time, lost >= agreement)
