# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Whether those who claim to brake hard lose speed, and whose braking lasts: by their messages."""

from __future__ import annotations

from collections import deque
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
# How many messages of braking are remembered, and which share of the present rate counts.
_MESSAGES = 24
_SHARE = 0.5
_ROUNDING = 1e-3


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
            claim = _updated(known.get(key), *_message(tracks, row), parameters)
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


def _updated(
    claim: _Claim | None, time: int, speed: float, parameters: Parameters
) -> _Claim:
    """Return the claim after a message."""
    if claim is None or not 0 <= time - claim.first_time <= _MEMORY:
        return _Claim(time, speed, time, claim is not None and claim.confirmed)
    if time - claim.time <= _SAME_MESSAGE:
        return claim
    passed = (time - claim.first_time) * 1e-9
    agrees = (claim.first_speed - speed) / passed >= parameters.ebw.agreement
    lasts = claim.confirmed or passed >= parameters.ebw.agreement_time - _ROUNDING
    return _Claim(claim.first_time, claim.first_speed, time, agrees and lasts)


class LastingBraking:
    """Remembers how tracks braked lately: a tap on the brake is no braking to standstill."""

    def __init__(self) -> None:
        """Begin without memory."""
        self._braking: dict[tuple[int, int], deque[tuple[int, float]]] = {}

    def clear(self) -> None:
        """Forget all."""
        self._braking.clear()

    def judge(self, tracks: Tracks, parameters: Parameters) -> Flags:
        """Return who has braked for `fcw.braking_time` at least half as hard as now, (n,).

        The time counts from the state of the first message that tells of it.
        """
        fcw, now = parameters.fcw, tracks.stamp
        lasting = np.zeros(len(tracks), dtype=np.bool_)
        rows = np.flatnonzero(tracks.acceleration <= -fcw.braking_least)
        known, self._braking = self._braking, {}
        for row, sender, number, rate, age in zip(
            rows.tolist(), tracks.sender_id[rows].tolist(), tracks.object_id[rows].tolist(),
            tracks.acceleration[rows].tolist(), tracks.age[rows].tolist(), strict=True,
        ):
            time = now - round(age * 1e9)
            past = known.get((sender, number))
            if past is None or not 0 <= now - past[-1][0] <= _MEMORY:
                past = deque(maxlen=_MESSAGES)
            if not past or time - past[-1][0] > _SAME_MESSAGE:
                past.append((time, rate))
            self._braking[sender, number] = past
            since = now
            for moment, then in reversed(past):
                if then > _SHARE * rate:
                    break
                since = moment
            lasting[row] = (now - since) * 1e-9 >= fcw.braking_time
        return lasting
