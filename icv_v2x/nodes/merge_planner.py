# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The merge planner as a process: objects, own state and requests in, plans and candidates out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from icv_v2x.advisory.mode import mode_of
from icv_v2x.advisory.types import Mode
from icv_v2x.interchange import from_message
from icv_v2x.nodes import qos
from icv_v2x.nodes.conditions import ConditionSpeaker
from icv_v2x.nodes.cycle_timer import STEP_BACK
from icv_v2x.nodes.managed_node import ManagedNode
from icv_v2x.nodes.merge_plan_speaker import MergePlanSpeaker
from icv_v2x.nodes.own_identity import OwnIdentity
from icv_v2x.nodes.pipeline_inputs import (
    listen_to_ego,
    listen_to_merge_requests,
    listen_to_radio,
)
from icv_v2x.nodes.run import run
from icv_v2x.nodes.shadow import in_shadow
from icv_v2x.nodes.states import trust_status
from icv_v2x.pipeline import MergePlanner
from icv_v2x.pipeline.failures import FailureWatch
from icv_v2x.pipeline.merge_dialogue import MergeDialogue
from icv_v2x.transmit.outgoing import batch_of
from icv_v2x.world.ego_estimator import EgoEstimator

if TYPE_CHECKING:
    from icv_v2x.advisory.mode import Condition
    from icv_v2x.advisory.types import Advisory
    from icv_v2x.nodes.health import Status
    from icv_v2x.parameters import NodeParameters, Parameters

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


class MergePlannerNode(ManagedNode):
    """Answers every message of objects with a plan and candidates for the same instant."""

    def __init__(self) -> None:
        """Declare the parameters."""
        self._stage: MergePlanner | None = None
        self._dialogue: MergeDialogue | None = None
        self._radio: Any = None
        self._identity: OwnIdentity | None = None
        self._sequence = 0
        self._stamp = 0
        super().__init__(NAME)

    def build(self) -> None:
        """Make the stage and everything around it."""
        self._stage = MergePlanner(self.parameters)
        self._ego = EgoEstimator(self.parameters)
        self._bounds = ConditionSpeaker(self)
        self._failures = FailureWatch()
        self._say = self.speak('~/candidates', 'icv_v2x_msgs/msg/AdvisoryArray', qos.output())
        self._plans = MergePlanSpeaker(self)
        listen_to_ego(self, self._ego.update)
        listen_to_merge_requests(self, self._stage.request)
        self._dialogue = MergeDialogue(self.parameters)
        if self.parameters.merging.cooperation:
            if not in_shadow(self):
                self._radio = self.speak(
                    'obu/tx', 'icv_v2x_msgs/msg/ObuFrames', qos.radio_output())
            listen_to_radio(self, _Hearing(self._dialogue))
            self._identity = OwnIdentity(self, self._dialogue.configure)
        self._objects = self.listen(
            'v2x/objects', 'icv_v2x_msgs/msg/ObjectArray', qos.stage_input(),
            self.timed(self._assess), required=True, silent_after=0.5)

    def start(self) -> None:
        """Begin without anything in force."""
        self.forget()

    def stop(self) -> None:
        """Withdraw plan and candidates."""
        stamp = max(self.get_clock().now().nanoseconds, self._stamp)
        self._plans.show(None, stamp)
        self._publish(stamp, Mode.READY, 'deactivated', ())

    def forget(self) -> None:
        """Drop what belongs to an epoch of time that has ended."""
        if self._stage is not None:
            self._stage.clear()
            self._ego.clear()
        if self._dialogue is not None:
            self._dialogue.clear()
        self._stamp = 0

    def reconfigure(self, parameters: Parameters, of_nodes: NodeParameters) -> None:
        """Hand changed parameters to the stage."""
        del of_nodes
        if self._stage is not None:
            self._stage.configure(parameters)
        if self._dialogue is not None:
            self._dialogue.configure(
                parameters if self._identity is None else self._identity.applied(parameters))

    def state(self) -> Condition:
        """Return what the last instant says against advisories."""
        return self._bounds.state

    def statuses(self) -> list[Status]:
        """Return what senders must show."""
        return [trust_status(self.parameters)]

    def _assess(self, message: Any) -> None:
        assert self._stage is not None
        tracks = from_message.tracks(message)
        if tracks.stamp < self._stamp - STEP_BACK:
            self._stage.clear()
        elif tracks.stamp <= self._stamp:
            self._objects.reject('late', f'stamp {tracks.stamp} ns after {self._stamp} ns')
            return
        ego = self._ego.state(tracks.stamp)
        limits = self.parameters.ego
        mode, reason, _ = mode_of(
            None if ego is None else ego.age,
            age_limited=limits.age_limited, age_maximum=limits.age_maximum)
        assert self._dialogue is not None
        plan, candidates = self._stage.assess(
            tracks, ego, self._dialogue.agreed(tracks), self._dialogue.suggestion(tracks.stamp))
        frames, courtesy = self._dialogue.step(tracks.stamp, plan, tracks, ego)
        if frames and self._radio is not None:
            self._radio(self.encoder.obu_frames(
                batch_of(frames, self.get_clock().now().nanoseconds)))
        candidates = candidates + courtesy
        self._plans.show(plan, tracks.stamp)
        self._bounds.show(
            self._failures.conditions(tracks.stamp, self._stage.failures), tracks.stamp)
        self._publish(tracks.stamp, mode, reason, candidates)

    def _publish(
        self, stamp: int, mode: Mode, reason: str, candidates: list[Advisory] | tuple[()],
    ) -> None:
        self._sequence += 1
        self._stamp = stamp
        self._say(self.encoder.advisory_array(stamp, self._sequence, mode, reason, candidates))


def main() -> None:
    """Run the node."""
    sys.exit(run(NAME, MergePlannerNode))


if __name__ == '__main__':
    main()
