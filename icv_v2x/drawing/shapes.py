# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""One thing to draw, as plain numbers; what makes messages of it lies elsewhere."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.drawing.palette import WHITE, Colour

if TYPE_CHECKING:
    from numpy.typing import NDArray

NAMESPACES = {
    'ego': 'the own vehicle and its predicted way',
    'objects': 'boxes of all objects, coloured by the level of what is said of them',
    'velocity': 'where each object will be in a second',
    'paths': 'predicted ways of those who are spoken of',
    'conflicts': 'where a conflict is predicted, and how the footprints meet there',
    'advisories': 'what is said, at its subject, and the mode where it is not ACTIVE',
    'lanes': 'borders of the lanes, crosswalks and ways over the nodes',
    'signals': 'stop lines in the colour of their light, with letter and time left',
    'road_events': 'events, signs and statements about lanes, with their stretches of road',
    'merging': 'the gap that was chosen, and the plan along the own lane',
    'parking': 'the way to a slot or out of a parking area',
}
"""Namespace of shapes to what it holds."""

# What moves by less is not drawn anew [m].
_STEP = 0.01


class Kind(Enum):
    """How the points of a shape are meant."""

    BOX = 'one point, the middle of a box with `size`'
    DISC = 'one point, the middle of a disc of the diameter `size[0]`'
    TEXT = 'one point, where the middle of a text of the height `size[2]` is'
    ARROW = 'two points, from the first to the second'
    LINE = 'the points of one line of the width `size[0]`'
    SEGMENTS = 'two points for each of several lines of the width `size[0]`'
    DOTS = 'the middles of dots of the diameter `size[0]`'


@dataclass(frozen=True, eq=False)
class Shape:
    """One thing to draw.

    Attributes:
        namespace: One of `NAMESPACES`.
        key: Names it among those of its namespace, the same as long as it is the same thing.
        kind: How the points are meant.
        points: (n, 3) [m] in `map`.
        size: [m] length, width and height, or as `kind` says.
        colour: Of all of it.
        yaw: [rad] of a box.
        text: Of a text.
        standing: It belongs to the road rather than to traffic.
    """

    namespace: str
    key: str
    kind: Kind
    points: NDArray[np.float64]
    size: tuple[float, float, float]
    colour: Colour = WHITE
    yaw: float = 0.0
    text: str = ''
    standing: bool = field(default=False)

    def digest(self) -> bytes:
        """Return what tells whether it has to be drawn anew: the same for what looks the same."""
        numbers = np.concatenate([
            self.points.ravel() / _STEP, np.array([*self.size, self.yaw]) / _STEP,
            np.array(self.colour) / _STEP])
        told = f'{self.kind.name}\0{self.text}'.encode('utf-8', 'replace')
        whole = np.rint(numbers).astype(np.int64)
        return hashlib.blake2b(told + whole.tobytes(), digest_size=16).digest()


def lifted(x: NDArray[np.float64], y: NDArray[np.float64], z: object) -> NDArray[np.float64]:
    """Return points (n, 3) of places (n,) at heights (n,) or one; an unknown height is 0 [m]."""
    heights = np.nan_to_num(np.broadcast_to(np.asarray(z, np.float64), np.shape(x)))
    return np.column_stack([x, y, heights])
