# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Plays a bag into icv_v2x on simulated time and writes the report page of the same bag."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from launch import LaunchContext, LaunchDescription
from launch.actions import (
    DeclareLaunchArgument,
    ExecuteProcess,
    OpaqueFunction,
    RegisterEventHandler,
    Shutdown,
)
from launch.event_handlers import OnProcessExit, OnProcessIO
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

ACTIVE = b'[v2x_stack]: active'
"""What the stack logs once it listens."""
CLOCK_RATE = '100'
"""Messages on /clock per second [Hz]: two for each cycle would do, five keep it punctual."""


def generate_launch_description() -> LaunchDescription:
    """Return arguments and processes."""
    return LaunchDescription([
        DeclareLaunchArgument('bag', description='rosbag2 directory to play.'),
        DeclareLaunchArgument(
            'params_file', default_value='',
            description='Parameter file; empty: BAG.params.yaml.'),
        DeclareLaunchArgument(
            'rate', default_value='1.0', description='Speed of the playback.'),
        DeclareLaunchArgument(
            'html', default_value='',
            description='Where the report page goes; empty: BAG.report.html.'),
        OpaqueFunction(function=processes),
    ])


def processes(context: LaunchContext) -> list[Any]:
    """Return stack, player and report; all end with the player."""
    def value(name: str) -> str:
        return LaunchConfiguration(name).perform(context)

    bag = Path(value('bag').rstrip('/'))
    parameters = Path(value('params_file') or f'{bag}.params.yaml')
    for path in (bag, parameters):
        if not path.exists():
            raise FileNotFoundError(f'there is no {path}')
    stack = Node(
        package='icv_v2x',
        executable='v2x_stack',
        name='v2x_stack',
        parameters=[str(parameters), {'use_sim_time': True}],
        output='screen',
    )
    player = ExecuteProcess(
        cmd=['ros2', 'bag', 'play', str(bag), '--clock', CLOCK_RATE, '--rate', value('rate')],
        output='screen',
    )
    report = ExecuteProcess(
        cmd=['icv-v2x', 'report', str(bag), '--params', str(parameters),
             '--html', value('html') or f'{bag}.report.html'],
        output='screen',
    )
    return [
        RegisterEventHandler(OnProcessIO(target_action=stack, on_stderr=start_once(player))),
        RegisterEventHandler(OnProcessExit(target_action=player, on_exit=[report])),
        RegisterEventHandler(OnProcessExit(
            target_action=report, on_exit=[Shutdown(reason='the bag is played')])),
        RegisterEventHandler(OnProcessExit(target_action=stack, on_exit=stop_with_the_stack)),
        stack,
    ]


def start_once(player: ExecuteProcess) -> Callable[[Any], ExecuteProcess | None]:
    """Return what starts the player when the stack says that it is active."""
    waiting = [player]

    def start(event: Any) -> ExecuteProcess | None:
        return waiting.pop() if waiting and ACTIVE in event.text else None

    return start


def stop_with_the_stack(event: Any, context: LaunchContext) -> list[Shutdown] | None:
    """End everything where the stack ended by itself."""
    del event
    return None if context.is_shutdown else [Shutdown(reason='the stack ended')]
