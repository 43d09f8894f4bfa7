# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The merge planner as a process: objects, own state and requests in, plans and candidates out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from icv_v2x.nodes import qos
from icv_v2x.nodes.merge_plan_speaker import MergePlanSpeaker
from icv_v2x.nodes.object_stage import ObjectStageNode
from icv_v2x.nodes.own_identity import OwnIdentity
from icv_v2x.nodes.pipeline_inputs import listen_to_merge_requests, listen_to_radio
from icv_v2x.nodes.run import run
from icv_v2x.nodes.shadow import in_shadow
from icv_v2x.pipeline import MergePlanner
from icv_v2x.pipeline.merge_dialogue import MergeDialogue
from icv_v2x.transmit.outgoing import batch_of

if TYPE_CHECKING:
    from icv_v2x.advisory.types import Advisory
    from icv_v2x.parameters import NodeParameters, Parameters
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

NAME = 'merge_planner'


class _Hearing:
    """Gives radio frames to the dialogue; those that cannot be read are counted elsewhere."""

    def __init__(self, dialogue: MergeDialogue) -> None:
        self._dialogue = dialogue

    def receive(self, item: Any) -> None:
        """Take frames in."""
        self._dialogue.hear(item)

    def lose(self, frames: int, reason: str) -> None:
        """Leave the count to the translator, which hears the same frames."""


class MergePlannerNode(ObjectStageNode):
    """Answers every message of objects with a plan and candidates for the same instant."""

    stage: MergePlanner | None

    def __init__(self) -> None:
        """Declare the parameters."""
        self._dialogue: MergeDialogue | None = None
        self._radio: Any = None
        self._identity: OwnIdentity | None = None
        super().__init__(NAME)

    def build_stage(self) -> None:
        """Make the stage, and what requests and the dialogue with others need."""
        self.stage = MergePlanner(self.parameters)
        self._plans = MergePlanSpeaker(self)
        listen_to_merge_requests(self, self.stage.request)
        self._dialogue = MergeDialogue(self.parameters)
        if self.parameters.merging.cooperation:
            if not in_shadow(self):
                self._radio = self.speak(
                    'obu/tx', 'icv_v2x_msgs/msg/ObuFrames', qos.radio_output())
            listen_to_radio(self, _Hearing(self._dialogue))
            self._identity = OwnIdentity(self, self._dialogue.configure)

    def stop(self) -> None:
        """Withdraw plan and candidates."""
        self._plans.show(None, self.latest)
        super().stop()

    def forget(self) -> None:
        """Drop what belongs to an epoch of time that has ended."""
        super().forget()
        if self._dialogue is not None:
            self._dialogue.clear()

    def reconfigure(self, parameters: Parameters, of_nodes: NodeParameters) -> None:
        """Hand changed parameters to the stage."""
        del of_nodes
        if self.stage is not None:
            self.stage.configure(parameters)
        if self._dialogue is not None:
            self._dialogue.configure(
                parameters if self._identity is None else self._identity.applied(parameters))

    def judge(self, tracks: Tracks, ego: EgoState | None) -> list[Advisory]:
        """Return the candidates of an instant, having shown the plan and spoken with others.

        Args:
            tracks: The objects.
            ego: The ego at their instant, None: not known.
        """
        assert self.stage is not None
        assert self._dialogue is not None
        plan, candidates = self.stage.assess(
            tracks, ego, self._dialogue.agreed(tracks), self._dialogue.suggestion(tracks.stamp))
        frames, courtesy = self._dialogue.step(
            tracks.stamp, plan, tracks, ego, self.stage.behavior)
        if frames and self._radio is not None:
            self._radio(self.encoder.obu_frames(
                batch_of(frames, self.get_clock().now().nanoseconds)))
        self._plans.show(plan, tracks.stamp)
        return candidates + courtesy


def main() -> None:
    """Run the node."""
    sys.exit(run(NAME, MergePlannerNode))


if __name__ == '__main__':
    main()
