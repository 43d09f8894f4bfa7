# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The road services as a process: objects and what the road side tells in, candidates out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from icv_v2x.advisory.mode import mode_of
from icv_v2x.advisory.types import Mode
from icv_v2x.interchange import from_message
from icv_v2x.interchange.lane_message import road_maps
from icv_v2x.interchange.platoon_message import platoon_statements
from icv_v2x.interchange.road_event_message import road_events
from icv_v2x.interchange.signal_message import signals
from icv_v2x.nodes import qos
from icv_v2x.nodes.conditions import ConditionSpeaker
from icv_v2x.nodes.cycle_timer import STEP_BACK
from icv_v2x.nodes.managed_node import ManagedNode
from icv_v2x.nodes.own_identity import OwnIdentity
from icv_v2x.nodes.pipeline_inputs import (
    listen_to_detections,
    listen_to_ego,
    listen_to_platoon_requests,
)
from icv_v2x.nodes.platoon_speaker import PlatoonPlanSpeaker
from icv_v2x.nodes.run import run
from icv_v2x.nodes.states import platoon_status, trust_status
from icv_v2x.pipeline import PlatoonStage, RoadServices, RoadSide
from icv_v2x.pipeline.failures import FailureWatch
from icv_v2x.roads import road_model
from icv_v2x.signals import no_signals
from icv_v2x.translate.road_events import no_road_events
from icv_v2x.world.ego_estimator import EgoEstimator
from icv_v2x.world.track_store import TrackStore

if TYPE_CHECKING:
    from icv_v2x.advisory.mode import Condition
    from icv_v2x.advisory.types import Advisory
    from icv_v2x.nodes.health import Status
    from icv_v2x.parameters import NodeParameters, Parameters
    from icv_v2x.roads import RoadModel
    from icv_v2x.signals import Signals
    from icv_v2x.translate.platoon_statements import PlatoonStatement
    from icv_v2x.translate.reports import ObjectReports
    from icv_v2x.translate.road_events import RoadEvents

NAME = 'road_services'

# Signals are known for their own instant only; one cycle may be lost [ns].
_SIGNALS_LATE = 100_000_000
# What is said of platoons likewise: it comes with every cycle while anything is said [ns].
_PLATOONS_LATE = 200_000_000
# What the road side told is not used beyond this: the translator speaks every half second at
# least [ns].
_SILENT = 1_000_000_000


class _Detections:
    """The own detections, for platooning."""

    def __init__(self, store: TrackStore) -> None:
        self._store = store

    def receive(self, item: ObjectReports) -> None:
        """Take detections in."""
        self._store.update(item, None)

    def lose(self, frames: int, reason: str) -> None:
        """Count nothing: detections are no frames."""


class RoadServicesNode(ManagedNode):
    """Answers every message of objects with candidates for the same instant."""

    def __init__(self) -> None:
        """Declare the parameters."""
        self._stage: RoadServices | None = None
        self._platooning: PlatoonStage | None = None
        self._platoons: tuple[int, tuple[PlatoonStatement, ...]] = (0, ())
        self._sequence = 0
        self._stamp = 0
        self._versions = 0
        self._roads: RoadModel | None = None
        self._events: tuple[int, RoadEvents] = (0, no_road_events())
        self._signals: Signals = no_signals(0)
        super().__init__(NAME)

    def build(self) -> None:
        """Make the stage and everything around it."""
        self._stage = RoadServices(self.parameters)
        self._platooning = PlatoonStage(self.parameters)
        self._detections = TrackStore(self.parameters)
        self._ego = EgoEstimator(self.parameters)
        self._bounds = ConditionSpeaker(self)
        self._failures = FailureWatch()
        self._say = self.speak('~/candidates', 'icv_v2x_msgs/msg/AdvisoryArray', qos.output())
        listen_to_ego(self, self._ego.update)
        self.listen(
            'v2x/road_events', 'icv_v2x_msgs/msg/RoadEventArray', qos.stage_input(),
            self._hear_events, required=True, silent_after=1.0)
        self.listen(
            'v2x/signals', 'icv_v2x_msgs/msg/SignalArray', qos.stage_input(),
            self._hear_signals, required=True, silent_after=1.0)
        self.listen(
            'v2x/lanes', 'icv_v2x_msgs/msg/LaneArray', qos.standing_output(), self._hear_lanes,
            required=False, silent_after=3600.0)
        self.listen(
            'v2x/platoons', 'icv_v2x_msgs/msg/PlatoonArray', qos.stage_input(),
            self._hear_platoons, required=False, silent_after=3600.0)
        self._plans = PlatoonPlanSpeaker(self)
        listen_to_platoon_requests(self, self._platooning.request)
        listen_to_detections(self, _Detections(self._detections))
        self._identity = OwnIdentity(self, self._platooning.configure)
        self._objects = self.listen(
            'v2x/objects', 'icv_v2x_msgs/msg/ObjectArray', qos.stage_input(),
            self.timed(self._assess), required=True, silent_after=0.5)
        self._forget_road_side()

    def start(self) -> None:
        """Begin without anything in force; the road stays known, as it is told once only."""
        roads = self._roads
        self.forget()
        self._roads = roads

    def stop(self) -> None:
        """Withdraw all candidates."""
        stamp = max(self.get_clock().now().nanoseconds, self._stamp)
        self._plans.show(None, stamp)
        self._publish(stamp, Mode.READY, 'deactivated', ())

    def forget(self) -> None:
        """Drop what belongs to an epoch of time that has ended."""
        if self._stage is not None:
            assert self._platooning is not None
            self._stage.clear()
            self._platooning.clear()
            self._detections.clear()
            self._ego.clear()
            self._forget_road_side()
        self._stamp = 0

    def reconfigure(self, parameters: Parameters, of_nodes: NodeParameters) -> None:
        """Hand changed parameters to the stage."""
        del of_nodes
        if self._stage is not None and self._platooning is not None:
            self._stage.configure(parameters)
            self._platooning.configure(self._identity.applied(parameters))
            self._detections.configure(parameters)

    def state(self) -> Condition:
        """Return what the last instant says against advisories."""
        return self._bounds.state

    def statuses(self) -> list[Status]:
        """Return what senders must show."""
        statuses = [trust_status(self.parameters)]
        if self._platooning is not None:
            statuses.append(platoon_status(self._platooning))
        return statuses

    def _forget_road_side(self) -> None:
        self._events = (0, no_road_events())
        self._signals = no_signals(0)
        self._platoons = (0, ())
        self._roads = None

    def _hear_events(self, message: Any) -> None:
        self._events = (from_message.nanoseconds(message.header.stamp), road_events(message))

    def _hear_signals(self, message: Any) -> None:
        self._signals = signals(message)

    def _hear_platoons(self, message: Any) -> None:
        self._platoons = (
            from_message.nanoseconds(message.header.stamp), platoon_statements(message))

    def _hear_lanes(self, message: Any) -> None:
        self._versions += 1
        self._roads = road_model(road_maps(message).maps, self._versions)

    def _assess(self, message: Any) -> None:
        assert self._stage is not None
        assert self._platooning is not None
        tracks = from_message.tracks(message)
        if tracks.stamp < self._stamp - STEP_BACK:
            self._stage.clear()
            self._platooning.clear()
            self._detections.clear()
        elif tracks.stamp <= self._stamp:
            self._objects.reject('late', f'stamp {tracks.stamp} ns after {self._stamp} ns')
            return
        ego = self._ego.state(tracks.stamp)
        limits = self.parameters.ego
        mode, reason, _ = mode_of(
            None if ego is None else ego.age,
            age_limited=limits.age_limited, age_maximum=limits.age_maximum)
        told, events = self._events
        if abs(tracks.stamp - told) > _SILENT:
            events = no_road_events()
        shown = self._signals
        if abs(tracks.stamp - shown.stamp) > _SIGNALS_LATE:
            shown = no_signals(tracks.stamp)
        side = RoadSide(events, self._roads, shown)
        said, statements = self._platoons
        plan, platooning = self._platooning.assess(
            tracks, ego, self._detections.snapshot(tracks.stamp),
            statements if abs(tracks.stamp - said) <= _PLATOONS_LATE else ())
        self._plans.show(plan, tracks.stamp)
        candidates = [*self._stage.assess(tracks, ego, side), *platooning]
        self._bounds.show([
            *self._failures.conditions(
                tracks.stamp, {**self._stage.failures, **self._platooning.failures}),
            *self._stage.conditions()], tracks.stamp)
        self._publish(tracks.stamp, mode, reason, candidates)

    def _publish(
        self, stamp: int, mode: Mode, reason: str, candidates: list[Advisory] | tuple[()],
    ) -> None:
        self._sequence += 1
        self._stamp = stamp
        self._say(self.encoder.advisory_array(stamp, self._sequence, mode, reason, candidates))


def main() -> None:
    """Run the node."""
    sys.exit(run(NAME, RoadServicesNode))


if __name__ == '__main__':
    main()
