# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Draws what the package sees and says for RViz and Foxglove, only while somebody looks."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import numpy as np
from rclpy.clock import Clock, ClockType

from icv_v2x.advisory.types import Mode
from icv_v2x.drawing import Board, Picture, shapes_of
from icv_v2x.inputs import BatchError
from icv_v2x.interchange import from_message
from icv_v2x.interchange.from_message import ConversionError
from icv_v2x.interchange.lane_message import road_maps
from icv_v2x.interchange.merge_message import merge_plan, merge_request
from icv_v2x.interchange.road_event_message import road_events
from icv_v2x.interchange.signal_message import signals
from icv_v2x.nodes import qos
from icv_v2x.nodes.health import Severity, Status
from icv_v2x.nodes.managed_node import ManagedNode
from icv_v2x.nodes.marker_messages import marker_array, removal_of_all
from icv_v2x.nodes.pipeline_inputs import listen_to_ego
from icv_v2x.nodes.run import run
from icv_v2x.nodes.shadow import topic_of
from icv_v2x.roads import road_model
from icv_v2x.world.ego_estimator import EgoEstimator

if TYPE_CHECKING:
    from collections.abc import Callable

    from rclpy.timer import Timer

    from icv_v2x.roads import RoadModel

NAME = 'v2x_markers'
TOPIC = 'v2x/markers'

PERIOD = 0.2
"""Markers come no more often than this [s]."""

# What was heard counts for so long [ns]; roads stay, as they are told once only.
_FRESH = 1_500_000_000
_MESSAGES = 'icv_v2x_msgs/msg'


class V2xMarkers(ManagedNode):
    """Looks five times a second whether anybody subscribes; listens and draws only then."""

    def __init__(self) -> None:
        """Declare the parameters."""
        self._board = Board()
        self._audience = 0
        self._drawn = 0
        self._look: Timer | None = None
        super().__init__(NAME)

    def build(self) -> None:
        """Make the publisher; what is drawn is listened to once somebody looks."""
        self._say = self.speak(TOPIC, 'visualization_msgs/msg/MarkerArray', qos.markers())
        self._ego = EgoEstimator(self.parameters)
        self._advisories, self._plan, self._parking = (
            topic_of(self, name) for name in ('advisories', 'merge_plan', 'parking_path'))
        self._forget_all()

    def start(self) -> None:
        """Begin to look for viewers."""
        self._look = self.create_timer(
            PERIOD, self.guarded(self._on_look), clock=Clock(clock_type=ClockType.STEADY_TIME))

    def stop(self) -> None:
        """Take every marker away."""
        if self._look is not None:
            self.destroy_timer(self._look)
            self._look = None
        if self._audience:
            self._say(removal_of_all(self.get_clock().now().nanoseconds))
        self._stop_listening()

    def forget(self) -> None:
        """Drop what belongs to an epoch of time that has ended."""
        self._forget_all()

    def statuses(self) -> list[Status]:
        """Return how many look, and what they are shown."""
        message = f'drawn for {self._audience}' if self._audience else 'nobody looks'
        return [Status('markers', Severity.OK, message, {
            'viewers': str(self._audience), 'shapes drawn': str(self._drawn),
            'shapes left out': str(self._board.omitted)})]

    def _on_look(self) -> None:
        audience = self.count_subscribers(TOPIC)
        newcomers, self._audience = audience > self._audience, audience
        if not audience:
            self._stop_listening()
            return
        if not self._subscriptions_made:
            self._listen()
        if newcomers:
            self._board.renew()
        self.timed(self._draw)(None)

    def _listen(self) -> None:
        listen_to_ego(self, self._ego.update)
        kept = {
            'v2x/objects': ('ObjectArray', from_message.tracks),
            self._advisories: ('AdvisoryArray', _advisories),
            'v2x/signals': ('SignalArray', signals),
            'v2x/road_events': ('RoadEventArray', road_events),
            self._plan: ('MergePlan', merge_plan),
            'planning/merge_request': ('MergeRequest', merge_request),
        }
        for topic, (kind, decode) in kept.items():
            required = topic in ('v2x/objects', self._advisories)
            self.listen(
                topic, f'{_MESSAGES}/{kind}', qos.newest_input(), self._keeper(topic, decode),
                required=required, silent_after=1.0 if required else 3600.0)
        self.listen(
            self._parking, 'nav_msgs/msg/Path', qos.newest_input(),
            self._keeper(self._parking, _way), silent_after=3600.0)
        self.listen(
            'v2x/lanes', f'{_MESSAGES}/LaneArray', qos.standing_output(), self._hear_lanes,
            silent_after=3600.0)

    def _keeper(self, topic: str, decode: Callable[[Any], Any]) -> Callable[[Any], None]:
        """Return what keeps the newest message; it is read only if it is drawn."""

        def keep(message: Any) -> None:
            self._heard[topic] = (time.monotonic_ns(), decode, message)

        return keep

    def _stop_listening(self) -> None:
        for subscription in self._subscriptions_made:
            self.destroy_subscription(subscription)
        self._subscriptions_made.clear()
        self._inputs.clear()
        self._forget_all()

    def _forget_all(self) -> None:
        self._heard: dict[str, tuple[int, Callable[[Any], Any], Any]] = {}
        self._roads: RoadModel | None = None
        self._versions = 0
        self._drawn = 0
        self._board.clear()
        self._ego.clear()

    def _hear_lanes(self, message: Any) -> None:
        self._versions += 1
        self._roads = road_model(road_maps(message).maps, self._versions)

    def _newest(self, topic: str) -> Any:
        """Return what was heard last, None where that is too long ago."""
        heard = self._heard.get(topic)
        if heard is None:
            return None
        came, decode, message = heard
        if not 0 <= time.monotonic_ns() - came <= _FRESH:
            del self._heard[topic]
            return None
        try:
            return decode(message)
        except (BatchError, ConversionError) as error:
            health = self._inputs.get(self.resolve_topic_name(topic))
            if health is not None:
                health.reject('unreadable_message', str(error))
            return None

    def _draw(self, _: Any) -> None:
        tracks = self._newest('v2x/objects')
        now = self.get_clock().now().nanoseconds
        stamp = now if tracks is None else tracks.stamp
        mode, reason, advisories = self._newest(self._advisories) or (
            Mode.INIT, 'no advisories are heard', ())
        picture = Picture(
            tracks=tracks, ego=self._ego.state(stamp), mode=mode, mode_reason=reason,
            advisories=advisories, roads=self._roads, signals=self._newest('v2x/signals'),
            events=self._newest('v2x/road_events'), plan=self._newest(self._plan),
            request=self._newest('planning/merge_request'),
            way=self._newest(self._parking))
        placed, removed = self._board.update(
            time.monotonic_ns(), shapes_of(picture, self.parameters))
        self._drawn = len(placed)
        if placed or removed:
            self._say(marker_array(stamp, placed, removed))


def _advisories(message: Any) -> tuple[Mode, str, tuple[Any, ...]]:
    _, mode, advisories = from_message.advisory_array(message)
    return mode, str(message.mode_reason), advisories


def _way(message: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    places = [pose.pose.position for pose in message.poses]
    return np.array([[p.x, p.y, p.z] for p in places], np.float64).reshape(-1, 3)


def main() -> None:
    """Run the node."""
    sys.exit(run(NAME, V2xMarkers))


if __name__ == '__main__':
    main()
