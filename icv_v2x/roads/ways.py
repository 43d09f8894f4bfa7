# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Lines over intersections, from stop lines to the lanes behind, given or drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from icv_v2x.translate.lanes import Floats, Lanes, Rows

_POINTS = 12


def connection_line(lanes: Lanes, targets: Rows, way: int) -> Floats:
    """Return the line from the end of a lane to the begin of the one it leads to, (M, 2) [m].

    It is the map's own line where there is one, else a cubic that leaves and arrives in the
    directions of both lanes. Without a known lane behind, only the stop line remains, M = 1.

    Args:
        lanes: The lanes.
        targets: (C,) lane that each connection leads to, negative where it is not known.
        way: Index of the connection.
    """
    ways = lanes.connections
    lane, target = int(ways.lane[way]), int(targets[way])
    end = lanes.begin[lane + 1] - 1
    start = np.array([lanes.x[end], lanes.y[end]])
    own = slice(ways.begin[way], ways.begin[way + 1])
    line = np.column_stack([ways.x[own], ways.y[own]])
    if target < 0:
        return np.vstack([start, line])
    first = lanes.begin[target]
    goal = np.array([lanes.x[first], lanes.y[first]])
    if len(line):
        return np.vstack([start, line, goal])
    into = start - np.array([lanes.x[end - 1], lanes.y[end - 1]])
    out = np.array([lanes.x[first + 1], lanes.y[first + 1]]) - goal
    reach = np.hypot(*(goal - start))
    into, out = into * reach / np.hypot(*into), out * reach / np.hypot(*out)
    t = np.linspace(0.0, 1.0, _POINTS)[:, np.newaxis]
    return np.asarray(
        (2 * t**3 - 3 * t**2 + 1) * start + (t**3 - 2 * t**2 + t) * into
        + (3 * t**2 - 2 * t**3) * goal + (t**3 - t**2) * out)
