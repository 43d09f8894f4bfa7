# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A process that publishes a scripted drive as a vehicle would, minute after minute."""

from __future__ import annotations

import argparse
import time
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import rclpy

from icv_v2x.faults import Mutate, degrade
from icv_v2x.inputs import FrameBatch, Odometry
from icv_v2x.interchange.topics import OBU_FRAMES, ODOMETRY, OWN_DETECTIONS, READ_TOPICS
from icv_v2x.nodes import qos
from icv_v2x.nodes.message_classes import encoder, message_class
from icv_v2x.scenes import Scene, inputs
from icv_v2x.tools.fault_bench.drives import junction_scene
from icv_v2x.translate.reports import ObjectReports

if TYPE_CHECKING:
    from collections.abc import Sequence

_MINUTE = 60_000_000_000
_REPEAT = 10_000_000_000
_INSTANTS = ('stamp', 'reception_time', 'generation_time', 'time')


def standing(senders: int, start: int) -> Scene:
    """Return a minute among vehicles that stand beside the road."""
    scene = Scene(duration=59.98, start=start)
    scene.ego(0.0)
    for number in range(senders):
        scene.car(
            f'car{number}', speed=0.0, x=-200.0 + 9.0 * (number // 2),
            y=12.0 if number % 2 else -12.0)
    return scene


def minute(kind: str, senders: int, bad: float, start: int) -> list[tuple[int, Any]]:
    """Return the timed inputs of one minute that begins at an instant [ns]."""
    if kind == 'threat':
        timed: list[tuple[int, Any]] = []
        for begin in range(start, start + _MINUTE, _REPEAT):
            timed += inputs(junction_scene().placed(start=begin))
    else:
        timed = list(inputs(standing(senders, start)))
    return list(degrade(timed, [Mutate(bad)] if bad else []))


def later(record: Any, shift: int) -> Any:
    """Return a record with all its instants moved [ns]."""
    changes: dict[str, Any] = {}
    for name in _INSTANTS:
        if name in {field.name for field in fields(record)}:
            value = getattr(record, name)
            changes[name] = (
                np.where(value > 0, value + shift, 0) if isinstance(value, np.ndarray)
                else value + shift)
    return replace(record, **changes)


def main(arguments: Sequence[str] | None = None) -> None:
    """Publish until the end comes from outside."""
    parser = argparse.ArgumentParser()
    parser.add_argument('kind', choices=('threat', 'standing'))
    parser.add_argument('--senders', type=int, default=10)
    parser.add_argument('--bad', type=float, default=0.0)
    options = parser.parse_args(arguments)
    start = time.time_ns() // _MINUTE * _MINUTE
    timed = minute(options.kind, options.senders, options.bad, start)
    rclpy.init(args=[])
    node = rclpy.create_node('fault_feeder')
    made = encoder()
    publishers = {
        topic: node.create_publisher(message_class(READ_TOPICS[topic]), topic, qos.radio_output())
        for topic in (OBU_FRAMES, ODOMETRY, OWN_DETECTIONS)}
    shift = 0
    while rclpy.ok():
        for log_time, record in timed:
            wait = log_time + shift - time.time_ns()
            if wait < -_REPEAT // 100:
                continue
            if wait > 0:
                time.sleep(wait * 1e-9)
            moved = later(record, shift)
            if isinstance(record, FrameBatch):
                publishers[OBU_FRAMES].publish(made.obu_frames(moved))
            elif isinstance(record, Odometry):
                publishers[ODOMETRY].publish(made.odometry(moved))
            elif isinstance(record, ObjectReports) and len(record):
                publishers[OWN_DETECTIONS].publish(
                    made.object_array(moved, int(moved.time[0])))
        shift += _MINUTE


if __name__ == '__main__':
    main()
