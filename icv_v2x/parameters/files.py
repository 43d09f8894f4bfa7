# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""ROS 2 parameter files: the same file serves the launch file and the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from icv_v2x.parameters.digest import digest
from icv_v2x.parameters.groups import Parameters
from icv_v2x.parameters.node_groups import NodeParameters
from icv_v2x.parameters.schema import ParameterError, build, flatten, specifications

if TYPE_CHECKING:
    from pathlib import Path

NODES = (
    'v2x_stack', 'v2x_translator', 'collision_warning', 'merge_planner', 'road_services',
    'advisory_arbiter', 'event_recorder', 'obu_udp_driver', 'v2x_transmitter',
)
_OUTSIDE_PIPELINE = ('event_recorder', 'obu_udp_driver', 'v2x_transmitter')
# Read by ROS 2 itself.
_OF_ROS = ('use_sim_time', 'qos_overrides', 'start_type_description_service')


def read(path: Path) -> dict[str, Any]:
    """Return the dotted names and values of a ROS 2 parameter file that concern the pipeline.

    Sections `/**` come first, sections named after a node of the package (with or without a
    namespace) override them; a section of another node is passed over.

    Args:
        path: The file.

    Returns:
        Dotted name to value.

    Raises:
        ParameterError: The file cannot be read or is no parameter file.
    """
    of_nodes = {specification.name for specification in specifications(NodeParameters)}
    return {name: value for name, value in read_all(path).items() if name not in of_nodes}


def read_all(path: Path) -> dict[str, Any]:
    """Return what `read` returns and the parameters of the nodes alone besides."""
    try:
        document = yaml.safe_load(path.read_text(encoding='utf-8'))
    except OSError as error:
        raise ParameterError(f'cannot read parameter file {path}: {error.strerror}') from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ParameterError(f'{path} is no parameter file: {error}') from error
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise ParameterError(f'{path} is no parameter file: expected sections such as /**')
    general: dict[str, Any] = {}
    special: dict[str, Any] = {}
    for node, section in document.items():
        if not isinstance(section, dict) or not isinstance(section.get('ros__parameters'), dict):
            raise ParameterError(f'{path}: section {node} has no mapping ros__parameters')
        values = flatten(section['ros__parameters'])
        name = str(node).rstrip('/').split('/')[-1]
        if name in ('**', '*'):
            general.update(values)
        elif name in NODES and name not in _OUTSIDE_PIPELINE:
            special.update(values)
    return {
        name: value for name, value in {**general, **special}.items()
        if name.split('.')[0] not in _OF_ROS
    }


def load(*paths: Path, **overrides: Any) -> Parameters:
    """Return the parameters of one file or of several, checked.

    Args:
        *paths: ROS 2 parameter files; what a later one sets goes before the earlier ones.
        **overrides: Values that go before those of the files, `__` for the dot.

    Returns:
        The parameters.

    Raises:
        ParameterError: As `read` and `schema.build`.
    """
    values: dict[str, Any] = {}
    for path in paths:
        values.update(read(path))
    values.update({name.replace('__', '.'): value for name, value in overrides.items()})
    return build(Parameters, values)


def digest_of(path: Path) -> str:
    """Return the hash of every parameter in force at a node that is started with a file.

    Args:
        path: A ROS 2 parameter file, the only one that the node is given.

    Raises:
        ParameterError: As `load`, and for the parameters of the nodes alone.
    """
    names = {specification.name for specification in specifications(NodeParameters)}
    of_nodes = {name: value for name, value in read_all(path).items() if name in names}
    return digest(load(path), build(NodeParameters, of_nodes))
