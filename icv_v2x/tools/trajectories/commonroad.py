# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""CommonRoad scenarios (XML formats 2018b and 2020a) as recordings."""

from __future__ import annotations

import math
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

VERSIONS = ('2018b', '2020a')

_CLASSES = {
    'car': ObjectClass.CAR, 'parkedVehicle': ObjectClass.CAR, 'taxi': ObjectClass.CAR,
    'truck': ObjectClass.TRUCK, 'bus': ObjectClass.BUS, 'bicycle': ObjectClass.CYCLIST,
    'motorcycle': ObjectClass.MOTORCYCLE, 'pedestrian': ObjectClass.PEDESTRIAN,
    'priorityVehicle': ObjectClass.EMERGENCY, 'unknown': ObjectClass.UNKNOWN,
}
"""Type of an obstacle to its class; obstacles of other types carry no radio."""

_STATE_FIELDS = ('time', 'x', 'y', 'heading', 'speed', 'acceleration')
_UNKNOWN_PLACE = 180.0


def read(path: Path) -> Recording:
    """Read a scenario.

    Its coordinates are taken as metres east and north. A static obstacle stands for as long as
    anything moves.

    Args:
        path: XML file, or such a file packed by gzip.

    Returns:
        The recording.

    Raises:
        SourceError: It cannot be read or is no CommonRoad scenario.
    """
    obstacles: list[tuple[Element, bool]] = []
    place: dict[str, float] = {}
    root: Element | None = None
    with open_source(path) as file:
        try:
            for event, element in ElementTree.iterparse(file, events=('start', 'end')):
                if root is None:
                    root = element
                    _check_root(path, root)
                if event == 'start':
                    continue
                if element.tag in ('obstacle', 'dynamicObstacle', 'staticObstacle'):
                    obstacles.append((element, _is_static(element)))
                elif element.tag in ('gpsLatitude', 'gpsLongitude'):
                    place[element.tag] = finite(element.text, f'{path}: {element.tag}')
                elif element.tag in ('lanelet', 'planningProblem'):
                    element.clear()
        except (ElementTree.ParseError, *UNPACKING_ERRORS) as error:
            raise SourceError(f'{path} is no CommonRoad scenario: {error}') from error
    assert root is not None
    step = finite(root.get('timeStepSize'), f'{path}: timeStepSize')
    return _recording(path, obstacles, step, place)


def _recording(
    path: Path, obstacles: list[tuple[Element, bool]], step: float, place: dict[str, float],
) -> Recording:
    made, silent = [], 0
    last = 0.0
    for element, static in obstacles:
        kind = (element.findtext('type') or '').strip()
        if kind not in _CLASSES:
            silent += 1
            continue
        trajectory = _trajectory(path, element, kind, step, static)
        last = max(last, float(trajectory.time[-1]))
        made.append(trajectory)
    standing = np.arange(0.0, last + 0.5 * step, step)
    trajectories = tuple(
        _standing(trajectory, standing) if trajectory.fixed else trajectory
        for trajectory in made
    )
    names = [trajectory.name for trajectory in trajectories]
    if len(set(names)) < len(names):
        raise SourceError(f'{path}: two obstacles have the same id')
    if not names:
        raise SourceError(f'{path} has no road user')
    notes = (f'{silent} obstacles without a radio are left out',) if silent else ()
    latitude, longitude = place.get('gpsLatitude'), place.get('gpsLongitude')
    if latitude is None or longitude is None:
        return Recording(trajectories, notes=notes)
    if max(abs(latitude), abs(longitude)) > _UNKNOWN_PLACE:
        return Recording(trajectories, notes=notes)
    return Recording(trajectories, latitude, longitude, notes)


def _check_root(path: Path, root: Element) -> None:
    version = root.get('commonRoadVersion')
    if root.tag != 'commonRoad':
        raise SourceError(f'{path} is no CommonRoad scenario: its root is <{root.tag}>')
    if version not in VERSIONS:
        raise SourceError(
            f'{path} has CommonRoad version {version}, expected one of {", ".join(VERSIONS)}')


def _is_static(element: Element) -> bool:
    return element.tag == 'staticObstacle' or (
        element.tag == 'obstacle' and (element.findtext('role') or '').strip() == 'static')


def _trajectory(
    path: Path, element: Element, kind: str, step: float, static: bool,
) -> Trajectory:
    name = element.get('id', '')
    where = f'{path}: obstacle {name}'
    initial = element.find('initialState')
    if initial is None:
        raise SourceError(f'{where} has no initialState')
    states = [initial, *element.findall('trajectory/state')]
    rows = np.array([_state(state, where, first=state is initial) for state in states])
    rows = rows[np.argsort(rows[:, 0], kind='stable')]
    columns = dict(zip(_STATE_FIELDS, rows.T, strict=True))
    time = columns['time'] * step
    if len(time) > 1 and not (np.diff(time) > 0.0).all():
        raise SourceError(f'{where} has two states at the same time')
    speed = columns['speed']
    if np.isnan(speed).any():
        moved = len(time) > 1
        speed = np.hypot(
            np.gradient(columns['x'], time), np.gradient(columns['y'], time),
        ) if moved else np.zeros(1)
    length, width = _size(element, where)
    return Trajectory(
        name=name, object_class=_CLASSES[kind], length=length, width=width, fixed=static,
        time=time, x=columns['x'], y=columns['y'], heading=columns['heading'], speed=speed,
        acceleration=columns['acceleration'])


def _state(state: Element, where: str, *, first: bool) -> tuple[float, ...]:
    position = state.find('position')
    if position is None:
        raise SourceError(f'{where} has a state without position')
    point = position.find('point')
    if point is None:
        # An uncertain position is a shape; its centre is what is known best.
        point = position.find('.//center')
    if point is None:
        raise SourceError(f'{where} has a position that is neither a point nor a shape')
    time = _number(state, 'time', where)
    return (
        0.0 if first and math.isnan(time) else time,
        finite(point.findtext('x'), f'{where}: x'),
        finite(point.findtext('y'), f'{where}: y'),
        _required(state, 'orientation', where),
        _number(state, 'velocity', where),
        _number(state, 'acceleration', where),
    )


def _required(state: Element, tag: str, where: str) -> float:
    number = _number(state, tag, where)
    if math.isnan(number):
        raise SourceError(f'{where} has a state without {tag}')
    return number


def _number(state: Element, tag: str, where: str) -> float:
    """Return an exact value or the middle of an interval, NaN where there is none."""
    element = state.find(tag)
    if element is None:
        return math.nan
    exact = element.findtext('exact')
    if exact is not None:
        return finite(exact, f'{where}: {tag}')
    begin, end = element.findtext('intervalStart'), element.findtext('intervalEnd')
    return 0.5 * (finite(begin, f'{where}: {tag}') + finite(end, f'{where}: {tag}'))


def _size(element: Element, where: str) -> tuple[float, float]:
    rectangle = element.find('shape/rectangle')
    if rectangle is not None:
        return (
            finite(rectangle.findtext('length'), f'{where}: length'),
            finite(rectangle.findtext('width'), f'{where}: width'))
    circle = element.find('shape/circle')
    if circle is not None:
        diameter = 2.0 * finite(circle.findtext('radius'), f'{where}: radius')
        return diameter, diameter
    corners = [
        (finite(point.findtext('x'), f'{where}: x'), finite(point.findtext('y'), f'{where}: y'))
        for point in element.findall('shape/polygon/point')
    ]
    if not corners:
        raise SourceError(f'{where} has no shape that is a rectangle, circle or polygon')
    extent = np.ptp(np.array(corners), axis=0)
    return float(extent[0]), float(extent[1])


def _standing(trajectory: Trajectory, time: np.ndarray) -> Trajectory:
    count = len(time)
    return Trajectory(
        name=trajectory.name, object_class=trajectory.object_class, length=trajectory.length,
        width=trajectory.width, fixed=True, time=time,
        x=np.full(count, trajectory.x[0]), y=np.full(count, trajectory.y[0]),
        heading=np.full(count, trajectory.heading[0]), speed=np.zeros(count),
        acceleration=np.zeros(count))
