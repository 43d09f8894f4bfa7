# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A process that warns, and hears what Autoware would hear, by its types and qualities."""

from __future__ import annotations

import array
import json
import sys
import time
from typing import Any

import numpy as np
import rclpy
from autoware_internal_planning_msgs.msg import (
    PlanningFactorArray,
    VelocityLimit,
    VelocityLimitClearCommand,
)
from autoware_map_msgs.msg import MapProjectorInfo
from autoware_perception_msgs.msg import DetectedObjects, TrafficLightGroupArray
from autoware_vehicle_msgs.msg import GearReport, TurnIndicatorsReport
from nav_msgs.msg import Odometry as OdometryMessage
from rclpy.qos import DurabilityPolicy, QoSProfile

from icv_v2x.advisory.types import Action, Advisory, Application, Level, Mode
from icv_v2x.inputs import Odometry
from icv_v2x.nodes import qos
from icv_v2x.nodes.message_classes import encoder
from icv_v2x.pipeline import Pipeline
from icv_v2x.scenes import Scene, run
from icv_v2x_msgs.msg import AdvisoryArray, ObjectArray, SignalArray, VehicleStatus

STANDING = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
PLAIN = QoSProfile(depth=1)
PERIOD = 0.05


def signals(now: int) -> SignalArray:
    """Returns phase 3 of node 7:1234, verified and red."""
    message = SignalArray()
    message.header.frame_id = 'map'
    message.header.stamp.sec, message.header.stamp.nanosec = divmod(now, 10**9)
    for name, code, value in (
        ('region', 'i', 7), ('intersection_id', 'i', 1234), ('phase_id', 'B', 3),
        ('light', 'B', 3), ('time_to_end_min', 'd', 5.0), ('time_to_end_likely', 'd', 5.0),
        ('time_to_end_max', 'd', 5.0), ('next_light', 'B', 6), ('next_duration', 'd', 20.0),
        ('confidence', 'd', 0.9), ('status', 'H', 0), ('age', 'd', 0.1), ('verification', 'B', 1),
        ('signer', 'Q', 1),
    ):
        setattr(message, name, array.array(code, [value]))
    return message


def main() -> None:
    """Warns for a while, falls silent, and writes down what is heard, a JSON object a line."""
    rclpy.init()
    node = rclpy.create_node('autoware_stand_in')
    make = encoder()

    def write(kind: str, **values: Any) -> None:
        sys.stdout.write(json.dumps({'kind': kind, 'time': time.monotonic(), **values}) + '\n')
        sys.stdout.flush()

    root = '/planning/scenario_planning'
    node.create_subscription(
        VelocityLimit, f'{root}/max_velocity_candidates', lambda m: write(
            'limit', speed=m.max_velocity, sender=m.sender, constraints=m.use_constraints,
            braking=m.constraints.min_acceleration), STANDING)
    node.create_subscription(
        VelocityLimitClearCommand, f'{root}/clear_velocity_limit',
        lambda m: write('clear', command=m.command, sender=m.sender), STANDING)
    node.create_subscription(
        TrafficLightGroupArray,
        '/perception/traffic_light_recognition/external/traffic_signals',
        lambda m: write('signals', groups=[
            (g.traffic_light_group_id, g.elements[0].color) for g in m.traffic_light_groups]),
        PLAIN)
    node.create_subscription(
        DetectedObjects, '/perception/object_recognition/detection/v2x/objects',
        lambda m: write('objects', frame=m.header.frame_id, x=[
            o.kinematics.pose_with_covariance.pose.position.x for o in m.objects]), PLAIN)
    node.create_subscription(
        PlanningFactorArray, '/planning/planning_factors/icv_v2x',
        lambda m: write('factors', details=[f.detail for f in m.factors]), PLAIN)
    node.create_subscription(
        VehicleStatus, '/vehicle/status',
        lambda m: write('status', indicator=m.indicator, gear=m.gear), PLAIN)
    speak = {
        name: node.create_publisher(kind, name, quality) for name, kind, quality in (
            ('/v2x/advisories', AdvisoryArray, qos.output()),
            ('/v2x/objects', ObjectArray, qos.output()),
            ('/v2x/signals', SignalArray, qos.output()),
            ('/localization/kinematic_state', OdometryMessage, PLAIN),
            ('/vehicle/status/turn_indicators_status', TurnIndicatorsReport, PLAIN),
            ('/vehicle/status/gear_status', GearReport, PLAIN),
            ('/map/map_projector_info', MapProjectorInfo, STANDING))}
    speak['/map/map_projector_info'].publish(
        MapProjectorInfo(projector_type='MGRS', mgrs_grid='50SMK'))
    scene = Scene(0.5)
    scene.ego(10.0)
    scene.car('leader', ahead=40.0, speed=5.0)
    tracks = run(scene, Pipeline(scene.parameters()), rate=20.0)[-1].cycle.tracks
    warnings = int(sys.argv[1])
    for sequence in range(1, 2 * warnings):
        now = time.time_ns()
        said = [Advisory(
            application=Application.FCW, level=Level.WARNING, action=Action.SLOW_DOWN,
            subject_ids=('01',), reason='leader brakes', gap=20.0, closing_speed=5.0,
            distance=20.0, conflict_x=20.0, conflict_y=0.0, required_deceleration=2.5,
            verified=True, id=1, valid_until=now + 250_000_000)] if sequence > 5 else []
        if sequence < warnings:
            speak['/v2x/advisories'].publish(
                make.advisory_array(now, sequence, Mode.ACTIVE, '', said))
        elif sequence == warnings:
            write('silent')
        objects = make.object_array(tracks)
        objects.header.stamp.sec, objects.header.stamp.nanosec = divmod(now, 10**9)
        objects.verification = array.array('B', np.ones(len(tracks), np.uint8).tobytes())
        speak['/v2x/objects'].publish(objects)
        speak['/v2x/signals'].publish(signals(now))
        speak['/localization/kinematic_state'].publish(make.odometry(Odometry(
            stamp=now, frame_id='map', x=0.0, y=0.0, z=0.0, yaw=0.0, velocity_x=10.0,
            velocity_y=0.0, yaw_rate=0.0)))
        stamp = objects.header.stamp
        speak['/vehicle/status/turn_indicators_status'].publish(
            TurnIndicatorsReport(stamp=stamp, report=2))
        speak['/vehicle/status/gear_status'].publish(GearReport(stamp=stamp, report=2))
        end = time.monotonic() + PERIOD
        while time.monotonic() < end:
            rclpy.spin_once(node, timeout_sec=0.01)
    write('end')
    while True:
        rclpy.spin_once(node, timeout_sec=0.1)


if __name__ == '__main__':
    main()
