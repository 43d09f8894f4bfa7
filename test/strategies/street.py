# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A straight street whose signals speak, through MAP and SPAT frames to the scene of services."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from strategies.radio_frames import ORIGIN, parameters
from strategies.runs import make_ego, make_tracks
from strategies.signals import START, Roadside, at, radio

from icv_v2x.frames import MapFrame
from icv_v2x.inputs import Indicator
from icv_v2x.interchange.map_plans import LanePlan, LinkPlan, WayOver, map_octets
from icv_v2x.interchange.signal_plans import State
from icv_v2x.message_set.batch import decode_frames
from icv_v2x.message_set.records.map_common import Maneuver
from icv_v2x.roads import RoadModel, road_model
from icv_v2x.roads.ego import EgoRoadTracker
from icv_v2x.scenarios.road_scene import RoadScene
from icv_v2x.translate.csae_map import node_maps_from_map
from icv_v2x.translate.road_events import no_road_events

MAP = MapFrame(*ORIGIN, 0.0)
HALF = 2.4
"""From the centre of the ego to its front [m]."""
_CROSSING = 20.0


def straight(
    distances: Sequence[float], *, limit: float = 13.89,
    ways: Sequence[tuple[WayOver, ...]] | None = None, allowed: int = 0,
) -> tuple[LinkPlan, ...]:
    """Return links along y = 0 with stop lines at the given x [m], nodes 1, 2, .., phase 1."""
    links, begin = [], -600.0
    for number, end in enumerate(distances, start=1):
        over = ways[number - 1] if ways else (WayOver(number + 1, 1, phase=1),)
        lane = LanePlan(1, np.array([[begin, 0.0], [end, 0.0]]), over, allowed)
        links.append(LinkPlan(number - 1, number, (lane,), limit=limit))
        begin = end + _CROSSING
    return tuple(links)


def roads(links: Sequence[LinkPlan]) -> RoadModel:
    """Return the road model of links, through the codec."""
    batch = radio([map_octets(links, MAP)], START)
    decoded = decode_frames(batch.payload, batch.length)
    maps, refused = node_maps_from_map(
        [(frame, value) for frame, _, value in decoded.others], batch, MAP, parameters())
    assert refused == ()
    return road_model(maps)


class Street:
    """An ego on a street whose signals speak."""

    def __init__(self, links: Sequence[LinkPlan], **changes: Any) -> None:
        """Build the street; changes are parameters."""
        self.parameters = parameters(**changes)
        self.model = roads(links)
        self.unit = Roadside(**changes)
        self._tracker = EgoRoadTracker()

    def say(self, seconds: float, phases: Mapping[int, Sequence[State]], **how: Any) -> None:
        """Let the unit of node 1 speak, or of another one."""
        self.unit.say(seconds, phases, **{'node': 1, **how})

    def scene(
        self, seconds: float, front: float, speed: float, *, acceleration: float = 0.0,
        indicator: Indicator = Indicator.NONE, others: Sequence[tuple[float, float]] = (),
    ) -> RoadScene:
        """Return the scene with the ego's front at an x, and others as (centre x, speed)."""
        ego = dataclasses.replace(
            make_ego(at(seconds), front - HALF, 0.0, 0.0, speed), acceleration=acceleration,
            indicator=indicator)
        places = np.array([place for place, _ in others], dtype=np.float64)
        tracks = make_tracks(
            at(seconds), x=places, speed=np.array([pace for _, pace in others], np.float64))
        road = self._tracker.locate(self.model, ego, 0.0)
        return RoadScene(
            ego, tracks, no_road_events(), self.parameters, road,
            self.unit.store.snapshot(at(seconds)))


TURNS = (WayOver(2, 1, phase=1), WayOver(3, 1, phase=2, maneuver=Maneuver.MANEUVER_LEFT_TURN),
         WayOver(4, 1, phase=3, maneuver=Maneuver.MANEUVER_RIGHT_TURN))
"""Straight on by phase 1, left by phase 2, right by phase 3."""
