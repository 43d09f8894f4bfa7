# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Places and speeds of perceived objects smoothed: what sensors see scatters from frame to frame.

The filter is that of Kalman with the model of the track store, places and speeds apart. What
senders say of themselves comes from a filter of their own and is taken as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from icv_v2x.world.extrapolation import move
from icv_v2x.world.gaussian import combined
from icv_v2x.world.track_motion import grown_variance, unseen_along

if TYPE_CHECKING:
    from icv_v2x.translate.reports import ObjectReports
    from icv_v2x.world.track_table import TrackTable

# Share of a sensor's variance below which no averaging comes: part of its error lasts.
_LASTING = 0.2


class Smoothed(NamedTuple):
    """Places and speeds of k objects after a report.

    Attributes:
        rows: (k,) which tracks.
        x: (k,) [m].
        y: (k,) [m].
        speed: (k,) [m/s].
        variance_xx: (k,) [m2].
        variance_xy: (k,) [m2].
        variance_yy: (k,) [m2].
        speed_deviation: (k,) [m/s].
    """

    rows: NDArray[np.intp]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    speed: NDArray[np.float64]
    variance_xx: NDArray[np.float64]
    variance_xy: NDArray[np.float64]
    variance_yy: NDArray[np.float64]
    speed_deviation: NDArray[np.float64]

    def write(self, table: TrackTable) -> None:
        """Put them in the place of what the reports say."""
        for name in self._fields[1:]:
            getattr(table.latest, name)[self.rows] = getattr(self, name)


def smoothed(
    table: TrackTable, rows: NDArray[np.intp], reports: ObjectReports,
    which: NDArray[np.intp], elapsed: NDArray[np.float64], consistent: NDArray[np.bool_],
) -> Smoothed:
    """Return places and speeds of the perceived ones among objects, before a report is written.

    Args:
        table: Tracks.
        rows: (k,) different rows of tracks.
        reports: Reports.
        which: (k,) rows of the reports.
        elapsed: (k,) since the report before [s].
        consistent: (k,) the report agrees with the track; else it is taken as it is.

    Returns:
        What to write after it.
    """
    chosen = consistent & (reports.object_id[which] >= 0) & (elapsed > 0.0)
    rows, which, elapsed = rows[chosen], which[chosen], elapsed[chosen]
    latest = table.latest.take(rows)
    there = move(
        latest.x, latest.y, latest.heading, latest.speed, latest.acceleration, latest.yaw_rate,
        elapsed)
    seen = (reports.variance_xx[which], reports.variance_xy[which], reports.variance_yy[which])
    place, variance = combined(
        (there.x, there.y), grown_variance(latest, there.heading, elapsed),
        (reports.x[which], reports.y[which]), seen)
    predicted = np.hypot(
        latest.speed_deviation, unseen_along(latest.object_class) * elapsed) ** 2
    measured = np.maximum(reports.speed_deviation[which], 1e-3) ** 2
    gain = predicted / (predicted + measured)
    return Smoothed(
        rows, place[0], place[1],
        there.speed + gain * (reports.speed[which] - there.speed),
        np.maximum(variance[0], _LASTING * seen[0]), variance[1],
        np.maximum(variance[2], _LASTING * seen[2]),
        np.sqrt(np.maximum(gain, _LASTING) * measured))
