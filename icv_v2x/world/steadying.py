# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Places of tracks whose messages scatter, led along by speed and heading.

A receiver without a filter of its own puts its vehicle another metre to the side with every
message. Whoever needs to know on which lane somebody is, and not only for an instant, takes the
places from here. What does not scatter stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.clock import age

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.world.tracks import Tracks

    Array = NDArray[np.float64]

# Scatter up to this, 1 sigma of an axis, is none: vehicles move so much unseen [m].
_UNSEEN = 0.15
# The newest message counts so much for the scatter of a sender, more while there are few.
_NEWEST = 0.1
# Who is this many deviations and metres away from where it was led to begins anew.
_GATE_DEVIATIONS, _GATE = 4.0, 2.0
# After a pause nothing is led on [s].
_LONGEST = 1.0
# Messages that are less apart are the same one [s].
_SAME = 1e-3


@dataclass(frozen=True)
class _Led:
    """m tracks as they were led to an instant.

    Attributes:
        stamp: The instant [ns since the Unix epoch].
        identity: Their numbers, ascending, (m,).
        x: (m,) [m].
        y: (m,) [m].
        scatter: Variance of the messages on one axis, (m,) [m2].
        messages: How many it was told by, (m,).
        age: Of the last message at the instant, (m,) [s].
    """

    stamp: int
    identity: NDArray[np.uint32]
    x: Array
    y: Array
    scatter: Array
    messages: Array
    age: Array


class Steadying:
    """Leads places on from one instant to the next; remembers no more than the last tracks."""

    def __init__(self) -> None:
        """Start knowing nothing."""
        self._led: _Led | None = None

    def __call__(self, tracks: Tracks) -> Tracks:
        """Return the tracks with the places of those that scatter smoothed.

        The gain is that of a Kalman filter in its steady state, by how far the messages of each
        sender lie from where its speed and heading lead it; their claimed accuracy is not
        relied on. Variances of what is smoothed become at least what is left of the scatter.

        Args:
            tracks: n tracks; at the same instant again they are returned as they are.

        Returns:
            n tracks, those given where nobody scatters.
        """
        led = self._led
        if led is not None and led.stamp == tracks.stamp:
            return tracks
        order = np.argsort(tracks.identity)
        now = _Led(
            tracks.stamp, tracks.identity[order], tracks.x[order], tracks.y[order],
            np.zeros(len(order)), np.ones(len(order)), tracks.age[order])
        passed = 0.0 if led is None else float(age(led.stamp, now.stamp))
        if led is None or not 0.0 < passed <= _LONGEST:
            self._led = now
            return tracks
        now, gain = _led_on(led, now, passed, tracks.speed[order], tracks.heading[order])
        self._led = now
        if (gain >= 1.0).all():
            return tracks
        back = np.empty(len(order), np.intp)
        back[order] = np.arange(len(order))
        share = gain / (2.0 - gain)
        left = np.where(gain < 1.0, share * now.scatter, 0.0)[back]
        return replace(
            tracks, x=now.x[back], y=now.y[back],
            variance_xx=np.maximum(tracks.variance_xx, left),
            variance_yy=np.maximum(tracks.variance_yy, left))


def _led_on(
    led: _Led, now: _Led, passed: float, speed: Array, heading: Array,
) -> tuple[_Led, Array]:
    """Return the tracks of an instant led on from the one before, and the gain of each, (n,)."""
    if not len(led.identity) or not len(now.identity):
        return now, np.ones(len(now.identity))
    place = np.minimum(np.searchsorted(led.identity, now.identity), len(led.identity) - 1)
    known = led.identity[place] == now.identity
    x = led.x[place] + passed * speed * np.cos(heading)
    y = led.y[place] + passed * speed * np.sin(heading)
    east, north = now.x - x, now.y - y
    off = 0.5 * (east * east + north * north)
    scatter = led.scatter[place]
    known &= off <= (_GATE_DEVIATIONS * np.sqrt(scatter) + _GATE) ** 2
    fresh = known & (np.abs(now.age - led.age[place] - passed) > _SAME)
    # Of a newcomer as much is expected as of the others.
    usual = float(np.mean(scatter[known])) if known.any() else 0.0
    messages = np.where(known, led.messages[place] + fresh, 1.0)
    weight = np.maximum(_NEWEST, 1.0 / messages)
    scatter = np.where(
        known, np.where(fresh, scatter + weight * (off - scatter), scatter), usual)
    steady = np.minimum(_UNSEEN / np.maximum(np.sqrt(scatter), _UNSEEN), 1.0)
    scatters = known & (steady < 1.0)
    gain = np.where(scatters, np.maximum(steady, 1.0 / messages), 1.0)
    used = np.where(scatters & ~fresh, 0.0, gain)
    return (
        _Led(
            now.stamp, now.identity, np.where(used < 1.0, x + used * east, now.x),
            np.where(used < 1.0, y + used * north, now.y), scatter, messages, now.age),
        gain)
