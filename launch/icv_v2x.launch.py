# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Starts icv_v2x: every service as a process of its own, or all of them in one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ament_index_python.packages import get_package_share_directory
from launch import LaunchContext, LaunchDescription
from launch.actions import (
    DeclareLaunchArgument,
    OpaqueFunction,
    RegisterEventHandler,
    Shutdown,
)
from launch.event_handlers import OnProcessExit
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

from icv_v2x.nodes.discovery import discovery_variables

PACKAGE = 'icv_v2x'

# Launch argument to the name of the topic in the nodes, relative to their namespace.
TOPICS = {
    'obu_rx': 'obu/rx',
    'obu_tx': 'obu/tx',
    'kinematic_state': 'localization/kinematic_state',
    'vehicle_status': 'vehicle/status',
    'path': 'planning/path',
    'merge_request': 'planning/merge_request',
    'platoon_request': 'planning/platoon_request',
    'perception_objects': 'perception/objects',
    'obu_objects': 'obu/objects',
    'obu_lanes': 'obu/lanes',
    'obu_signals': 'obu/signals',
    'objects': 'v2x/objects',
    'lanes': 'v2x/lanes',
    'road_events': 'v2x/road_events',
    'signals': 'v2x/signals',
    'merge_plan': 'v2x/merge_plan',
    'platoon_plan': 'v2x/platoon_plan',
    'platoons': 'v2x/platoons',
    'parking_path': 'v2x/parking_path',
    'advisories': 'v2x/advisories',
    'markers_topic': 'v2x/markers',
}
PROCESSES = (
    'v2x_translator', 'collision_warning', 'road_services', 'merge_planner', 'advisory_arbiter')
SINGLE = ('v2x_stack',)
DRIVER = 'obu_udp_driver'
TRANSMITTER = 'v2x_transmitter'
EXTRAS = {
    'autoware': 'autoware_adapter', 'etsi': 'etsi_adapter', 'ego_source': 'ego_source'}
RECORDER = 'event_recorder'
MARKERS = 'v2x_markers'

WRONG_PARAMETERS = 2
"""Exit status of a node that cannot use its parameters; starting it again would not help."""
RESPAWN_DELAY = 0.1


def default_parameters() -> Path:
    """Return the parameter file that comes with the package."""
    return Path(get_package_share_directory(PACKAGE)) / 'config' / 'icv_v2x.yaml'


def generate_launch_description() -> LaunchDescription:
    """Return arguments and nodes."""
    arguments = [
        DeclareLaunchArgument(
            'namespace', default_value='', description='Namespace of all nodes and topics.'),
        DeclareLaunchArgument(
            'use_sim_time', default_value='false', choices=['true', 'false'],
            description='Take the time from /clock.'),
        DeclareLaunchArgument(
            'params_file', default_value=str(default_parameters()),
            description='Parameter file for all nodes.'),
        DeclareLaunchArgument(
            'profile', default_value='',
            description='Vehicle profile: a file of config/profiles without its ending, or a '
            'path. What params_file sets goes before it, unless that is the default file.'),
        DeclareLaunchArgument(
            'log_level', default_value='info',
            choices=['debug', 'info', 'warn', 'error', 'fatal'],
            description='Least severity that is logged.'),
        DeclareLaunchArgument(
            'autostart', default_value='true', choices=['true', 'false'],
            description='Whether the nodes configure and activate themselves.'),
        DeclareLaunchArgument(
            'composition', default_value='processes', choices=['processes', 'single'],
            description='Every service as a process of its own, or all in one process.'),
        DeclareLaunchArgument(
            'driver', default_value='none', choices=['none', 'udp'],
            description='Driver of the on-board unit to start as well.'),
        DeclareLaunchArgument(
            'autoware', default_value='false', choices=['true', 'false'],
            description='Whether to start autoware_adapter as well.'),
        DeclareLaunchArgument(
            'etsi', default_value='false', choices=['true', 'false'],
            description='Whether to start etsi_adapter as well.'),
        DeclareLaunchArgument(
            'ego_source', default_value='false', choices=['true', 'false'],
            description='Whether to start ego_source as well, which makes the pose from a '
            'satellite receiver or from the own messages where localisation publishes none.'),
        DeclareLaunchArgument(
            'transmitter', default_value='false', choices=['true', 'false'],
            description='Whether to start v2x_transmitter as well; it sends where the parameter '
            'transmit.enabled says so.'),
        DeclareLaunchArgument(
            'recorder', default_value='false', choices=['true', 'false'],
            description='Whether to start event_recorder as well; it keeps what came before and '
            'after every warning, change of mode and fault.'),
        DeclareLaunchArgument(
            'markers', default_value='false', choices=['true', 'false'],
            description='Whether to start v2x_markers as well; it draws for RViz and Foxglove, '
            'while somebody looks.'),
        DeclareLaunchArgument(
            'shadow', default_value='false', choices=['true', 'false'],
            description='Shadow mode: everything runs, and nothing that could be acted on is '
            'published; what would have been is on v2x/shadow/.'),
        DeclareLaunchArgument(
            'respawn', default_value='true', choices=['true', 'false'],
            description='Whether a node that ended unexpectedly is started again.'),
        *(
            DeclareLaunchArgument(
                argument, default_value=topic, description=f'Topic to use for {topic}.')
            for argument, topic in TOPICS.items()
        ),
    ]
    return LaunchDescription([
        *arguments,
        RegisterEventHandler(OnProcessExit(on_exit=stop_on_wrong_parameters)),
        OpaqueFunction(function=nodes),
    ])


def nodes(context: LaunchContext) -> list[Node]:
    """Return the nodes that the arguments ask for."""
    def value(name: str) -> str:
        return LaunchConfiguration(name).perform(context)

    names = list(PROCESSES if value('composition') == 'processes' else SINGLE)
    if value('driver') == 'udp':
        names.append(DRIVER)
    names += [name for argument, name in EXTRAS.items() if value(argument) == 'true']
    if value('transmitter') == 'true':
        names.append(TRANSMITTER)
    if value('recorder') == 'true':
        names.append(RECORDER)
    if value('markers') == 'true':
        names.append(MARKERS)
    settings: dict[str, Any] = {
        'use_sim_time': value('use_sim_time') == 'true',
        'autostart': value('autostart') == 'true',
    }
    if value('shadow') == 'true':
        settings['shadow'] = True
    if value('profile'):
        settings['profile'] = Path(value('profile')).stem
    remappings = [
        (topic, value(argument)) for argument, topic in TOPICS.items() if value(argument) != topic
    ]
    return [
        Node(
            package=PACKAGE,
            executable=name,
            name=name,
            namespace=value('namespace'),
            parameters=[*map(str, files(value('params_file'), value('profile'))), settings],
            remappings=remappings,
            arguments=['--ros-args', '--log-level', value('log_level')],
            output='screen',
            respawn=value('respawn') == 'true',
            respawn_delay=RESPAWN_DELAY,
            additional_env=discovery_variables(os.environ),
        )
        for name in names
    ]


def files(params_file: str, profile: str) -> list[Path]:
    """Return the parameter files, the later ones going before the earlier ones."""
    chosen = [Path(params_file)]
    if profile:
        path = Path(profile)
        if not path.suffix:
            path = default_parameters().parent / 'profiles' / f'{profile}.yaml'
        chosen.insert(1 if chosen[0] == default_parameters() else 0, path)
    for file in chosen:
        if not file.is_file():
            raise FileNotFoundError(f'there is no parameter file {file}')
    return chosen


def stop_on_wrong_parameters(event: Any, context: LaunchContext) -> list[Shutdown] | None:
    """End everything where a node could not use its parameters."""
    if context.is_shutdown or event.returncode != WRONG_PARAMETERS:
        return None
    return [Shutdown(reason=f'{event.process_name} cannot use its parameters')]
