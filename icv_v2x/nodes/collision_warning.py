# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The collision applications as a process: objects and own state in, candidates out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from icv_v2x.nodes.object_stage import ObjectStageNode
from icv_v2x.nodes.road_listener import RoadListener
from icv_v2x.nodes.run import run
from icv_v2x.pipeline import CollisionWarning

if TYPE_CHECKING:
    from icv_v2x.advisory.types import Advisory
    from icv_v2x.parameters import NodeParameters, Parameters
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

NAME = 'collision_warning'


class CollisionWarningNode(ObjectStageNode):
    """Answers every message of objects with candidates for the same instant."""

    stage: CollisionWarning | None

    def __init__(self) -> None:
        """Declare the parameters."""
        super().__init__(NAME)

    def build_stage(self) -> None:
        """Make the stage, and listen to the road."""
        self.stage = CollisionWarning(self.parameters)
        self._road = RoadListener(self)

    def start(self) -> None:
        """Begin without anything in force; the road stays known, as it is told once only."""
        roads = None if self.stage is None else self._road.roads
        self.forget()
        if self.stage is not None:
            self._road.roads = roads

    def forget(self) -> None:
        """Drop what belongs to an epoch of time that has ended."""
        super().forget()
        if self.stage is not None:
            self._road.clear()

    def reconfigure(self, parameters: Parameters, of_nodes: NodeParameters) -> None:
        """Hand changed parameters to the stage."""
        del of_nodes
        if self.stage is not None:
            self.stage.configure(parameters)

    def judge(self, tracks: Tracks, ego: EgoState | None) -> list[Advisory]:
        """Return the candidates of an instant.

        Args:
            tracks: The objects.
            ego: The ego at their instant, None: not known.
        """
        assert self.stage is not None
        return self.stage.assess(
            tracks, ego, self._road.roads, self._road.signals(tracks.stamp))


def main() -> None:
    """Run the node."""
    sys.exit(run(NAME, CollisionWarningNode))


if __name__ == '__main__':
    main()
