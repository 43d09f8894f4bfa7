# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A long straight road with a row of cars on the right lane, and one beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from networks import _build

if TYPE_CHECKING:
    from pathlib import Path

STRANGER = 'stranger'
LENGTH = 4.6
_TYPE = (
    '<vType id="member" length="4.6" width="1.8" maxSpeed="50" speedFactor="2" speedDev="0" '
    'sigma="0" minGap="0" decel="9" emergencyDecel="9" accel="5"/>')


def platoon_road(
    folder: Path, count: int, *, speed: float = 22.22, gap: float = 36.0,
    stranger_beside: int | None = None,
) -> tuple[Path, tuple[str, ...]]:
    """Build two straight lanes of 12 km with cars in a row.

    Args:
        folder: Where the files go.
        count: Of the cars.
        speed: Of all at first [m/s].
        gap: Bumper to bumper at first [m].
        stranger_beside: In front of the car at this place another one drives on the left lane.

    Returns:
        SUMO's configuration, and the ids from the front to the rear.
    """
    nodes = '<node id="a" x="0" y="0"/><node id="e" x="12000" y="0"/>'
    edges = '<edge id="road" from="a" to="e" numLanes="2" speed="36" priority="1"/>'
    names = tuple(f'member{place}' for place in range(count))
    first = (count + 1) * (gap + LENGTH) + 50.0

    def vehicle(name: str, position: float, lane: int) -> str:
        return (
            f'<vehicle id="{name}" type="member" depart="0" departLane="{lane}" '
            f'departPos="{position:.2f}" departSpeed="{speed}" insertionChecks="none">'
            '<route edges="road"/></vehicle>')

    cars = ''.join(
        vehicle(name, first - place * (gap + LENGTH), 0) for place, name in enumerate(names))
    if stranger_beside is not None:
        cars += vehicle(STRANGER, first - (stranger_beside - 0.5) * (gap + LENGTH), 1)
    traffic = _build(folder, nodes, edges, '', _TYPE + cars, 2000.0)
    return traffic.config, names
