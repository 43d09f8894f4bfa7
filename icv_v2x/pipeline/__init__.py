# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The stages in their order: the only place that sees every room."""

from typing import TYPE_CHECKING

from icv_v2x.late import late_names

if TYPE_CHECKING:
    from icv_v2x.pipeline.collision import CollisionWarning
    from icv_v2x.pipeline.counters import Counters
    from icv_v2x.pipeline.merging import MergePlanner
    from icv_v2x.pipeline.perception import Perception
    from icv_v2x.pipeline.pipeline import Cycle, Pipeline
    from icv_v2x.pipeline.platooning import PlatoonStage
    from icv_v2x.pipeline.road_services import RoadServices, RoadSide
else:
    __getattr__ = late_names(__name__, {
        'collision': ('CollisionWarning',),
        'counters': ('Counters',),
        'merging': ('MergePlanner',),
        'perception': ('Perception',),
        'pipeline': ('Cycle', 'Pipeline'),
        'platooning': ('PlatoonStage',),
        'road_services': ('RoadServices', 'RoadSide'),
    })

__all__ = [
    'CollisionWarning', 'Counters', 'Cycle', 'MergePlanner', 'Perception', 'Pipeline',
    'PlatoonStage', 'RoadServices', 'RoadSide',
]
