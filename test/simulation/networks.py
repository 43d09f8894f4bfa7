# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Roads and traffic for SUMO, built where they are used: an on-ramp and a junction."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

DRAWN = """
  <vType id="car" length="4.6" width="1.8" maxSpeed="40" speedDev="0.1" sigma="0.5"
    decel="{car}" {lateral}/>
  <vType id="bold" length="4.6" width="1.8" maxSpeed="60" speedFactor="4" speedDev="0" sigma="0"
    minGap="0" decel="9" emergencyDecel="9" accel="9"/>
  <vType id="lorry" vClass="truck" length="12" width="2.5" maxSpeed="25" sigma="0.5"
    decel="{lorry}" {lateral}/>
"""


@dataclass(frozen=True)
class Manner:
    """How everybody drives.

    Attributes:
        car: What drivers of cars plan to brake with [m/s2].
        lorry: What those of lorries do [m/s2].
        lateral: Attributes of the change of lanes.
    """

    car: float = 4.5
    lorry: float = 4.0
    lateral: str = ''


USUAL = Manner()
"""As SUMO has it: cars begin to brake for a red light when 4.5 m/s2 are needed, and move sideways
where they stand, by which they turn on the spot."""

CALM = Manner(3.0, 3.0, 'lcMaxSpeedLatStanding="0" lcMaxSpeedLatFactor="0.2"')
"""As real vehicles do: with the braking that is counted on from whoever must give way, and to the
side only by steering."""


@dataclass(frozen=True)
class Traffic:
    """A configuration that SUMO runs.

    Attributes:
        config: The `.sumocfg`.
        net: The network.
    """

    config: Path
    net: Path


def program(name: str) -> str:
    """Return the path of one of SUMO's programs."""
    import sumo

    return str(Path(sumo.SUMO_HOME) / 'bin' / name)


def on_ramp(
    folder: Path, *, mainline: float = 1500.0, ramp: float = 600.0, end: float = 300.0,
    vehicles: str = '', manner: Manner = USUAL,
) -> Traffic:
    """Build three lanes with an on-ramp and an acceleration lane of 300 m.

    Args:
        folder: Where the files go.
        mainline: Vehicles per hour and lane, 0 for none.
        ramp: Vehicles per hour on the ramp.
        end: Of the simulation [s].
        vehicles: More elements of the route file, in the order of departure.
        manner: How everybody drives.
    """
    nodes = ''.join(
        f'<node id="{name}" x="{x}" y="{y}"/>'
        for name, x, y in (('a', 0, 0), ('m', 700, 0), ('n', 1000, 0), ('e', 1700, 0),
                           ('r', 400, -60)))
    edges = ''.join(
        f'<edge id="{name}" from="{begin}" to="{to}" numLanes="{lanes}" speed="{speed}" '
        f'priority="{priority}"/>'
        for name, begin, to, lanes, speed, priority in (
            ('main', 'a', 'm', 3, 33.33, 3), ('acceleration', 'm', 'n', 4, 33.33, 3),
            ('out', 'n', 'e', 3, 33.33, 3), ('ramp', 'r', 'm', 1, 22.22, 1)))
    connections = ''.join(
        f'<connection from="{begin}" to="{to}" fromLane="{lane}" toLane="{target}"/>'
        for begin, to, lane, target in (
            ('main', 'acceleration', 0, 1), ('main', 'acceleration', 1, 2),
            ('main', 'acceleration', 2, 3), ('ramp', 'acceleration', 0, 0),
            ('acceleration', 'out', 1, 0), ('acceleration', 'out', 2, 1),
            ('acceleration', 'out', 3, 2)))
    flows = _flow('main', 'main acceleration out', 3.0 * mainline, end, 'desired')
    flows += _flow('ramp', 'ramp acceleration out', ramp, end, '15')
    return _build(folder, nodes, edges, connections, flows + vehicles, end, manner)


def junction(
    folder: Path, *, each: float = 300.0, end: float = 300.0, vehicles: str = '',
    control: str = 'priority', manner: Manner = USUAL,
) -> Traffic:
    """Build a crossing of two roads with two lanes each way.

    Args:
        folder: Where the files go.
        each: Vehicles per hour from each side: two thirds straight on, the rest turning.
        end: Of the simulation [s].
        vehicles: More elements of the route file, in the order of departure.
        control: SUMO's type of the middle node, such as `priority` or `traffic_light`.
        manner: How everybody drives.
    """
    arms = (('w', -400, 0), ('e', 400, 0), ('s', 0, -400), ('n', 0, 400))
    nodes = f'<node id="c" x="0" y="0" type="{control}"/>' + ''.join(
        f'<node id="{name}" x="{x}" y="{y}"/>' for name, x, y in arms)
    edges = ''.join(
        f'<edge id="{name}_in" from="{name}" to="c" numLanes="2" speed="16.67" '
        f'priority="{3 if name in "we" else 1}"/>'
        f'<edge id="{name}_out" from="c" to="{name}" numLanes="2" speed="16.67" '
        f'priority="{3 if name in "we" else 1}"/>'
        for name, _, _ in arms)
    ahead = {'w': 'e', 'e': 'w', 's': 'n', 'n': 's'}
    flows = ''
    for name, opposite in ahead.items():
        for other in ahead:
            if other == name:
                continue
            share = 0.667 if opposite == other else 0.167
            flows += _flow(f'{name}{other}', f'{name}_in {other}_out', share * each, end, 'max')
    return _build(folder, nodes, edges, '', flows + vehicles, end, manner)


def _flow(name: str, edges: str, per_hour: float, end: float, speed: str) -> str:
    if per_hour <= 0.0:
        return ''
    # Random departures, so that seeds differ.
    return (
        f'<flow id="{name}" type="drawn" begin="0" end="{end}" period="exp({per_hour / 3600})" '
        f'departLane="best" departSpeed="{speed}"><route edges="{edges}"/></flow>')


def _build(
    folder: Path, nodes: str, edges: str, connections: str, demand: str, end: float,
    manner: Manner = USUAL,
) -> Traffic:
    drawn = DRAWN.format(car=manner.car, lorry=manner.lorry, lateral=manner.lateral)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / 'n.nod.xml').write_text(f'<nodes>{nodes}</nodes>')
    (folder / 'e.edg.xml').write_text(f'<edges>{edges}</edges>')
    (folder / 'c.con.xml').write_text(f'<connections>{connections}</connections>')
    (folder / 'd.rou.xml').write_text(
        f'<routes>{drawn}<vTypeDistribution id="drawn" vTypes="car lorry" '
        f'probabilities="0.9 0.1"/>{demand}</routes>')
    net, config = folder / 'net.xml', folder / 'run.sumocfg'
    subprocess.run(
        [program('netconvert'), '-n', 'n.nod.xml', '-e', 'e.edg.xml', '-x', 'c.con.xml',
         '-o', net.name], cwd=folder, check=True, capture_output=True)
    config.write_text(
        f'<configuration><net-file value="{net.name}"/><route-files value="d.rou.xml"/>'
        f'<end value="{end}"/><lanechange.duration value="3"/>'
        '<collision.action value="warn"/><collision.check-junctions value="true"/>'
        '<collision.mingap-factor value="0"/><time-to-teleport value="-1"/>'
        '<default.speeddev value="0.1"/></configuration>')
    return Traffic(config, net)
