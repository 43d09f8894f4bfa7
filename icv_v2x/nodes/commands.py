# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Entry points of the nodes: a signal that comes while modules load waits until they are.

`python3 -m icv_v2x.nodes.commands NAME` does what the executable of that name does.
"""

from __future__ import annotations

import importlib
import signal
import sys


def v2x_stack() -> None:
    """Run everything in one process."""
    _start('v2x_stack')


def v2x_translator() -> None:
    """Run the first stage."""
    _start('v2x_translator')


def collision_warning() -> None:
    """Run the collision applications."""
    _start('collision_warning')


def advisory_arbiter() -> None:
    """Run the arbiter."""
    _start('advisory_arbiter')


def event_recorder() -> None:
    """Run what keeps events."""
    _start('event_recorder')


def road_services() -> None:
    """Run the services that road-side units give."""
    _start('road_services')


def merge_planner() -> None:
    """Run the merge planner."""
    _start('merge_planner')


def obu_udp_driver() -> None:
    """Run the driver for units that send datagrams."""
    _start('obu_udp_driver')


def ego_source() -> None:
    """Run what makes the pose where localisation publishes none."""
    _start('ego_source')


def etsi_adapter() -> None:
    """Run the adapter of European messages."""
    _start('etsi_adapter')


def autoware_adapter() -> None:
    """Run the adapter of Autoware."""
    _start('autoware_adapter')


def v2x_transmitter() -> None:
    """Run what the vehicle sends with."""
    _start('v2x_transmitter')


def v2x_markers() -> None:
    """Run what draws for viewers."""
    _start('v2x_markers')


def _start(name: str) -> None:
    # Loading takes a second or two. The mask outlives the new interpreter that importing rclpy
    # may start; `run` takes it off once it can end the node in an orderly way.
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    importlib.import_module('icv_v2x.nodes.run').appear(name)
    importlib.import_module(f'icv_v2x.nodes.{name}').main()


if __name__ == '__main__':
    # The first of the arguments is for this module alone.
    _start(sys.argv.pop(1))
