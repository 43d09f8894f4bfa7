# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The figures of pairs in uniform motion, all from one set of projections.

Where nobody turns or accelerates, footprints and swept paths of a pair have the same four side
directions, so that contact, conflict zone, distance and probability share what is costly: the
projections on these. Everything is computed in the frame of the ego (x along its heading, y to
its left, origin at its centre at time 0), in which its own side directions are the axes. The
results are those of the general functions, which are its oracle in the tests.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import TypeAlias

import numpy as np

from icv_v2x.conflict.footprint import CORNER_TOLERANCE, Footprint, corners, overlap_point
from icv_v2x.conflict.overlap import TOUCH, overlap_along
from icv_v2x.conflict.probability import between
from icv_v2x.conflict.separation import Separation, way_distance
from icv_v2x.conflict.swept import Contact
from icv_v2x.conflict.zone import SEAM, ZoneTimes
from icv_v2x.motion.pieces import BoolArray, FloatArray, IndexArray, PiecewiseMotion
from icv_v2x.motion.uncertainty import MotionUncertainty

_Rows: TypeAlias = 'IndexArray | slice'

_LENGTHS = 0.5 * np.array([[1.0], [-1.0], [-1.0], [1.0]])
_WIDTHS = 0.5 * np.array([[1.0], [1.0], [-1.0], [-1.0]])
_CORNERS = np.stack([_LENGTHS, _WIDTHS])


def is_uniform(ego_motion: PiecewiseMotion, motions: PiecewiseMotion) -> bool:
    """Tell whether one ego and the objects move uniformly, from now to the same end."""
    return (
        len(ego_motion) == 1
        and ego_motion.pieces == motions.pieces == 1
        and ego_motion.end_time == motions.end_time > 0.0
        and all(m.start_time.ndim == 1 and m.start_time[0] == 0.0 for m in (ego_motion, motions))
        and not (ego_motion.accelerated or motions.accelerated)
    )


@dataclasses.dataclass(frozen=True)
class UniformPairs:
    """An ego and n objects in uniform motion, in the frame of the ego.

    Attributes:
        ego: Motion of the ego, one object.
        ego_length: Its length [m].
        ego_width: Its width [m].
        others: Motions of the objects.
        size: Their lengths and widths, (2, n) [m].
        cosine: Cosine of their headings less that of the ego, (n,).
        sine: Sine of the same, (n,).
        place: Their centres, (2, n) [m].
        ego_rate: Velocity of the ego, (2, 1) [m/s].
        rate: Velocities of the objects, (2, n) [m/s].
        horizon: End of the motions [s].
    """

    ego: PiecewiseMotion
    ego_length: float
    ego_width: float
    others: PiecewiseMotion
    size: FloatArray
    cosine: FloatArray
    sine: FloatArray
    place: FloatArray
    ego_rate: FloatArray
    rate: FloatArray
    horizon: float

    @classmethod
    def of(
        cls,
        ego_motion: PiecewiseMotion,
        ego_footprint: Footprint,
        motions: PiecewiseMotion,
        footprints: Footprint,
    ) -> UniformPairs:
        """Return the pairs; the arguments are those of `assess_conflicts`."""
        count = len(motions)
        east, north = float(ego_motion.direction[0][0, 0]), float(ego_motion.direction[1][0, 0])
        size = np.empty((2, count))
        size[0], size[1] = footprints.length, footprints.width
        # The columns are place, velocity and heading; turned together, the ego's velocity last.
        vectors = np.empty((2, 3, count + 1))
        vectors[0, 0, :count] = motions.x[:, 0] - ego_motion.x[0, 0]
        vectors[1, 0, :count] = motions.y[:, 0] - ego_motion.y[0, 0]
        vectors[0, 1, :count], vectors[1, 1, :count] = (
            motions.velocity_x[:, 0], motions.velocity_y[:, 0])
        vectors[0, 2, :count], vectors[1, 2, :count] = (
            values[:, 0] for values in motions.direction)
        vectors[:, :, count] = 0.0
        vectors[0, 1, count], vectors[1, 1, count] = (
            ego_motion.velocity_x[0, 0], ego_motion.velocity_y[0, 0])
        turned = np.empty_like(vectors)
        turned[0] = vectors[0] * east + vectors[1] * north
        turned[1] = vectors[1] * east - vectors[0] * north
        return cls(
            ego_motion,
            float(ego_footprint.length[0]),
            float(ego_footprint.width[0]),
            motions,
            size,
            turned[0, 2, :count],
            turned[1, 2, :count],
            turned[:, 0, :count],
            turned[:, 1, count:],
            turned[:, 1, :count],
            ego_motion.end_time,
        )

    def along_own_heading(self) -> FloatArray:
        """Return how fast the ego, first, and the objects go along their headings, (2, n)."""
        speed = np.empty(self.place.shape)
        speed[0] = self.ego_rate[0]
        speed[1] = self.rate[0] * self.cosine + self.rate[1] * self.sine
        return speed

    def other_along_own_heading(self) -> FloatArray:
        """Return how fast the other one goes along the heading of each, (2, n) [m/s]."""
        speed = np.empty(self.place.shape)
        speed[0] = self.rate[0]
        speed[1] = self.ego_rate[0] * self.cosine + self.ego_rate[1] * self.sine
        return speed

    def speed_of_other(self) -> FloatArray:
        """Return how fast the other one of each pair is, objects first, (2, n) [m/s]."""
        speed = np.empty(self.place.shape)
        speed[0] = np.hypot(self.rate[0], self.rate[1])
        speed[1] = np.hypot(self.ego_rate[0], self.ego_rate[1])
        return speed

    def contact(self) -> Contact:
        """Return the first contact, as `first_contact`."""
        times = np.full((4, len(self.others)), np.nan)
        begin, end = self._meetings[0][0], self._meetings[1][0]
        overlaps = begin < end
        rows = _chosen(overlaps)
        if rows is not None:
            moments = np.where(overlaps[rows], begin[rows], np.nan)
            times[0, rows] = moments
            np.copyto(times[1], end, where=overlaps)
            times[2:, rows] = self._shared_points(rows, moments)
        piece = np.where(overlaps, 0, -1)
        return Contact(overlaps, times[0], times[1], times[2], times[3], piece)

    def separation(self, within: float, contact: Contact) -> Separation:
        """Return the closest approach, as `closest_approach`."""
        count = len(self.others)
        distance, time = np.full(count, np.inf), np.full(count, np.nan)
        rows = contact.overlaps.nonzero()[0]
        distance[rows], time[rows] = 0.0, contact.begin[rows]
        way = self._relative * self.horizon
        square = way[0] * way[0] + way[1] * way[1]
        ahead = self.place[0] * way[0] + self.place[1] * way[1]
        share = -ahead / np.where(square > 0.0, square, 1.0)
        share = np.minimum(np.maximum(share, 0.0), 1.0)
        nearest = self.place + share * way
        radius = 0.5 * (
            np.hypot(self.size[0], self.size[1]) + np.hypot(self.ego_length, self.ego_width))
        near = np.hypot(nearest[0], nearest[1]) <= radius + within
        near &= ~contact.overlaps
        rows = near.nonzero()[0]
        if len(rows):
            heading = np.arctan2(self.sine[rows], self.cosine[rows])
            least, share = way_distance(
                (self.place[0, rows], self.place[1, rows]),
                (way[0, rows], way[1, rows]),
                np.zeros(1),
                Footprint(np.array([self.ego_length]), np.array([self.ego_width])),
                heading,
                Footprint(self.size[0, rows], self.size[1, rows]),
                apart=True,
            )
            close = least <= within
            distance[rows] = np.where(close, least, np.inf)
            time[rows] = np.where(close, share * self.horizon, np.nan)
        return Separation(distance, time)

    def probability(
        self,
        ego_uncertainty: MotionUncertainty,
        uncertainties: MotionUncertainty,
        time: FloatArray,
    ) -> FloatArray:
        """Return how likely the footprints overlap, as `overlap_probability`."""
        count = len(self.others)
        probability = np.zeros(count)
        rows = _chosen(np.isfinite(time))
        if rows is None:
            return probability
        moments, horizon = time[rows], self.horizon
        cosine, sine = self.cosine[rows], self.sine[rows]
        relative = self._relative[:, rows]
        speed = np.hypot(relative[0], relative[1])
        moves = speed > 0.0
        # Without relative motion any direction does: that of the ego is the sharpest.
        unit = np.empty(relative.shape)
        unit[:] = relative / np.where(moves, speed, 1.0)
        unit[0, ~moves] = 1.0
        offset = self.place[:, rows] + relative * moments
        middle = np.empty_like(offset)
        middle[0] = offset[0] * unit[0] + offset[1] * unit[1]
        middle[1] = offset[1] * unit[0] - offset[0] * unit[1]
        # Half extents of both footprints along and across the relative velocity.
        turned = np.empty_like(unit)
        turned[0] = unit[0] * cosine + unit[1] * sine
        turned[1] = unit[1] * cosine - unit[0] * sine
        np.abs(turned, out=turned)
        size, flat = self.size[:, rows], np.abs(unit)
        upper = 0.5 * (
            self.ego_length * flat + self.ego_width * flat[::-1]
            + size[0] * turned + size[1] * turned[::-1])
        lower = -upper
        upper[0] += speed * moments
        lower[0] -= speed * (horizon - moments)
        variance = self._variances(rows, moments, unit, (ego_uncertainty, uncertainties))
        inside = between(middle, np.sqrt(variance), lower, upper)
        both = inside[0] * inside[1]
        both[np.isnan(both)] = 0.0
        probability[rows] = both
        return probability

    def zone(self, contact: Contact) -> ZoneTimes:
        """Return the conflict zones, as `zone_times`."""
        count, horizon = len(self.others), self.horizon
        begin, end = self._meetings
        exists = (begin[1] < end[1]) & (begin[2] < end[2])
        times = np.full((7, count), np.nan)
        first = np.zeros(count, np.bool_)
        rows = exists.nonzero()[0]
        if len(rows):
            entry, leave = begin[1:, rows], end[1:, rows]
            found = np.empty((7, len(rows)))
            found[0:4:2] = entry
            found[1:4:2] = np.where(leave >= horizon - SEAM, np.inf, leave)
            found[4] = np.hypot(self.ego_rate[0], self.ego_rate[1]) * entry[0]
            found[5] = np.hypot(self.rate[0, rows], self.rate[1, rows]) * entry[1]
            found[6] = np.maximum(entry[1] - leave[0], entry[0] - leave[1])
            found[6, contact.overlaps[rows]] = np.nan
            times[:, rows] = found
            first[rows] = entry[0] < entry[1]
        return ZoneTimes(
            exists, times[0], times[1], times[2], times[3], times[4], times[5], first, times[6])

    @functools.cached_property
    def _relative(self) -> FloatArray:
        """Velocities of the objects less that of the ego, (2, n) [m/s]."""
        return self.rate - self.ego_rate

    @functools.cached_property
    def _meetings(self) -> tuple[FloatArray, FloatArray]:
        """Begin and end of three overlaps, (3, n) each [s]; there is one where begin < end.

        The footprints; the ego's in the path that the object sweeps; and the object's in that of
        the ego. Each sweeps its rectangle, longer and wider by its way along and across.
        """
        count, horizon = len(self.others), self.horizon
        ego_way, way = self.ego_rate * horizon, self.rate * horizon
        ego, other, offset, rate = (np.empty((2, 3, count)) for _ in range(4))
        ego[0], ego[1] = self.ego_length, self.ego_width
        ego[:, 2] += np.abs(ego_way)
        other[:, 0] = other[:, 1] = other[:, 2] = self.size
        other[0, 1] += np.abs(way[0] * self.cosine + way[1] * self.sine)
        other[1, 1] += np.abs(way[1] * self.cosine - way[0] * self.sine)
        offset[:, 0] = self.place
        offset[:, 1] = self.place + 0.5 * way
        offset[:, 2] = self.place - 0.5 * ego_way
        rate[:, 0] = self._relative
        rate[:, 1], rate[:, 2] = -self.ego_rate, self.rate
        return overlap_along(
            _projected(offset, self.cosine, self.sine),
            _projected(rate, self.cosine, self.sine),
            _reach(ego, other, np.abs(self.cosine), np.abs(self.sine)),
            horizon,
        )

    def _shared_points(self, rows: _Rows, moments: FloatArray) -> FloatArray:
        """Return points that the footprints share at moments, (2, m) [m]; NaN for NaN [s]."""
        cosine, sine = self.cosine[rows], self.sine[rows]
        size = self.size[:, rows]
        centre = self.place[:, rows] + self._relative[:, rows] * moments
        along, across = _LENGTHS * size[0], _WIDTHS * size[1]
        ego_size = np.array([[[self.ego_length]], [[self.ego_width]]])
        # The corners of the object, then those of the ego, and these as the object sees them.
        corner, seen = np.empty((2, 8, len(moments))), np.empty((2, 4, len(moments)))
        corner[0, :4] = centre[0] + along * cosine - across * sine
        corner[1, :4] = centre[1] + along * sine + across * cosine
        corner[:, 4:] = ego_size * _CORNERS
        off = corner[:, 4:] - centre[:, np.newaxis]
        seen[0] = off[0] * cosine + off[1] * sine
        seen[1] = off[1] * cosine - off[0] * sine
        inside = np.empty(corner.shape, np.bool_)
        np.less(np.abs(corner[:, :4]), 0.5 * ego_size + CORNER_TOLERANCE, out=inside[:, :4])
        np.less(np.abs(seen), 0.5 * size[:, np.newaxis] + CORNER_TOLERANCE, out=inside[:, 4:])
        weight = np.logical_and(inside[0], inside[1]).astype(np.float64)
        # What has no area holds no corners; its own may yet lie in the other rectangle.
        weight[4:] *= size[0] * size[1] > 0.0
        if not self.ego_length * self.ego_width > 0.0:
            weight[:4] = 0.0
        total = weight.sum(axis=0)
        crossed = ((total == 0.0) & (moments >= 0.0)).nonzero()[0]
        total[total == 0.0] = 1.0
        point = (corner * weight).sum(axis=1) / total
        if len(crossed):
            point[:, crossed] = self._crossing_points(
                centre[:, crossed], cosine[crossed], sine[crossed], size[:, crossed])
        # Back to the map, about where the ego is by then.
        ego, shared = self.ego, np.empty(point.shape)
        east, north = ego.direction[0][0, 0], ego.direction[1][0, 0]
        shared[0] = ego.velocity_x[0, 0] * moments + (
            point[0] * east - point[1] * north + ego.x[0, 0])
        shared[1] = ego.velocity_y[0, 0] * moments + (
            point[0] * north + point[1] * east + ego.y[0, 0])
        return shared

    def _crossing_points(
        self, centre: FloatArray, cosine: FloatArray, sine: FloatArray, size: FloatArray,
    ) -> FloatArray:
        """Return points that rectangles share which lie like a cross, (2, m) [m]."""
        still = np.zeros(len(cosine))
        sizes = Footprint(still + self.ego_length, still + self.ego_width)
        return np.stack(overlap_point(
            corners(still, still, still, sizes),
            corners(centre[0], centre[1], np.arctan2(sine, cosine), Footprint(size[0], size[1])),
        ))

    def _variances(
        self,
        rows: _Rows,
        moments: FloatArray,
        unit: FloatArray,
        uncertainties: tuple[MotionUncertainty, MotionUncertainty],
    ) -> FloatArray:
        """Return variances of the relative position along and across a direction, (2, m) [m2]."""
        east, north = self.ego.direction[0][0, 0], self.ego.direction[1][0, 0]
        # The direction in the map, in which the errors of the positions are given.
        x, y = unit[0] * east - unit[1] * north, unit[0] * north + unit[1] * east
        ego_errors, errors = (
            part if len(part.speed) == 1 or isinstance(rows, slice) else part.take(rows)
            for part in uncertainties)
        position = ego_errors.position + errors.position
        cross, square = 2.0 * position.xy * x * y, x * x
        variance = np.empty(unit.shape)
        variance[0] = position.xx * square + cross + position.yy * (1.0 - square)
        variance[1] = position.xx * (1.0 - square) - cross + position.yy * square
        for part, rate, heading in (
            (ego_errors, self.ego_rate, (np.ones(1), np.zeros(1))),
            (errors, self.rate[:, rows], (self.cosine[rows], self.sine[rows])),
        ):
            # A course error turns the way made about its start, a speed error stretches it.
            speed = np.hypot(rate[0], rate[1])
            divisor = np.where(speed > 0.0, speed, 1.0)
            # The way it goes, which an object that stands has along its heading.
            cosine = np.where(speed > 0.0, rate[0] / divisor, heading[0])
            sine = np.where(speed > 0.0, rate[1] / divisor, heading[1])
            # Squares of the components of the direction along and across that way.
            onward = (unit[0] * cosine + unit[1] * sine) ** 2
            aside = 1.0 - onward
            stretching = (part.speed * moments) ** 2
            turning = (part.course * (speed * moments)) ** 2
            variance[0] += stretching * onward + turning * aside
            variance[1] += stretching * aside + turning * onward
        return np.maximum(variance, 0.0, out=variance)


def _chosen(mask: BoolArray) -> _Rows | None:
    """Return the rows of a mask, None without any; all of them where choosing costs more."""
    count = np.count_nonzero(mask)
    if not count:
        return None
    return slice(None) if 2 * count >= len(mask) else mask.nonzero()[0]


def _projected(vector: FloatArray, cosine: FloatArray, sine: FloatArray) -> FloatArray:
    """Return the components along the ego's and the objects' side directions.

    Args:
        vector: Vectors in the frame of the ego, (2, ..., n).
        cosine: Cosine of the objects' headings in that frame, (n,).
        sine: Sine of the same, (n,).

    Returns:
        Components, (4, ..., n).
    """
    parts = np.empty((4, *vector.shape[1:]))
    parts[:2] = vector
    parts[2] = vector[0] * cosine + vector[1] * sine
    parts[3] = vector[1] * cosine - vector[0] * sine
    return parts


def _turned(size: FloatArray, along: FloatArray, across: FloatArray) -> FloatArray:
    """Return the extents of rectangles (2, ..., n) along the side directions of the other."""
    return size * along + size[::-1] * across


def _reach(
    ego: FloatArray, other: FloatArray, along: FloatArray, across: FloatArray
) -> FloatArray:
    """Return how near the centres come along the four directions, (4, ..., n) [m].

    Args:
        ego: Length and width of the ego's rectangle, (2, ..., n) [m].
        other: The same of the object's, (2, ..., n) [m].
        along: Magnitude of the cosine of the angle between them, (n,).
        across: Magnitude of its sine, (n,).
    """
    reach = np.empty((4, *other.shape[1:]))
    reach[:2] = ego + _turned(other, along, across)
    reach[2:] = other + _turned(ego, along, across)
    reach *= 0.5
    reach -= TOUCH
    return np.maximum(reach, 0.0, out=reach)
