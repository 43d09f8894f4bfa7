# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Topics and parameters of every node, taken from the nodes themselves, for their pages.

python3 -m icv_v2x.nodes.description docs/nodes writes them into the pages there.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rclpy

from icv_v2x.nodes import qos
from icv_v2x.nodes.health import InputHealth
from icv_v2x.parameters import NodeParameters, Specification, specifications
from icv_v2x.parameters.template import EXAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rclpy.qos import QoSProfile


@dataclass(frozen=True)
class Node:
    """What is not to be seen from a node's code.

    Attributes:
        class_name: Of the node, in the module of its executable.
        groups: Parameters that this node reads and others do not, by their first names.
        pipeline: Whether it reads the parameters of the pipeline too.
        later: Method that subscribes where that is not done on configuring.
    """

    class_name: str
    groups: tuple[str, ...] = ()
    pipeline: bool = True
    later: str = ''


NODES = {
    'v2x_stack': Node('V2xStack'),
    'v2x_translator': Node('V2xTranslator'),
    'collision_warning': Node('CollisionWarningNode'),
    'road_services': Node('RoadServicesNode'),
    'merge_planner': Node('MergePlannerNode'),
    'advisory_arbiter': Node('AdvisoryArbiter', ('candidates',)),
    'v2x_transmitter': Node('V2xTransmitter', ('transmit',)),
    'v2x_markers': Node('V2xMarkers', later='_listen'),
    'event_recorder': Node('EventRecorderNode', ('recorder',)),
    'obu_udp_driver': Node('ObuUdpDriver', ('udp', 'verification'), pipeline=False),
    'ego_source': Node('EgoSourceNode', ('ego_source',)),
    'etsi_adapter': Node('EtsiAdapter', ('etsi', 'verification')),
    'autoware_adapter': Node('AutowareAdapter', ('autoware',)),
}
"""Executable to what its page tells."""

RATES = {
    'v2x/advisories': '20 Hz', 'v2x/objects': '20 Hz', 'v2x/merge_plan': '20 Hz while asked',
    'v2x/signals': '20 Hz, 2 Hz while none', 'v2x/road_events': '20 Hz, 2 Hz while none',
    'v2x/lanes': 'on change', 'v2x/parking_path': '5 Hz while guiding',
    'v2x/platoon_plan': '20 Hz while asked', 'v2x/platoons': '20 Hz while any is heard of',
    'v2x/conditions': '20 Hz while something holds', 'v2x_translator/candidates': '20 Hz',
    'collision_warning/candidates': '20 Hz', 'road_services/candidates': '20 Hz',
    'merge_planner/candidates': '20 Hz', 'localization/kinematic_state': '20 Hz or more',
    'obu/rx': 'as heard', 'obu/tx': '10 Hz', 'planning/path': '1 Hz or more',
    'obu/status': '1 Hz or more', 'vehicle/status': '10 Hz or more',
    'perception/objects': '10 Hz or more',
    'planning/scenario_planning/max_velocity_candidates': 'on change, 2 Hz while capped',
    'planning/scenario_planning/clear_velocity_limit': 'on release',
    'perception/traffic_light_recognition/external/traffic_signals': 'as signals',
    'perception/object_recognition/detection/v2x/objects': '20 Hz',
    'planning/planning_factors/icv_v2x': '20 Hz', 'gnss/fix': '5 Hz or more',
    'gnss/heading': '10 Hz or more', 'gnss/velocity': '5 Hz or more',
    'v2x/markers': '5 Hz at most, what changed',
    'v2x/heartbeat': '10 Hz of each node', 'icv_v2x/alive': '4 Hz',
    '/diagnostics': '1 Hz and on change',
}

_COMMON = 'autostart'


@dataclass(frozen=True)
class Topic:
    """One topic of a node."""

    name: str
    type_name: str
    direction: str
    quality: QoSProfile
    required: bool = False


def topics(name: str) -> list[Topic]:
    """Return what a node listens to and speaks on, inputs first.

    Args:
        name: Of the executable; rclpy has to be initialised with the parameters that have no
            default.
    """
    module = importlib.import_module(f'icv_v2x.nodes.{name}')
    found: list[Topic] = []

    class Described(getattr(module, NODES[name].class_name)):  # type: ignore[misc]
        """The node with ears and mouth replaced."""

        def listen(
            self, topic: str, type_name: str, quality: QoSProfile, take: Any, **options: Any,
        ) -> InputHealth:
            del take
            found.append(Topic(
                topic, type_name, 'in', quality, bool(options.get('required', False))))
            return InputHealth(topic, required=False, silent_after=1.0)

        def speak(self, topic: str, type_name: str, quality: QoSProfile) -> Callable[..., None]:
            found.append(Topic(topic, type_name, 'out', quality))
            return lambda _: None

    # packages of other stacks count as there
    for replaced, value in (
        ('installed', lambda _: True), ('first_installed', lambda names: next(iter(names))),
    ):
        if hasattr(module, replaced):
            setattr(module, replaced, value)
    node = Described()
    try:
        node.build()
        if NODES[name].later:
            getattr(node, NODES[name].later)()
    finally:
        node.destroy_node()
    found.append(Topic(
        'v2x/heartbeat', 'icv_v2x_msgs/msg/Heartbeat', 'out', qos.heartbeat()))
    found.append(Topic('icv_v2x/alive', 'std_msgs/msg/String', 'both', qos.radio_output()))
    found.append(Topic(
        '/diagnostics', 'diagnostic_msgs/msg/DiagnosticArray', 'out', qos.radio_output()))
    return found


def topic_table(found: Iterable[Topic]) -> str:
    """Return topics as a Markdown table."""
    lines = ['| topic | direction | type | reliability, durability, depth | rate |',
             '|-|-|-|-|-|']
    for topic in found:
        quality = topic.quality
        policy = (f'{quality.reliability.name.lower()}, {quality.durability.name.lower()}, '
                  f'{quality.depth}').replace('_', ' ')
        direction = f'{topic.direction}, required' if topic.required else topic.direction
        rate = RATES.get(topic.name, 'as it comes')
        lines.append(
            f'| `{topic.name}` | {direction} | `{topic.type_name.replace("/msg/", "/")}` | '
            f'{policy} | {rate} |')
    return '\n'.join(lines)


def parameter_table(name: str) -> str:
    """Return the parameters that a node reads and others do not, as a Markdown table."""
    node = NODES[name]
    own = [
        one for one in specifications(NodeParameters)
        if one.name.split('.')[0] in (*node.groups, _COMMON)]
    lines = ['| parameter | default | takes | at run time | meaning |', '|-|-|-|-|-|']
    lines += [_row(one) for one in own]
    if node.pipeline:
        needed = ', '.join(f'`{key}`' for key in EXAMPLES)
        lines += [
            '', 'It reads the parameters of the pipeline as well, which '
            f'[config/icv_v2x.yaml](../../config/icv_v2x.yaml) lists; {needed} have no default.']
    return '\n'.join(lines)


def _row(one: Specification) -> str:
    default = repr(one.default).replace('True', 'true').replace('False', 'false')
    if isinstance(one.default, tuple):
        default = ', '.join(one.default)
    cells = (
        f'`{one.name}`', f'`{default}`', one.range_text(), 'yes' if one.changeable else 'no',
        one.description)
    return '| ' + ' | '.join(cell.replace('|', '\\|') for cell in cells) + ' |'


def with_tables(page: str, name: str) -> str:
    """Return a page with its tables as the code has them.

    Raises:
        ValueError: The page has no place for one of them.
    """
    for what, text in (
        ('topics', topic_table(topics(name))), ('parameters', parameter_table(name)),
    ):
        begin, end = f'<!-- {what} -->\n', f'\n<!-- end of {what} -->'
        before, found, rest = page.partition(begin)
        _, closed, after = rest.partition(end)
        if not (found and closed):
            raise ValueError(f'the page of {name} has no place for its {what}')
        page = f'{before}{begin}{text}{end}{after}'
    return page


def describe() -> None:
    """Make rclpy ready for `topics`."""
    arguments = [
        '--ros-args', '-p', 'autostart:=false', '-p', f'recorder.folder:={tempfile.mkdtemp()}']
    for name, value in EXAMPLES.items():
        arguments += ['-p', f'{name}:={value}']
    rclpy.init(args=arguments)


def main() -> None:
    """Write the tables into the pages of a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('folder', type=Path)
    folder = parser.parse_args().folder
    describe()
    for name in NODES:
        path = folder / f'{name}.md'
        path.write_text(with_tables(path.read_text(), name))
    rclpy.shutdown()
    sys.stdout.write(f'{len(NODES)} pages\n')


if __name__ == '__main__':
    main()
