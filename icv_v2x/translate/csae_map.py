# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Adapter of the Chinese message set: from road maps (MAP) to lanes in the map frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from icv_v2x.clock import NANOSECONDS
from icv_v2x.frames import to_wgs84
from icv_v2x.inputs import SignerRole
from icv_v2x.message_set.records.convert import to_record
from icv_v2x.message_set.records.map import Node
from icv_v2x.translate import plausibility
from icv_v2x.translate.certificate_scope import nodes_outside
from icv_v2x.translate.lane_geometry import Place, lanes_of_node
from icv_v2x.translate.lanes import NOT_GIVEN, NodeMap
from icv_v2x.translate.refusals import Refusal, RefusalReason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icv_v2x.frames import MapFrame
    from icv_v2x.inputs import FrameBatch
    from icv_v2x.parameters import Parameters
    from icv_v2x.translate.lanes import Lanes

# Nodes whose drawing is remembered.
_REMEMBERED = 64


class DrawnNode(NamedTuple):
    """The part of a `NodeMap` that the content of the node alone decides."""

    region: int
    node: int
    x: float
    y: float
    lanes: Lanes


class MapMemory:
    """What nodes were drawn last, as units repeat the same map every second."""

    def __init__(self) -> None:
        """Remember nothing."""
        self._nodes: dict[tuple[int | None, int], tuple[dict[str, Any], DrawnNode]] = {}

    def drawn(self, value: dict[str, Any]) -> DrawnNode | None:
        """Return what a node was drawn as, None where this content is new."""
        known = self._nodes.get(_key(value))
        return known[1] if known is not None and known[0] == value else None

    def keep(self, value: dict[str, Any], drawn: DrawnNode) -> None:
        """Remember a node, and no more than so many."""
        self._nodes.pop(_key(value), None)
        if len(self._nodes) >= _REMEMBERED:
            self._nodes.pop(next(iter(self._nodes)))
        self._nodes[_key(value)] = (value, drawn)


def _key(value: dict[str, Any]) -> tuple[int | None, int]:
    return value['id'].get('region'), value['id']['id']


def node_maps_from_map(
    messages: Sequence[tuple[int, dict[str, Any]]],
    batch: FrameBatch,
    map_frame: MapFrame,
    parameters: Parameters,
    memory: MapMemory | None = None,
) -> tuple[list[NodeMap], tuple[Refusal, ...]]:
    """Return the maps of nodes that MAP messages give.

    Certificates of vehicles may not sign them. A node without a reference position, far away,
    outside the region of the certificate or without a lane that can be drawn is left out; a
    message of which nothing is left is refused.
    The time stamp of the message may be that of the survey, so only the security header tells
    its age.

    Args:
        messages: Frame index in the batch, and message value.
        batch: The frames that they came in.
        map_frame: The map.
        parameters: Datum of roadside units, limits of the clock.
        memory: Of the same map frame and datum, None for none.

    Returns:
        The maps in the order of the messages, and one refusal for every message that gives none.
    """
    maps: list[NodeMap] = []
    refusals = []
    for frame, value in messages:
        reason = against_sender(frame, batch, parameters)
        if reason is None:
            found, reason = _of_message(
                value, frame, batch, memory or MapMemory(), map_frame, parameters)
            maps += found
            if found:
                continue
        refusals.append(Refusal(frame, reason or RefusalReason.NO_POSITION))
    return maps, tuple(refusals)


def against_sender(
    frame: int, batch: FrameBatch, parameters: Parameters
) -> RefusalReason | None:
    """Return why a map of that sender and age is not taken, None where it is."""
    if batch.signer_role[frame] in (SignerRole.VEHICLE, SignerRole.EMERGENCY):
        return RefusalReason.NOT_PERMITTED
    generated = int(batch.generation_time[frame])
    if generated > 0:
        age = (int(batch.reception_time[frame]) - generated) / NANOSECONDS
        if age > parameters.clock.age_maximum:
            return RefusalReason.STALE
        if age < -parameters.clock.future_maximum:
            return RefusalReason.FUTURE
    return None


def _of_message(
    message: dict[str, Any], frame: int, batch: FrameBatch, memory: MapMemory,
    map_frame: MapFrame, parameters: Parameters,
) -> tuple[list[NodeMap], RefusalReason | None]:
    maps = []
    reason = None
    nodes = message['nodes']
    outside = nodes_outside(batch, frame, nodes, parameters.datum.roadside).tolist()
    for value, elsewhere in zip(nodes, outside, strict=True):
        if elsewhere:
            reason = reason or RefusalReason.OUTSIDE_REGION
            continue
        drawn: DrawnNode | RefusalReason | None = memory.drawn(value)
        if drawn is None:
            drawn = _drawn(to_record('Node', value), map_frame, parameters)
        if isinstance(drawn, RefusalReason):
            reason = reason or drawn
            continue
        memory.keep(value, drawn)
        maps.append(NodeMap(
            region=drawn.region,
            node=drawn.node,
            x=drawn.x,
            y=drawn.y,
            lanes=drawn.lanes,
            message_count=message['msgCnt'],
            time=int(batch.generation_time[frame]) or int(batch.reception_time[frame]),
            verification=int(batch.verification[frame]),
            signer=int(batch.signer[frame]),
        ))
    return maps, reason


def _drawn(
    node: Node, map_frame: MapFrame, parameters: Parameters
) -> DrawnNode | RefusalReason:
    """Return what a node is in the map, or why it is of no use."""
    place = _place(node, map_frame, parameters)
    if not np.isfinite(place.x + place.y):
        return RefusalReason.NO_POSITION
    if not np.hypot(place.x, place.y) <= plausibility.AREA_RADIUS:
        return RefusalReason.OUT_OF_AREA
    lanes = lanes_of_node(node, place)
    if not len(lanes):
        return RefusalReason.NO_POSITION
    region = NOT_GIVEN if node.id.region is None else node.id.region
    return DrawnNode(region, node.id.id, place.x, place.y, lanes)


def _place(node: Node, map_frame: MapFrame, parameters: Parameters) -> Place:
    """Return the place that the offsets of a node count from."""
    position = node.reference_position
    latitude, longitude = to_wgs84(
        np.array([position.latitude]), np.array([position.longitude]), parameters.datum.roadside)
    x, y, _ = map_frame.to_map(latitude, longitude, position.elevation)
    return Place(
        latitude=position.latitude, longitude=position.longitude, elevation=position.elevation,
        x=float(x[0]), y=float(y[0]), map_frame=map_frame, datum=parameters.datum.roadside)
