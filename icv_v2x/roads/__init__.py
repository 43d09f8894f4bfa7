# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The road from MAP messages: lanes, who is on which, and where they lead."""

from icv_v2x.roads.courses import LaneCourses, lane_courses
from icv_v2x.roads.ego import EgoRoad, EgoRoadTracker
from icv_v2x.roads.matcher import LaneMatcher
from icv_v2x.roads.matching import LaneMatches, LanePrior, match_lanes
from icv_v2x.roads.model import RoadModel, road_model
from icv_v2x.roads.movements import Basis, Movements, movements
from icv_v2x.roads.route import Route, route_ahead
from icv_v2x.roads.store import RoadStore

__all__ = [
    'Basis', 'EgoRoad', 'EgoRoadTracker', 'LaneCourses', 'LaneMatcher', 'LaneMatches',
    'LanePrior', 'Movements', 'RoadModel', 'RoadStore', 'Route', 'lane_courses', 'match_lanes',
    'movements', 'road_model', 'route_ahead',
]
