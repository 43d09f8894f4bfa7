# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The road services as a process: objects and what the road side tells in, candidates out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from icv_v2x.interchange import from_message
from icv_v2x.interchange.lane_message import road_maps
from icv_v2x.interchange.platoon_message import platoon_statements
from icv_v2x.interchange.road_event_message import road_events
from icv_v2x.interchange.signal_message import signals
from icv_v2x.nodes import qos
from icv_v2x.nodes.object_stage import ObjectStageNode
from icv_v2x.nodes.own_identity import OwnIdentity
from icv_v2x.nodes.pipeline_inputs import (
    listen_to_detections,
    listen_to_platoon_requests,
)
from icv_v2x.nodes.platoon_speaker import PlatoonPlanSpeaker
from icv_v2x.nodes.run import run
from icv_v2x.nodes.states import platoon_status
from icv_v2x.pipeline import PlatoonStage, RoadServices, RoadSide
from icv_v2x.roads import road_model
from icv_v2x.signals import no_signals
from icv_v2x.translate.road_events import no_road_events
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
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

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


class RoadServicesNode(ObjectStageNode):
    """Answers every message of objects with candidates for the same instant."""

    stage: RoadServices | None

    def __init__(self) -> None:
        """Declare the parameters."""
        self._platooning: PlatoonStage | None = None
        self._events: tuple[int, RoadEvents] = (0, no_road_events())
        self._signals: Signals = no_signals(0)
        self._platoons: tuple[int, tuple[PlatoonStatement, ...]] = (0, ())
        self._roads: RoadModel | None = None
        self._versions = 0
        super().__init__(NAME)

    def build_stage(self) -> None:
        """Make the stages, and what tells of the road side and of platoons."""
        self.stage = RoadServices(self.parameters)
        self._platooning = PlatoonStage(self.parameters)
        self._detections = TrackStore(self.parameters)
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
        self._forget_road_side()

    def start(self) -> None:
        """Begin without anything in force; the road stays known, as it is told once only."""
        roads = self._roads
        super().start()
        self._roads = roads

    def stop(self) -> None:
        """Withdraw plan and candidates."""
        self._plans.show(None, self.latest)
        super().stop()

    def forget(self) -> None:
        """Drop what belongs to an epoch of time that has ended."""
        super().forget()
        self._forget_road_side()

    def rewind(self) -> None:
        """Drop what is known of the objects, whose time ran back."""
        super().rewind()
        if self._platooning is not None:
            self._platooning.clear()
            self._detections.clear()

    def reconfigure(self, parameters: Parameters, of_nodes: NodeParameters) -> None:
        """Hand changed parameters to the stages."""
        del of_nodes
        if self.stage is not None and self._platooning is not None:
            self.stage.configure(parameters)
            self._platooning.configure(self._identity.applied(parameters))
            self._detections.configure(parameters)

    def statuses(self) -> list[Status]:
        """Return what senders must show, and what platooning does."""
        statuses = super().statuses()
        if self._platooning is not None:
            statuses.append(platoon_status(self._platooning))
        return statuses

    def failures(self) -> dict[str, int]:
        """Return the defects of each application so far, by its name."""
        assert self._platooning is not None
        return {**super().failures(), **self._platooning.failures}

    def conditions(self) -> list[Condition]:
        """Return what the road side says against advice."""
        assert self.stage is not None
        return list(self.stage.conditions())

    def judge(self, tracks: Tracks, ego: EgoState | None) -> list[Advisory]:
        """Return the candidates of an instant, having shown the plan for the platoon.

        Args:
            tracks: The objects.
            ego: The ego at their instant, None: not known.
        """
        assert self.stage is not None
        assert self._platooning is not None
        said, statements = self._platoons
        plan, platooning = self._platooning.assess(
            tracks, ego, self._detections.snapshot(tracks.stamp),
            statements if abs(tracks.stamp - said) <= _PLATOONS_LATE else ())
        self._plans.show(plan, tracks.stamp)
        return [*self.stage.assess(tracks, ego, self._side(tracks.stamp)), *platooning]

    def _side(self, stamp: int) -> RoadSide:
        """Return what the road side tells, of what is not too old for an instant [ns]."""
        told, events = self._events
        if abs(stamp - told) > _SILENT:
            events = no_road_events()
        shown = self._signals
        if abs(stamp - shown.stamp) > _SIGNALS_LATE:
            shown = no_signals(stamp)
        return RoadSide(events, self._roads, shown)

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


def main() -> None:
    """Run the node."""
    sys.exit(run(NAME, RoadServicesNode))


if __name__ == '__main__':
    main()
