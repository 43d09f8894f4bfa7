# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""All that is known of an instant, and all shapes that show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory.types import Mode
from icv_v2x.drawing.merging import merging_shapes
from icv_v2x.drawing.palette import BLUE
from icv_v2x.drawing.road import event_shapes, lane_shapes, signal_shapes
from icv_v2x.drawing.shapes import Kind, Shape, lifted
from icv_v2x.drawing.traffic import traffic_shapes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from icv_v2x.advisory.merge_plan import MergePlan
    from icv_v2x.advisory.types import Advisory
    from icv_v2x.inputs import MergeRequest
    from icv_v2x.parameters import Parameters
    from icv_v2x.roads import RoadModel
    from icv_v2x.signals import Signals
    from icv_v2x.translate.road_events import RoadEvents
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

_WAY_WIDTH = 0.4


@dataclass(frozen=True)
class Picture:
    """All that is known of an instant; what is not known is None.

    Attributes:
        tracks: All objects.
        ego: The own vehicle.
        mode: State of the package.
        mode_reason: Why it is not ACTIVE.
        advisories: What is said.
        roads: The road.
        signals: What signals show.
        events: Events, signs and statements about lanes.
        plan: What the merge planner chose.
        request: What was asked of it.
        way: (M, 3) [m] to a slot or out of a parking area.
    """

    tracks: Tracks | None = None
    ego: EgoState | None = None
    mode: Mode = Mode.ACTIVE
    mode_reason: str = ''
    advisories: tuple[Advisory, ...] = ()
    roads: RoadModel | None = None
    signals: Signals | None = None
    events: RoadEvents | None = None
    plan: MergePlan | None = None
    request: MergeRequest | None = None
    way: NDArray[np.float64] | None = None


def shapes_of(picture: Picture, parameters: Parameters) -> Iterator[Shape]:
    """Yield all shapes of an instant, those that matter most first.

    Args:
        picture: The instant.
        parameters: Of the package, for the prediction.
    """
    yield from traffic_shapes(picture, parameters)
    yield from merging_shapes(picture)
    if picture.way is not None and len(picture.way) > 1:
        x, y, z = picture.way.T
        yield Shape(
            'parking', 'way', Kind.LINE, lifted(x, y, z + 0.1), (_WAY_WIDTH, 0.0, 0.0), BLUE)
    if picture.roads is not None:
        if picture.signals is not None:
            yield from signal_shapes(picture.roads, picture.signals, picture.ego)
        yield from lane_shapes(picture.roads)
    if picture.events is not None:
        yield from event_shapes(picture.events)
