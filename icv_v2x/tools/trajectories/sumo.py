# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Floating-car data of SUMO (`--fcd-output`) as recordings."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import numpy as np

from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.tools.errors import SourceError
from icv_v2x.tools.trajectories.recording import (
    UNPACKING_ERRORS,
    Recording,
    Trajectory,
    finite,
    open_source,
)

if TYPE_CHECKING:
    from pathlib import Path
    from xml.etree.ElementTree import Element

# Word in the vehicle type's name to class, length and width [m]; sizes are SUMO's defaults
# (vehicle class parameters of its documentation), as floating-car data carries none by itself.
_KINDS = (
    ('truck', ObjectClass.TRUCK, 7.1, 2.4),
    ('trailer', ObjectClass.TRUCK, 16.5, 2.55),
    ('bus', ObjectClass.BUS, 12.0, 2.5),
    ('motorcycle', ObjectClass.MOTORCYCLE, 2.2, 0.9),
    ('bicycle', ObjectClass.CYCLIST, 1.6, 0.65),
    ('emergency', ObjectClass.EMERGENCY, 6.5, 2.16),
    ('delivery', ObjectClass.VAN, 6.5, 2.16),
)
_CAR = (ObjectClass.CAR, 5.0, 1.8)
_PERSON = (ObjectClass.PEDESTRIAN, 0.5, 0.48)


@dataclass
class _Samples:
    kind: tuple[ObjectClass, float, float]
    rows: list[tuple[float, ...]] = field(default_factory=list)


def read(path: Path) -> Recording:
    """Read floating-car data.

    x, y is the middle of the front bumper and the angle counts clockwise from north there; both
    are turned into the centre of the box and the heading. Length and width are taken from the
    file where it has them, else from the vehicle type's name, else those of a passenger car.

    Args:
        path: XML file, or such a file packed by gzip; `--fcd-output.geo` is not taken.

    Returns:
        The recording.

    Raises:
        SourceError: It cannot be read or is no floating-car data.
    """
    samples: dict[str, _Samples] = {}
    root: Element | None = None
    with open_source(path) as file:
        try:
            for event, element in ElementTree.iterparse(file, events=('start', 'end')):
                if root is None:
                    root = element
                    if root.tag != 'fcd-export':
                        raise SourceError(
                            f'{path} is no floating-car data of SUMO: its root is <{root.tag}>')
                if event == 'end' and element.tag == 'timestep':
                    _take(path, element, samples)
                    # What was read is dropped, so that long simulations fit into memory.
                    root.clear()
        except (ElementTree.ParseError, *UNPACKING_ERRORS) as error:
            raise SourceError(f'{path} is no floating-car data of SUMO: {error}') from error
    if not samples:
        raise SourceError(f'{path} has no vehicle')
    return Recording(
        tuple(_trajectory(name, one) for name, one in samples.items()), simulated=True)


def _take(path: Path, timestep: Element, samples: dict[str, _Samples]) -> None:
    time = finite(timestep.get('time'), f'{path}: time')
    for element in timestep:
        name = element.get('id')
        if element.tag not in ('vehicle', 'person') or name is None:
            continue
        if name not in samples:
            samples[name] = _Samples(_kind(path, element))
        where = f'{path}: {name} at {time} s'
        row = [time]
        for attribute in ('x', 'y', 'angle', 'speed'):
            row.append(finite(element.get(attribute), f'{where}: {attribute}'))
        for attribute in ('acceleration', 'z'):
            given = element.get(attribute)
            row.append(math.nan if given is None else finite(given, f'{where}: {attribute}'))
        samples[name].rows.append(tuple(row))


def _kind(path: Path, element: Element) -> tuple[ObjectClass, float, float]:
    if element.tag == 'person':
        return _PERSON
    name = (element.get('type') or '').lower()
    kind, length, width = next((entry[1:] for entry in _KINDS if entry[0] in name), _CAR)
    where = f'{path}: {element.get("id")}'
    if element.get('length') is not None:
        length = finite(element.get('length'), f'{where}: length')
    if element.get('width') is not None:
        width = finite(element.get('width'), f'{where}: width')
    return kind, length, width


def _trajectory(name: str, samples: _Samples) -> Trajectory:
    kind, length, width = samples.kind
    time, x, y, angle, speed, acceleration, z = np.array(samples.rows).T
    heading = np.pi / 2 - np.radians(angle)
    lead = 0.0 if kind is ObjectClass.PEDESTRIAN else 0.5 * length
    return Trajectory(
        name=name, object_class=kind, length=length, width=width, fixed=False, time=time,
        x=x - lead * np.cos(heading), y=y - lead * np.sin(heading),
        heading=np.arctan2(np.sin(heading), np.cos(heading)), speed=speed,
        acceleration=acceleration, z=None if np.isnan(z).any() else z)
