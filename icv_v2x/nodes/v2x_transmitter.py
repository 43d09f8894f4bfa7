# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What the vehicle sends: basic safety messages and shared detections onto `/obu/tx`."""

from __future__ import annotations

import math
import random
import sys
from typing import TYPE_CHECKING, Any

from icv_v2x.clock import NANOSECONDS
from icv_v2x.frames import MapFrame
from icv_v2x.inputs import Odometry, PlannedPath, VehicleStatus
from icv_v2x.interchange import from_message
from icv_v2x.interchange.lane_message import road_maps
from icv_v2x.interchange.platoon_message import platoon_plan
from icv_v2x.interchange.topics import OWN_DETECTIONS, READ_TOPICS
from icv_v2x.message_set.errors import MessageError
from icv_v2x.message_set.vehicle_class import ObjectClass, wire_class
from icv_v2x.nodes import qos
from icv_v2x.nodes.health import Severity, Status
from icv_v2x.nodes.managed_node import ManagedNode
from icv_v2x.nodes.message_classes import encoder, message_class
from icv_v2x.nodes.pipeline_inputs import listen_to_ego, relative
from icv_v2x.nodes.run import run
from icv_v2x.roads import road_model
from icv_v2x.roads.ego import EgoRoadTracker
from icv_v2x.transmit.bsm import LIGHT_BAR, SIREN
from icv_v2x.transmit.bsm_sender import BsmSender
from icv_v2x.transmit.outgoing import OutgoingFrame, batch_of, whole_millisecond
from icv_v2x.transmit.own_state import own_state
from icv_v2x.transmit.parking import ParkingSender, ParkingWish, wish_of
from icv_v2x.transmit.platoon_sender import PlatoonSender
from icv_v2x.transmit.priority import PrioritySender, next_signal
from icv_v2x.transmit.sharing import sharing_frame
from icv_v2x.world.ego_estimator import EgoEstimator

if TYPE_CHECKING:
    from icv_v2x.parameters import NodeParameters, Parameters
    from icv_v2x.parameters.transmit_group import Transmit
    from icv_v2x.platooning import PlatoonPlan
    from icv_v2x.roads import RoadModel

NAME = 'v2x_transmitter'
# How often the sender is asked whether a message is due [s]; bounds how late one can be.
_TICK = 0.01
# A channel load older than this is none [ns].
_LOAD_AGE = 2_000_000_000
_TEXT = 'std_msgs/msg/String'
# Who may ask signals for priority, and by which lights it is on duty.
_SPECIAL = ('emergency', 'special')
_BEACON = LIGHT_BAR | SIREN
# An older status tells nothing of the lights [ns].
_STATUS_AGE = 1_000_000_000
# Older advice is none [ns].
_ADVICE_AGE = 1_000_000_000
# An older plan of a platoon is none [ns].
_PLAN_AGE = 500_000_000


class V2xTransmitter(ManagedNode):
    """Asks the sender for what is due and hands it to the driver of the radio unit.

    The temporary id in force is published on `~/temporary_id` (16 hexadecimal digits, transient
    local), for the parameter `vehicle.temporary_id` of whoever drops the own echo, and for the
    unit, which has to change its certificate with it.
    """

    def __init__(self) -> None:
        """Declare the parameters."""
        self._sender: BsmSender | None = None
        self._ticks: Any = None
        self._status: VehicleStatus | None = None
        self._load = (0, math.nan)
        self._wish: tuple[int, ParkingWish | None] = (0, None)
        self._platoon_plan: tuple[int, PlatoonPlan | None] = (0, None)
        self._shared = 0
        self._shared_at: int | None = None
        self._told_id: int | None = None
        self._roads: RoadModel | None = None
        self._versions = 0
        super().__init__(NAME)

    def build(self) -> None:
        """Make the sender and everything around it."""
        _warm_up(self.parameters, self.of_nodes.transmit)
        self._ego = EgoEstimator(self.parameters)
        self._sender = BsmSender(
            self.parameters, self.of_nodes.transmit, random.SystemRandom())
        self._priority = PrioritySender(self.of_nodes.transmit)
        self._parking = ParkingSender(wire_class(
            ObjectClass[self.of_nodes.transmit.object_class.upper()],
            numbering=self.parameters.vehicle_class_numbering))
        self._platoon = PlatoonSender(self.of_nodes.transmit.platooning_rate)
        self._ego_road = EgoRoadTracker()
        origin = self.parameters.map_origin
        self._map = MapFrame(
            origin.latitude, origin.longitude, origin.altitude, self.parameters.map_projection)
        self._send = self.speak('obu/tx', 'icv_v2x_msgs/msg/ObuFrames', qos.radio_output())
        self._tell_id = self.speak(
            '~/temporary_id', _TEXT, qos.standing_output())
        listen_to_ego(self, self._take)
        self.listen(
            relative(OWN_DETECTIONS), READ_TOPICS[OWN_DETECTIONS], qos.vehicle_input(),
            self._share)
        self.listen(
            'v2x/lanes', 'icv_v2x_msgs/msg/LaneArray', qos.standing_output(), self._hear_lanes,
            required=False, silent_after=3600.0)
        self.listen(
            'v2x/advisories', 'icv_v2x_msgs/msg/AdvisoryArray', qos.output(), self._hear_advice,
            required=False)
        self.listen(
            'v2x/platoon_plan', 'icv_v2x_msgs/msg/PlatoonPlan', qos.output(), self._hear_plan,
            required=False, silent_after=3600.0)
        self.listen(
            'obu/channel_busy_ratio', 'std_msgs/msg/Float32', qos.vehicle_input(),
            self._take_load)

    def start(self) -> None:
        """Begin to send."""
        self.forget()
        self._told_id = None
        self._ticks = self.create_timer(_TICK, self.guarded(self._tick))

    def stop(self) -> None:
        """Fall silent."""
        if self._ticks is not None:
            self.destroy_timer(self._ticks)
            self._ticks = None
            # who drops the own echo must not go on with an id that somebody else may get
            self._tell_id(message_class(_TEXT)(data=''))

    def forget(self) -> None:
        """Drop what belongs to an epoch of time that has ended."""
        self._status = None
        self._load = (0, math.nan)
        self._shared_at = None
        if self._sender is not None:
            self._ego.clear()
            self._sender.clear()
            self._priority.clear()
            self._parking.clear()
            self._wish = (0, None)
            self._platoon.clear()
            self._platoon_plan = (0, None)
            self._ego_road.clear()

    def reconfigure(self, parameters: Parameters, of_nodes: NodeParameters) -> None:
        """Hand changed parameters to the sender."""
        del parameters
        if self._sender is not None:
            self._sender.configure(of_nodes.transmit)
            self._priority.configure(of_nodes.transmit)
            self._platoon.configure(of_nodes.transmit.platooning_rate)

    def statuses(self) -> list[Status]:
        """Return what was sent and why nothing is."""
        sender = self._sender
        if sender is None:
            return []
        values = {
            'temporary id': f'{sender.temporary_id:016X}',
            'changes of the temporary id': str(sender.identity.changes),
            'basic safety messages': str(sender.sent),
            'sensor sharing messages': str(self._shared),
            'priority requests': str(self._priority.sent),
            'parking requests': str(self._parking.sent),
            'platooning messages': str(self._platoon.sent),
            'not encoded': str(sender.refused),
        }
        if not self.of_nodes.transmit.enabled:
            return [Status(
                'transmission', Severity.OK, 'nothing is sent: transmit.enabled is false',
                values)]
        if sender.silence:
            return [Status(
                'transmission', Severity.WARN, f'nothing is sent: {sender.silence}', values)]
        return [Status('transmission', Severity.OK, 'sending', values)]

    def _take(self, item: Odometry | VehicleStatus | PlannedPath) -> object:
        refusal = self._ego.update(item)
        if refusal is None and isinstance(item, VehicleStatus):
            self._status = item
        return refusal

    def _take_load(self, message: Any) -> None:
        self._load = (self.get_clock().now().nanoseconds, float(message.data))

    def _tick(self) -> None:
        if not self.active or not self.of_nodes.transmit.enabled:
            return
        assert self._sender is not None
        now = self.get_clock().now().nanoseconds
        heard, load = self._load
        frame = self._sender.step(
            now, self._ego.state, self._status,
            channel_busy_ratio=load if abs(now - heard) <= _LOAD_AGE else math.nan)
        if frame is not None or self._sender.silence == '':
            self._tell_of_platoon(now)
        if frame is not None:
            self._hand_over(frame)
            self._ask_for_priority(now)
            self._ask_for_parking(now)

    def _hear_lanes(self, message: Any) -> None:
        self._versions += 1
        self._roads = road_model(road_maps(message).maps, self._versions)

    def _ask_for_priority(self, now: int) -> None:
        """Ask the next signal for priority, with the basic safety message of the same instant."""
        assert self._sender is not None
        special = self.of_nodes.transmit.object_class in _SPECIAL
        ego = self._ego.state(whole_millisecond(now))
        if not special or ego is None:
            return
        status, road = self._status, None
        if self._roads is not None and len(self._roads):
            lever = self.parameters.vehicle.base_link_to_center
            road = self._ego_road.locate(self._roads, ego, lever)
        lit = status is not None and bool(
            status.lights & _BEACON) and abs(now - status.stamp) <= _STATUS_AGE
        try:
            frame = self._priority.step(
                self._sender.identity, own_state(ego, self._map, self.parameters.datum.vehicle),
                next_signal(road, ego.length), on_duty=lit)
        except MessageError as error:
            self._sender.refused += 1
            self.get_logger().warning(
                f'priority cannot be asked for: {error}', throttle_duration_sec=5.0)
            return
        if frame is not None:
            self._hand_over(frame)

    def _hear_advice(self, message: Any) -> None:
        stamp, _, advisories = from_message.advisory_array(message)
        self._wish = (stamp, wish_of(advisories))

    def _hear_plan(self, message: Any) -> None:
        plan = platoon_plan(message)
        self._platoon_plan = (plan.stamp, plan)

    def _tell_of_platoon(self, now: int) -> None:
        """Tell the part in a platoon, as the plan in force has it."""
        assert self._sender is not None
        stamp, plan = self._platoon_plan
        try:
            frame = self._platoon.step(
                self._sender.identity, whole_millisecond(now),
                plan if abs(now - stamp) <= _PLAN_AGE else None)
        except MessageError as error:
            self._sender.refused += 1
            self.get_logger().warning(
                f'the platoon cannot be told of: {error}', throttle_duration_sec=5.0)
            return
        if frame is not None:
            self._hand_over(frame)

    def _ask_for_parking(self, now: int) -> None:
        """Ask the parking area for what the guidance leads to."""
        assert self._sender is not None
        ego = self._ego.state(whole_millisecond(now))
        heard, wish = self._wish
        if ego is None:
            return
        try:
            frame = self._parking.step(
                self._sender.identity, own_state(ego, self._map, self.parameters.datum.vehicle),
                wish if abs(now - heard) <= _ADVICE_AGE else None)
        except MessageError as error:
            self._sender.refused += 1
            self.get_logger().warning(
                f'parking cannot be asked for: {error}', throttle_duration_sec=5.0)
            return
        if frame is not None:
            self._hand_over(frame)

    def _share(self, message: Any) -> None:
        transmit = self.of_nodes.transmit
        if not transmit.enabled or transmit.sharing_rate <= 0.0:
            return
        assert self._sender is not None
        now = whole_millisecond(self.get_clock().now().nanoseconds)
        # detections that come a little early count as on time
        pause = round(0.9e9 / transmit.sharing_rate)
        if self._shared_at is not None and 0 <= now - self._shared_at < pause:
            return
        ego = self._ego.state(now)
        if ego is None or ego.age > transmit.state_age:
            return
        datum = self.parameters.datum.vehicle
        try:
            frame = sharing_frame(
                self._sender.identity, own_state(ego, self._map, datum),
                from_message.object_reports(message, now), self._map, datum,
                most=transmit.sharing_objects, aid=transmit.sharing_aid)
        except MessageError as error:
            self._sender.refused += 1
            self.get_logger().warning(
                f'detections cannot be shared: {error}', throttle_duration_sec=5.0)
            return
        if frame is not None:
            self._shared_at = now
            self._shared += 1
            self._hand_over(frame)

    def _hand_over(self, frame: OutgoingFrame) -> None:
        assert self._sender is not None
        if self._sender.temporary_id != self._told_id:
            self._told_id = self._sender.temporary_id
            self._tell_id(message_class(_TEXT)(data=f'{self._told_id:016X}'))
        self._send(self.encoder.obu_frames(
            batch_of([frame], self.get_clock().now().nanoseconds)))


def _warm_up(parameters: Parameters, transmit: Transmit) -> None:
    """Send once to nobody: the first message takes a hundred times as long as the others."""
    ego = EgoEstimator(parameters)
    ego.update(Odometry(
        stamp=NANOSECONDS, frame_id='map', x=0.0, y=0.0, z=0.0, yaw=0.0, velocity_x=10.0,
        velocity_y=0.0, yaw_rate=0.0))
    frame = BsmSender(parameters, transmit, random.Random(0)).step(NANOSECONDS, ego.state)
    if frame is not None:
        encoder().obu_frames(batch_of([frame], NANOSECONDS))


def main() -> None:
    """Run the node."""
    sys.exit(run(NAME, V2xTransmitter))


if __name__ == '__main__':
    main()
