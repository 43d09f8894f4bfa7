# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""How sure it is that there is an object where somebody tells of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from icv_v2x.inputs import Verification
from icv_v2x.translate.reports import Source
from icv_v2x.trust.levels import TrustLevel

if TYPE_CHECKING:
    from icv_v2x.world.tracks import Tracks

    Floats = NDArray[np.float64]

# What a source is worth: probability that what it tells of exists.
_VERIFIED, _UNVERIFIED, _DOUBTED, _DISTRUSTED = 0.9, 0.5, 0.5, 0.1
_DETECTED = 0.95
# Share that is believed after one and two messages, and time of coasting [s].
_ONCE, _TWICE = 0.6, 0.85
_COASTING = 1.0


def existence(tracks: Tracks, trust: NDArray[np.uint8]) -> Floats:
    """Return how sure each track alone makes it that there is an object, (n,) [0..1].

    By the verdict on its signature and the trust in its sender, less after its first messages
    and while it coasts longer than its sender pauses.

    Args:
        tracks: n tracks.
        trust: (n,) values of `TrustLevel`.
    """
    worth = np.where(tracks.verification == int(Verification.VERIFIED), _VERIFIED, _UNVERIFIED)
    if trust.any():
        worth = np.where(
            trust == int(TrustLevel.SUSPECT), np.minimum(worth, _DOUBTED), worth)
        worth = np.where(trust == int(TrustLevel.DISTRUSTED), _DISTRUSTED, worth)
    steps = np.where(tracks.updates <= 1, _ONCE, np.where(tracks.updates == 2, _TWICE, 1.0))
    pause = np.where(np.isfinite(tracks.period), tracks.period, 0.0)
    coasts = np.maximum(tracks.age - 2.0 * pause, 0.0)
    sure: Floats = worth * steps * np.exp(-coasts / _COASTING)
    return sure


def joint_existence(single: Floats, leader: NDArray[np.intp]) -> Floats:
    """Return how sure it is that objects exist, by all that tell of them, (n,).

    Args:
        single: (n,) by each alone.
        leader: (n,) row of the leading track of each.
    """
    missing = np.zeros(len(single))
    np.add.at(missing, leader, np.log1p(-np.minimum(single, 0.9999)))
    sure: Floats = -np.expm1(missing[leader])
    return sure


def with_detections(tracks: Tracks) -> Floats:
    """Return how sure it is that tracks exist, the detections of the vehicle itself counted in."""
    seen = (tracks.source & int(Source.OWN_DETECTION)) != 0
    return np.where(seen, 1.0 - (1.0 - tracks.existence) * (1.0 - _DETECTED), tracks.existence)
