# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Publishes the pose of the ego where localisation does not: from a receiver, or the own BSM."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.frames import MapFrame
from icv_v2x.interchange import from_message
from icv_v2x.interchange.from_message import nanoseconds, yaw_of
from icv_v2x.interchange.topics import OBU_FRAMES, ODOMETRY, READ_TOPICS
from icv_v2x.message_set.batch import decode_frames
from icv_v2x.nodes import qos
from icv_v2x.nodes.health import InputHealth, Severity, Status
from icv_v2x.nodes.managed_node import ManagedNode
from icv_v2x.nodes.own_identity import OwnIdentity
from icv_v2x.nodes.pipeline_inputs import relative
from icv_v2x.nodes.run import run
from icv_v2x.translate.csae import reports_from_bsm
from icv_v2x.world.gnss_ego import Fix, FixRefusal, GnssEgo, odometry_of_own
from icv_v2x.world.own_echo import parse_temporary_id

if TYPE_CHECKING:
    from icv_v2x.inputs import Odometry
    from icv_v2x.parameters import NodeParameters, Parameters

NAME = 'ego_source'
FIX = ('gnss/fix', 'sensor_msgs/msg/NavSatFix')
HEADING = ('gnss/heading', 'sensor_msgs/msg/Imu')
VELOCITY = ('gnss/velocity', 'geometry_msgs/msg/TwistStamped')
_NO_FIX = 0
_UNKNOWN_COVARIANCE = 0


class EgoSourceNode(ManagedNode):
    """Answers every fix, or every own message, with a pose for its instant."""

    def __init__(self) -> None:
        """Declare the parameters."""
        self._gnss: GnssEgo | None = None
        self._said = 0
        super().__init__(NAME)

    def build(self) -> None:
        """Make the publisher and what feeds it."""
        self._say = self.speak(relative(ODOMETRY), READ_TOPICS[ODOMETRY], qos.output())
        if self.of_nodes.ego_source.kind == 'own_bsm':
            self._listen_to_own()
            return
        self._gnss = GnssEgo(self.parameters, self.of_nodes.ego_source)
        self._fixes = self.listen(
            *FIX, qos.vehicle_input(), self._hear_fix, required=True, silent_after=0.5)
        self.listen(*HEADING, qos.vehicle_input(), self._hear_heading)
        self.listen(*VELOCITY, qos.vehicle_input(), self._hear_velocity)

    def start(self) -> None:
        """Begin with nothing known."""
        self.forget()

    def forget(self) -> None:
        """Drop what belongs to an epoch of time that has ended."""
        if self._gnss is not None:
            self._gnss.clear()

    def reconfigure(self, parameters: Parameters, of_nodes: NodeParameters) -> None:
        """Take changed settings over."""
        del parameters
        if self._gnss is not None:
            self._gnss.configure(of_nodes.ego_source)

    def statuses(self) -> list[Status]:
        """Return how many poses were said."""
        text = f'{self._said} poses' if self._said else 'no pose yet'
        return [Status(
            'pose', Severity.OK if self._said else Severity.WARN, text,
            {'source': self.of_nodes.ego_source.kind})]

    def _listen_to_own(self) -> None:
        origin = self.parameters.map_origin
        self._map = MapFrame(
            origin.latitude, origin.longitude, origin.altitude, self.parameters.map_projection)
        self._identity = OwnIdentity(self, lambda _: None)
        self._frames: list[InputHealth] = [
            self.listen(topic, READ_TOPICS[OBU_FRAMES], qos.radio_input(), self._hear_frames)
            for topic in (relative(OBU_FRAMES), 'obu/tx')]

    def _hear_frames(self, message: Any) -> None:
        vehicle = self._identity.applied(self.parameters).vehicle
        own = parse_temporary_id(vehicle.temporary_id)
        if own is None:
            raise from_message.ConversionError(
                'vehicle.temporary_id is not set: nobody knows which messages are the own ones')
        batch = from_message.frame_batch(message)
        decoded = decode_frames(batch.payload, batch.length)
        if not len(decoded.bsm.frame):
            return
        # what the own unit sends nobody has verified
        reports, _ = reports_from_bsm(decoded.bsm, batch, self._map, self.parameters)
        for pose in odometry_of_own(reports, own, vehicle.base_link_to_center):
            self._publish(pose)

    def _hear_fix(self, message: Any) -> None:
        assert self._gnss is not None
        known = message.position_covariance_type != _UNKNOWN_COVARIANCE
        found = self._gnss.fix(Fix(
            stamp=nanoseconds(message.header.stamp), latitude=float(message.latitude),
            longitude=float(message.longitude), altitude=float(message.altitude),
            valid=message.status.status >= _NO_FIX,
            variance_east=float(message.position_covariance[0]) if known else math.nan,
            variance_north=float(message.position_covariance[4]) if known else math.nan))
        if isinstance(found, FixRefusal):
            self._fixes.reject(found.value)
        else:
            self._publish(found)

    def _hear_heading(self, message: Any) -> None:
        assert self._gnss is not None
        rate = float(message.angular_velocity.z)
        # REP-145: a covariance of -1 marks what is not measured
        if message.angular_velocity_covariance[0] < 0.0:
            rate = math.nan
        self._gnss.turn(
            nanoseconds(message.header.stamp), yaw_of(message.orientation), rate)

    def _hear_velocity(self, message: Any) -> None:
        assert self._gnss is not None
        linear = message.twist.linear
        self._gnss.move(
            nanoseconds(message.header.stamp), float(linear.x), float(linear.y))

    def _publish(self, pose: Odometry) -> None:
        if not np.isfinite([pose.x, pose.y, pose.yaw, pose.velocity_x]).all():
            return
        self._said += 1
        self._say(self.encoder.odometry(pose))


def main() -> None:
    """Run the node."""
    sys.exit(run(NAME, EgoSourceNode))


if __name__ == '__main__':
    main()
