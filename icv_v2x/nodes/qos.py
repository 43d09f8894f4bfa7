# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Quality of service of the topics, as the interface contract states it."""

from __future__ import annotations

from rclpy.qos import QoSDurabilityPolicy, QoSHistoryPolicy, QoSProfile, QoSReliabilityPolicy


def radio_input() -> QoSProfile:
    """Return what matches any driver: best effort, keep last 50."""
    return _volatile(QoSReliabilityPolicy.BEST_EFFORT, 50)


def vehicle_input() -> QoSProfile:
    """Return what matches any publisher of the vehicle: best effort, keep last 10."""
    return _volatile(QoSReliabilityPolicy.BEST_EFFORT, 10)


def stage_input() -> QoSProfile:
    """Return the input of a stage from the stage before: only the newest counts."""
    return _volatile(QoSReliabilityPolicy.RELIABLE, 1)


def output() -> QoSProfile:
    """Return what the planning stack gets: reliable, volatile, keep last 1."""
    return _volatile(QoSReliabilityPolicy.RELIABLE, 1)


def heartbeat() -> QoSProfile:
    """Return what every node says that it lives with: reliable, keep last 10."""
    return _volatile(QoSReliabilityPolicy.RELIABLE, 10)


def radio_output() -> QoSProfile:
    """Return what a driver publishes frames with: reliable, so that recorders match, depth 50."""
    return _volatile(QoSReliabilityPolicy.RELIABLE, 50)


def standing_output() -> QoSProfile:
    """Return what a late subscriber still gets: reliable, transient local, keep last 1."""
    return QoSProfile(
        reliability=QoSReliabilityPolicy.RELIABLE,
        durability=QoSDurabilityPolicy.TRANSIENT_LOCAL,
        history=QoSHistoryPolicy.KEEP_LAST, depth=1)


def newest_input() -> QoSProfile:
    """Return the input of who only shows: best effort, so that it never slows anybody."""
    return _volatile(QoSReliabilityPolicy.BEST_EFFORT, 1)


def markers() -> QoSProfile:
    """Return what viewers get: reliable, as a part that is lost would be missed for long.

    It is volatile, since a message holds changes alone; a viewer that comes is sent all anew.
    """
    return _volatile(QoSReliabilityPolicy.RELIABLE, 10)


def conditions() -> QoSProfile:
    """Return what several nodes say on one topic, each its own: reliable, keep last 10."""
    return _volatile(QoSReliabilityPolicy.RELIABLE, 10)


def _volatile(reliability: QoSReliabilityPolicy, depth: int) -> QoSProfile:
    return QoSProfile(
        reliability=reliability, durability=QoSDurabilityPolicy.VOLATILE,
        history=QoSHistoryPolicy.KEEP_LAST, depth=depth)
