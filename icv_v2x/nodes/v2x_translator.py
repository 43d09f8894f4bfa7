# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""First stage as a process: radio frames in, objects in the map frame out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from icv_v2x.advisory.types import Mode
from icv_v2x.nodes import qos
from icv_v2x.nodes.conditions import ConditionSpeaker
from icv_v2x.nodes.lane_speaker import LaneSpeaker
from icv_v2x.nodes.managed_node import ManagedNode
from icv_v2x.nodes.object_speaker import ObjectSpeaker
from icv_v2x.nodes.own_identity import OwnIdentity
from icv_v2x.nodes.parking_speaker import ParkingSpeaker
from icv_v2x.nodes.pipeline_inputs import (
    listen_to_detections,
    listen_to_ego,
    listen_to_unit,
)
from icv_v2x.nodes.platoon_speaker import PlatoonSpeaker
from icv_v2x.nodes.road_event_speaker import RoadEventSpeaker
from icv_v2x.nodes.run import run
from icv_v2x.nodes.signal_speaker import SignalSpeaker
from icv_v2x.nodes.states import radio_status, sender_status, trust_status
from icv_v2x.nodes.warm_up import warm_up
from icv_v2x.pipeline import Perception
from icv_v2x.pipeline.failures import FailureWatch
from icv_v2x.pipeline.parking_guidance import ParkingGuidance

if TYPE_CHECKING:
    from icv_v2x.advisory.mode import Condition
    from icv_v2x.advisory.types import Advisory
    from icv_v2x.nodes.health import Status
    from icv_v2x.parameters import NodeParameters, Parameters

NAME = 'v2x_translator'


class V2xTranslator(ManagedNode):
    """Publishes the tracks at every instant of the cycle."""

    def __init__(self) -> None:
        """Declare the parameters."""
        self._perception: Perception | None = None
        self._sequence = 0
        super().__init__(NAME)

    def build(self) -> None:
        """Make the stage and everything around it."""
        cold = Perception(self.parameters)
        warm_up(cold, cold.world, self.parameters)
        self._perception = perception = Perception(self.parameters)
        self._objects = ObjectSpeaker(self)
        self._bounds = ConditionSpeaker(self)
        self._failures = FailureWatch()
        self._guidance = ParkingGuidance(self.parameters)
        self._parking = ParkingSpeaker(self)
        self._say = self.speak('~/candidates', 'icv_v2x_msgs/msg/AdvisoryArray', qos.output())
        self._lanes = LaneSpeaker(self)
        self._events = RoadEventSpeaker(self)
        self._signals = SignalSpeaker(self)
        self._platoons = PlatoonSpeaker(self)
        listen_to_ego(self, perception.receive)
        self._driver = listen_to_unit(self, perception)
        listen_to_detections(self, perception)
        self._identity = OwnIdentity(self, self._take_identity)

    def start(self) -> None:
        """Begin the cycle."""
        assert self._perception is not None
        self.forget()
        self.cycle_with(self._cycle, ahead=self._perception.decode_ahead)

    def stop(self) -> None:
        """Withdraw everything that was told."""
        stamp = self.get_clock().now().nanoseconds
        self._platoons.show((), stamp)
        self._parking.show(None, stamp)
        self._publish(stamp, Mode.READY, 'deactivated', [])
        self._lanes.withdraw(stamp)
        self._events.withdraw(stamp)
        self._signals.withdraw(stamp)
        self._objects.withdraw(stamp)

    def forget(self) -> None:
        """Drop what belongs to an epoch of time that has ended."""
        if self._perception is not None:
            self._perception.drain()
            self._perception.clear()
            self._guidance.clear()

    def reconfigure(self, parameters: Parameters, of_nodes: NodeParameters) -> None:
        """Hand changed parameters to the stage."""
        del of_nodes
        if self._perception is not None:
            applied = self._identity.applied(parameters)
            self._perception.configure(applied)
            self._guidance.configure(applied)

    def _take_identity(self, parameters: Parameters) -> None:
        assert self._perception is not None
        self._perception.configure(parameters)
        self._guidance.configure(parameters)

    def state(self) -> Condition:
        """Return what the last instant says against advisories."""
        return self._bounds.state

    def statuses(self) -> list[Status]:
        """Return trust and what became of the frames."""
        statuses = [trust_status(self.parameters)]
        if self._perception is not None:
            statuses.append(radio_status(self._perception.counters))
            statuses.append(
                sender_status(self._perception.believed, self._perception.misbehaviour))
        return statuses

    def _cycle(self, instant: int) -> None:
        assert self._perception is not None
        tracks, ego = self._perception.world(instant)
        guided = self._guidance.assess(tracks, ego, self._perception.parking(instant))
        self._parking.show(self._guidance.guidance, instant)
        self._bounds.show([
            *self._driver.conditions(), *self._perception.conditions(instant),
            *self._failures.conditions(instant, self._guidance.failures)], instant)
        self._publish(instant, Mode.ACTIVE, '', guided)
        self._lanes.show(self._perception.roads(instant), instant)
        self._events.show(self._perception.road_events(instant), instant)
        self._signals.show(self._perception.signals(instant))
        self._platoons.show(self._perception.platoons(instant), instant)
        # Last, as those who hear it answer with what they have heard before.
        self._objects.show(tracks)

    def _publish(self, stamp: int, mode: Mode, reason: str, candidates: list[Advisory]) -> None:
        self._sequence += 1
        self._say(self.encoder.advisory_array(
            stamp, self._sequence, mode, reason, candidates, self.limits_hash))


def main() -> None:
    """Run the node."""
    sys.exit(run(NAME, V2xTranslator))


if __name__ == '__main__':
    main()
