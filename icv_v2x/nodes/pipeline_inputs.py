# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Subscriptions to the topics that feed a stage of the pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from icv_v2x.inputs import BatchError
from icv_v2x.interchange import from_message
from icv_v2x.interchange.lane_message import road_maps
from icv_v2x.interchange.merge_message import merge_request
from icv_v2x.interchange.platoon_message import platoon_request
from icv_v2x.interchange.road_event_message import road_events
from icv_v2x.interchange.signal_message import signal_reports
from icv_v2x.interchange.topics import (
    MERGE_REQUEST,
    OBU_FRAMES,
    OBU_LANES,
    OBU_OBJECTS,
    OBU_ROAD_EVENTS,
    OBU_SIGNALS,
    OBU_STATUS,
    ODOMETRY,
    OWN_DETECTIONS,
    PLANNED_PATH,
    PLATOON_REQUEST,
    READ_TOPICS,
    VEHICLE_STATUS,
)
from icv_v2x.nodes import qos
from icv_v2x.nodes.driver_watch import DriverWatch

if TYPE_CHECKING:
    from collections.abc import Callable

    from icv_v2x.inputs import (
        MergeRequest,
        Odometry,
        PlannedPath,
        PlatoonRequest,
        VehicleStatus,
    )
    from icv_v2x.nodes.health import InputHealth
    from icv_v2x.nodes.managed_node import ManagedNode

# Odometry comes at 10 Hz at least; without it nothing is said after half a second.
_EGO_SILENT = 0.5


class Receiver(Protocol):
    """What takes radio frames: the pipeline or its first stage."""

    def receive(self, item: Any) -> object:
        """Take a record in."""

    def lose(self, frames: int, reason: str) -> None:
        """Count frames that could not be read."""


def relative(topic: str) -> str:
    """Return a topic's name relative to the namespace of the node."""
    return topic.lstrip('/')


def listen_to_ego(
    node: ManagedNode, take: Callable[[Odometry | VehicleStatus | PlannedPath], object], *,
    pose_only: bool = False,
) -> None:
    """Subscribe to the state of the own vehicle.

    Args:
        node: Which node.
        take: Takes a record; what it returns is the reason of a refusal, or None.
        pose_only: Leave out status and path.
    """
    decoders: dict[str, Callable[[Any], Any]] = {
        ODOMETRY: from_message.odometry,
        VEHICLE_STATUS: from_message.vehicle_status,
        PLANNED_PATH: from_message.planned_path,
    }
    for topic, decode in decoders.items():
        if not pose_only or topic == ODOMETRY:
            _listen(node, topic, decode, take)


def listen_to_radio(node: ManagedNode, receiver: Receiver) -> InputHealth:
    """Subscribe to the radio frames.

    Args:
        node: Which node.
        receiver: Takes the frames.

    Returns:
        Counts of the messages; those of the frames are the receiver's.
    """

    def take(message: Any) -> None:
        try:
            batch = from_message.frame_batch(message)
        except BatchError as error:
            receiver.lose(error.frames, 'inconsistent_batch')
            raise
        receiver.receive(batch)

    return node.listen(
        relative(OBU_FRAMES), READ_TOPICS[OBU_FRAMES], qos.radio_input(), take, required=True)


def listen_to_detections(node: ManagedNode, receiver: Receiver) -> None:
    """Subscribe to the vehicle's own detections."""

    def take(message: Any) -> None:
        now = node.get_clock().now().nanoseconds
        receiver.receive(from_message.object_reports(message, now))

    node.listen(
        relative(OWN_DETECTIONS), READ_TOPICS[OWN_DETECTIONS], qos.vehicle_input(), take)


def listen_to_decoded_objects(node: ManagedNode, receiver: Receiver) -> InputHealth:
    """Subscribe to objects that the unit has decoded itself."""

    def take(message: Any) -> None:
        now = node.get_clock().now().nanoseconds
        try:
            decoded = from_message.decoded_reports(message, now)
        except BatchError as error:
            receiver.lose(error.frames, 'inconsistent_batch')
            raise
        receiver.receive(decoded)

    return node.listen(
        relative(OBU_OBJECTS), READ_TOPICS[OBU_OBJECTS], qos.radio_input(), take)


def listen_to_unit(node: ManagedNode, receiver: Receiver) -> DriverWatch:
    """Subscribe to all that comes from the on-board unit, and watch whether it has a driver.

    These are the radio frames, objects, lanes, road events and signals that it has decoded itself,
    and its own health.
    """
    inputs = [listen_to_radio(node, receiver), listen_to_decoded_objects(node, receiver)]
    inputs += [
        _listen(node, topic, decode, receiver.receive)
        for topic, decode in (
            (OBU_LANES, road_maps), (OBU_ROAD_EVENTS, road_events), (OBU_SIGNALS, signal_reports))]
    # Who tells of the health of the unit alone drives no radio.
    _listen(node, OBU_STATUS, from_message.obu_status, receiver.receive)
    return DriverWatch(inputs, node.count_publishers)


def listen_to_merge_requests(
    node: ManagedNode, take: Callable[[MergeRequest], str | None],
) -> None:
    """Subscribe to what the planning stack asks of the merge planner."""
    _listen(node, MERGE_REQUEST, merge_request, take)


def listen_to_platoon_requests(
    node: ManagedNode, take: Callable[[PlatoonRequest], str | None],
) -> None:
    """Subscribe to what the planning stack asks of platooning."""
    _listen(node, PLATOON_REQUEST, platoon_request, take)


def _listen(
    node: ManagedNode, topic: str, decode: Callable[[Any], Any], take: Callable[[Any], object],
) -> InputHealth:
    def receive(message: Any) -> None:
        reason = take(decode(message))
        if reason is not None:
            health.reject(str(getattr(reason, 'value', reason)))

    required = topic == ODOMETRY
    health = node.listen(
        relative(topic), READ_TOPICS[topic], qos.vehicle_input(), receive, required=required,
        silent_after=_EGO_SILENT if required else 1.0)
    return health
