# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The whole package in one process: radio frames in, advisories out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from icv_v2x.nodes import qos
from icv_v2x.nodes.lane_speaker import LaneSpeaker
from icv_v2x.nodes.managed_node import ManagedNode
from icv_v2x.nodes.merge_plan_speaker import MergePlanSpeaker
from icv_v2x.nodes.object_speaker import ObjectSpeaker
from icv_v2x.nodes.own_identity import OwnIdentity
from icv_v2x.nodes.parking_speaker import ParkingSpeaker
from icv_v2x.nodes.pipeline_inputs import (
    listen_to_detections,
    listen_to_ego,
    listen_to_merge_requests,
    listen_to_platoon_requests,
    listen_to_unit,
)
from icv_v2x.nodes.platoon_speaker import PlatoonPlanSpeaker, PlatoonSpeaker
from icv_v2x.nodes.road_event_speaker import RoadEventSpeaker
from icv_v2x.nodes.run import run
from icv_v2x.nodes.shadow import ShadowSpeaker
from icv_v2x.nodes.signal_speaker import SignalSpeaker
from icv_v2x.nodes.states import (
    platoon_status,
    radio_status,
    sender_status,
    trust_status,
)
from icv_v2x.nodes.voice import Voice
from icv_v2x.nodes.warm_up import warm_up
from icv_v2x.pipeline import Pipeline
from icv_v2x.transmit.outgoing import batch_of

if TYPE_CHECKING:
    from icv_v2x.advisory.mode import Condition
    from icv_v2x.nodes.health import Status
    from icv_v2x.parameters import NodeParameters, Parameters

NAME = 'v2x_stack'


class V2xStack(ManagedNode):
    """Runs the pipeline at every instant of the cycle and publishes what it says."""

    def __init__(self) -> None:
        """Declare the parameters."""
        super().__init__(NAME)
        self._voice = Voice(self)

    def build(self) -> None:
        """Make the pipeline and everything around it."""
        cold = Pipeline(self.parameters)
        warm_up(cold, cold.cycle, self.parameters)
        self._pipeline = Pipeline(self.parameters)
        self._voice.open()
        self._objects = ObjectSpeaker(self)
        self._withheld = ShadowSpeaker(self)
        self._lanes = LaneSpeaker(self)
        self._events = RoadEventSpeaker(self)
        self._signals = SignalSpeaker(self)
        self._plans = MergePlanSpeaker(self)
        self._parking = ParkingSpeaker(self)
        self._platoon_plans, self._platoons = PlatoonPlanSpeaker(self), PlatoonSpeaker(self)
        listen_to_ego(self, self._pipeline.receive)
        listen_to_merge_requests(self, self._pipeline.receive)
        listen_to_platoon_requests(self, self._pipeline.receive)
        self._driver = listen_to_unit(self, self._pipeline)
        listen_to_detections(self, self._pipeline)
        self._identity = OwnIdentity(self, self._pipeline.configure)
        self._radio = self.speak(
            'obu/tx', 'icv_v2x_msgs/msg/ObuFrames', qos.radio_output(),
        ) if self.parameters.merging.cooperation else None

    def start(self) -> None:
        """Begin the cycle."""
        self._pipeline.clear()
        self.cycle_with(self._cycle, ahead=self._pipeline.decode_ahead)

    def stop(self) -> None:
        """Withdraw all advisories."""
        stamp = self.get_clock().now().nanoseconds
        self._plans.show(None, stamp)
        self._parking.show(None, stamp)
        self._platoon_plans.show(None, stamp)
        self._platoons.show((), stamp)
        self._lanes.withdraw(stamp)
        self._events.withdraw(stamp)
        self._signals.withdraw(stamp)
        self._objects.withdraw(stamp)
        self._voice.withdraw()

    def forget(self) -> None:
        """Drop what belongs to an epoch of time that has ended."""
        self._pipeline.clear()
        self._voice.stamp = 0

    def reconfigure(self, parameters: Parameters, of_nodes: NodeParameters) -> None:
        """Hand changed parameters to the pipeline."""
        del of_nodes
        if hasattr(self, '_pipeline'):
            self._pipeline.configure(self._identity.applied(parameters))

    def state(self) -> Condition:
        """Return the mode that was said last."""
        return self._voice.condition()

    def statuses(self) -> list[Status]:
        """Return mode, trust and what became of the frames."""
        statuses = [self._voice.status(), trust_status(self.parameters)]
        if hasattr(self, '_pipeline'):
            statuses.append(radio_status(self._pipeline.counted))
            statuses.append(sender_status(self._pipeline.believed, self._pipeline.misbehaviour))
            statuses.append(platoon_status(self._pipeline.platooning))
        return statuses

    def _cycle(self, instant: int) -> None:
        cycle = self._pipeline.cycle(instant, self._driver.conditions())
        self._voice.ceiling = cycle.ceiling
        self._voice.say(instant, cycle.mode, cycle.mode_reason, cycle.advisories)
        self._withheld.show(cycle.withheld)
        self._objects.show(cycle.tracks)
        self._plans.show(cycle.merge_plan, instant)
        if cycle.outgoing and self._radio is not None and cycle.withheld is None:
            self._radio(self.encoder.obu_frames(
                batch_of(cycle.outgoing, self.get_clock().now().nanoseconds)))
        self._parking.show(cycle.guidance, instant)
        self._platoon_plans.show(cycle.platoon_plan, instant)
        self._platoons.show(cycle.platoons, instant)
        if cycle.roads is not None:
            self._lanes.show(cycle.roads, instant)
        if cycle.events is not None:
            self._events.show(cycle.events, instant)
        if cycle.signals is not None:
            self._signals.show(cycle.signals)


def main() -> None:
    """Run the node."""
    sys.exit(run(NAME, V2xStack))


if __name__ == '__main__':
    main()
