# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Shapes as visualization_msgs: the one place where markers are made."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from builtin_interfaces.msg import Duration, Time
from geometry_msgs.msg import Point, Pose, Quaternion, Vector3
from std_msgs.msg import ColorRGBA, Header
from visualization_msgs.msg import Marker, MarkerArray

from icv_v2x.drawing import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from icv_v2x.drawing import Placed, Removed, Shape

_SECOND = 1_000_000_000
_TYPES = {
    Kind.BOX: Marker.CUBE,
    Kind.DISC: Marker.CYLINDER,
    Kind.TEXT: Marker.TEXT_VIEW_FACING,
    Kind.ARROW: Marker.ARROW,
    Kind.LINE: Marker.LINE_STRIP,
    Kind.SEGMENTS: Marker.LINE_LIST,
    Kind.DOTS: Marker.SPHERE_LIST,
}
# Shapes with one place; the others have points.
_PLACED = (Kind.BOX, Kind.DISC, Kind.TEXT)
# A scale of 0 draws nothing and is complained of [m].
_LEAST = 1e-3


def marker_array(
    stamp: int, placed: Iterable[Placed], removed: Iterable[Removed],
) -> MarkerArray:
    """Return what makes viewers show shapes and take others away.

    Args:
        stamp: Instant of the shapes [ns since the Unix epoch].
        placed: Shapes to show.
        removed: Shapes to take away.
    """
    header = Header(frame_id='map', stamp=_time(stamp))
    array = MarkerArray()
    array.markers = [
        Marker(header=header, ns=gone.namespace, id=int(gone.number), action=Marker.DELETE)
        for gone in removed]
    array.markers += [
        _marker(header, shape, number, life) for number, shape, life in placed]
    return array


def removal_of_all(stamp: int) -> MarkerArray:
    """Return what takes every marker away; `stamp` in ns since the Unix epoch."""
    return MarkerArray(markers=[
        Marker(header=Header(frame_id='map', stamp=_time(stamp)), action=Marker.DELETEALL)])


def _marker(header: Header, shape: Shape, number: int, life: float) -> Marker:
    marker = Marker(
        header=header, ns=shape.namespace, id=int(number), type=_TYPES[shape.kind],
        action=Marker.ADD, text=shape.text, color=_colour(shape), scale=_scale(shape),
        lifetime=Duration(sec=int(life), nanosec=round(life % 1.0 * _SECOND)))
    if shape.kind in _PLACED:
        x, y, z = shape.points[0].tolist()
        marker.pose = Pose(position=Point(x=x, y=y, z=z), orientation=_turned(shape.yaw))
    else:
        marker.points = [Point(x=x, y=y, z=z) for x, y, z in shape.points.tolist()]
    return marker


def _scale(shape: Shape) -> Vector3:
    length, width, height = (float(value) for value in shape.size)
    if shape.kind == Kind.TEXT:
        return Vector3(z=max(height, _LEAST))
    if shape.kind == Kind.DISC:
        return Vector3(x=max(length, _LEAST), y=max(length, _LEAST), z=max(height, _LEAST))
    if shape.kind in (Kind.LINE, Kind.SEGMENTS):
        return Vector3(x=max(length, _LEAST))
    return Vector3(x=max(length, _LEAST), y=max(width, _LEAST), z=max(height, _LEAST))


def _colour(shape: Shape) -> ColorRGBA:
    red, green, blue, opacity = (float(value) for value in shape.colour)
    return ColorRGBA(r=red, g=green, b=blue, a=opacity)


def _turned(yaw: float) -> Quaternion:
    return Quaternion(z=math.sin(0.5 * yaw), w=math.cos(0.5 * yaw))


def _time(stamp: int) -> Time:
    seconds, rest = divmod(int(stamp), _SECOND)
    return Time(sec=seconds, nanosec=rest)
