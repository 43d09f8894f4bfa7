# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Roads on which one observed vehicle has to change lane: on-ramp, lane drop, weaving, exit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from networks import Traffic, _build, _flow, on_ramp

if TYPE_CHECKING:
    from pathlib import Path

EGO = 'ego'
DEPART = 90.0
"""When the observed vehicle enters [s]: the road has filled by then."""

_OBSERVED = (
    '<vType id="observed" length="4.6" width="1.8" maxSpeed="40" speedFactor="1" speedDev="0" '
    'sigma="0.5"/>')
_END = 250.0


def _observed(edges: str, *, lane: str = 'best', speed: float = 15.0) -> str:
    return (
        f'{_OBSERVED}<vehicle id="{EGO}" type="observed" depart="{DEPART}" departLane="{lane}" '
        f'departSpeed="{speed}"><route edges="{edges}"/></vehicle>')


def ramp(folder: Path, flow: float) -> Traffic:
    """Build three lanes with an acceleration lane of 300 m; 600 vehicles an hour on the ramp."""
    return on_ramp(
        folder, mainline=flow, ramp=600.0, end=_END,
        vehicles=_observed('ramp acceleration out'))


def lane_drop(folder: Path, flow: float) -> Traffic:
    """Build three lanes of which the right one ends; the observed vehicle comes on it."""
    nodes = _nodes(('a', 0, 0), ('m', 900, 0), ('e', 1700, 0))
    edges = _edge('wide', 'a', 'm', 3, 27.78, 3) + _edge('narrow', 'm', 'e', 2, 27.78, 3)
    connections = _connections(('wide', 'narrow', 1, 0), ('wide', 'narrow', 2, 1))
    flows = _flow('main', 'wide narrow', 2.0 * flow, _END, 'desired')
    return _build(
        folder, nodes, edges, connections,
        flows + _observed('wide narrow', lane='0', speed=22.0), _END)


def weaving(folder: Path, flow: float) -> Traffic:
    """Build an auxiliary lane of 350 m from an on-ramp to an off-ramp, with traffic both ways."""
    nodes = _nodes(
        ('a', 0, 0), ('m', 700, 0), ('n', 1050, 0), ('e', 1850, 0), ('r', 400, -60),
        ('x', 1350, -60))
    edges = (
        _edge('main', 'a', 'm', 3, 27.78, 3) + _edge('weave', 'm', 'n', 4, 27.78, 3)
        + _edge('out', 'n', 'e', 3, 27.78, 3) + _edge('ramp', 'r', 'm', 1, 22.22, 1)
        + _edge('off', 'n', 'x', 1, 22.22, 1))
    connections = _connections(
        ('main', 'weave', 0, 1), ('main', 'weave', 1, 2), ('main', 'weave', 2, 3),
        ('ramp', 'weave', 0, 0), ('weave', 'off', 0, 0), ('weave', 'out', 1, 0),
        ('weave', 'out', 2, 1), ('weave', 'out', 3, 2))
    flows = (
        _flow('main', 'main weave out', 2.6 * flow, _END, 'desired')
        + _flow('leaving', 'main weave off', 0.3 * flow, _END, 'desired')
        + _flow('ramp', 'ramp weave out', 500.0, _END, '15'))
    return _build(
        folder, nodes, edges, connections, flows + _observed('ramp weave out'), _END)


def left_exit(folder: Path, flow: float) -> Traffic:
    """Build an exit from the left of three lanes; the observed vehicle comes on the middle one."""
    nodes = _nodes(('a', 0, 0), ('m', 1000, 0), ('e', 1900, 0), ('x', 1800, 60))
    edges = (
        _edge('main', 'a', 'm', 4, 27.78, 3) + _edge('out', 'm', 'e', 3, 27.78, 3)
        + _edge('off', 'm', 'x', 1, 22.22, 1))
    connections = _connections(
        ('main', 'out', 0, 0), ('main', 'out', 1, 1), ('main', 'out', 2, 2),
        ('main', 'off', 3, 0))
    flows = (
        _flow('main', 'main out', 2.6 * flow, _END, 'desired')
        + _flow('leaving', 'main off', 0.4 * flow, _END, 'desired'))
    return _build(
        folder, nodes, edges, connections,
        flows + _observed('main off', lane='2', speed=22.0), _END)


ROADS = {'ramp': ramp, 'lane_drop': lane_drop, 'weaving': weaving, 'left_exit': left_exit}


def _nodes(*places: tuple[str, float, float]) -> str:
    return ''.join(f'<node id="{name}" x="{x}" y="{y}"/>' for name, x, y in places)


def _edge(
    name: str, begin: str, end: str, lanes: int, speed: float, priority: int,
) -> str:
    return (
        f'<edge id="{name}" from="{begin}" to="{end}" numLanes="{lanes}" speed="{speed}" '
        f'priority="{priority}"/>')


def _connections(*links: tuple[str, str, int, int]) -> str:
    return ''.join(
        f'<connection from="{begin}" to="{end}" fromLane="{lane}" toLane="{target}"/>'
        for begin, end, lane, target in links)
