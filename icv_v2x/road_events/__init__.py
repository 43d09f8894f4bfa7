# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Road events and signs: what is told, for how long, and to whom on which way it matters."""

from icv_v2x.road_events.relevance import (
    NOWHERE,
    LaneStretches,
    Relevance,
    Way,
    relevance,
    stations_on,
)
from icv_v2x.road_events.store import RoadEventStore

__all__ = [
    'NOWHERE', 'LaneStretches', 'Relevance', 'RoadEventStore', 'Way', 'relevance', 'stations_on',
]
