# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""One state for every object from all that tell of it, weighted by what they are sure of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from icv_v2x.frames import wrap_angle
from icv_v2x.translate.plausibility import STANDING_SPEED
from icv_v2x.world.gaussian import information

if TYPE_CHECKING:
    from icv_v2x.world.tracks import Tracks

    Floats = NDArray[np.float64]

# No sender is believed to know a place better than this [m2]: clocks and antennas differ.
_LEAST_VARIANCE = 0.15**2
# Headings farther apart than this are not averaged, as of one that drives backwards [rad].
_TURNED = 0.5
_LEAST_HEADING = np.radians(0.5)
_LEAST_SPEED = 0.1


def fused(tracks: Tracks, leader: NDArray[np.intp], contributes: NDArray[np.bool_]) -> Tracks:
    """Return tracks whose leaders have the state of all that tell of their object.

    Places are weighted by their covariances, speeds and headings by their deviations. Where only
    the leader contributes, its state stays as it is to the last bit.

    Args:
        tracks: n tracks at one instant.
        leader: (n,) row of the leading track of each.
        contributes: (n,) followers that may be believed.

    Returns:
        The n tracks; rows of followers mean nothing any more.
    """
    follower = np.flatnonzero(contributes & (leader != np.arange(len(tracks))))
    if not len(follower):
        return tracks
    led = leader[follower]
    weight = information((
        np.maximum(tracks.variance_xx, _LEAST_VARIANCE), tracks.variance_xy,
        np.maximum(tracks.variance_yy, _LEAST_VARIANCE)))
    total = tuple(each.copy() for each in weight)
    for each, own in zip(total, weight, strict=True):
        np.add.at(each, led, own[follower])
    east, north = tracks.x[follower] - tracks.x[led], tracks.y[follower] - tracks.y[led]
    pull_east, pull_north = np.zeros(len(tracks)), np.zeros(len(tracks))
    np.add.at(pull_east, led, weight[0][follower] * east + weight[1][follower] * north)
    np.add.at(pull_north, led, weight[1][follower] * east + weight[2][follower] * north)
    joint = information((total[0], total[1], total[2]))
    changed = np.unique(led)

    columns = {}
    for name, values in (
        ('x', tracks.x + joint[0] * pull_east + joint[1] * pull_north),
        ('y', tracks.y + joint[1] * pull_east + joint[2] * pull_north),
        ('variance_xx', joint[0]), ('variance_xy', joint[1]), ('variance_yy', joint[2]),
        *_motion(tracks, follower, led),
    ):
        column = getattr(tracks, name).copy()
        column[changed] = values[changed]
        columns[name] = column
    return replace(tracks, **columns)


def _motion(
    tracks: Tracks, follower: NDArray[np.intp], led: NDArray[np.intp]
) -> list[tuple[str, Floats]]:
    """Return speeds and headings of all, and their deviations."""
    turned = wrap_angle(tracks.heading[follower] - tracks.heading[led])
    known = np.isfinite(turned)
    along = tracks.speed[follower] * np.where(known, np.cos(turned), 1.0)
    weight = np.maximum(tracks.speed_deviation, _LEAST_SPEED) ** -2.0
    total, pull = weight.copy(), np.zeros(len(tracks))
    np.add.at(total, led, weight[follower])
    np.add.at(pull, led, weight[follower] * (along - tracks.speed[led]))
    moves = np.abs(tracks.speed) >= STANDING_SPEED
    alike = known & (np.abs(turned) <= _TURNED) & moves[follower] & moves[led]
    sure = np.maximum(tracks.heading_deviation, _LEAST_HEADING) ** -2.0
    sum_sure, turn = sure.copy(), np.zeros(len(tracks))
    np.add.at(sum_sure, led[alike], sure[follower][alike])
    np.add.at(turn, led[alike], sure[follower][alike] * turned[alike])
    return [
        ('speed', tracks.speed + pull / total),
        ('speed_deviation', total**-0.5),
        ('heading', wrap_angle(tracks.heading + turn / sum_sure)),
        ('heading_deviation', np.minimum(sum_sure**-0.5, tracks.heading_deviation)),
    ]
