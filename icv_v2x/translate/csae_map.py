# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Adapter of the Chinese message set: from road maps (MAP) to lanes in the map frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.clock import NANOSECONDS
from icv_v2x.frames import to_wgs84
from icv_v2x.inputs import SignerRole
from icv_v2x.message_set.records.convert import to_record
from icv_v2x.message_set.records.map import MapData, Node
from icv_v2x.translate import plausibility
from icv_v2x.translate.lane_geometry import Place, lanes_of_node
from icv_v2x.translate.lanes import NOT_GIVEN, NodeMap
from icv_v2x.translate.refusals import Refusal, RefusalReason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icv_v2x.frames import MapFrame
    from icv_v2x.inputs import FrameBatch
    from icv_v2x.parameters import Parameters


def node_maps_from_map(
    messages: Sequence[tuple[int, dict[str, Any]]],
    batch: FrameBatch,
    map_frame: MapFrame,
    parameters: Parameters,
) -> tuple[list[NodeMap], tuple[Refusal, ...]]:
    """Return the maps of nodes that MAP messages give.

    Certificates of vehicles may not sign them. A node without a reference position, far away or
    without a lane that can be drawn is left out; a message of which nothing is left is refused.
    The time stamp of the message may be that of the survey, so only the security header tells
    its age.

    Args:
        messages: Frame index in the batch, and message value.
        batch: The frames that they came in.
        map_frame: The map.
        parameters: Datum of roadside units, limits of the clock.

    Returns:
        The maps in the order of the messages, and one refusal for every message that gives none.
    """
    maps: list[NodeMap] = []
    refusals = []
    for frame, value in messages:
        reason = _against_sender(frame, batch, parameters)
        if reason is None:
            found, reason = _of_message(
                to_record('MapData', value), frame, batch, map_frame, parameters)
            maps += found
            if found:
                continue
        refusals.append(Refusal(frame, reason or RefusalReason.NO_POSITION))
    return maps, tuple(refusals)


def _against_sender(
    frame: int, batch: FrameBatch, parameters: Parameters
) -> RefusalReason | None:
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
    message: MapData, frame: int, batch: FrameBatch, map_frame: MapFrame, parameters: Parameters
) -> tuple[list[NodeMap], RefusalReason | None]:
    maps = []
    reason = None
    for node in message.nodes:
        place = _place(node, map_frame, parameters)
        if not np.isfinite(place.x + place.y):
            reason = reason or RefusalReason.NO_POSITION
            continue
        if not np.hypot(place.x, place.y) <= plausibility.AREA_RADIUS:
            reason = reason or RefusalReason.OUT_OF_AREA
            continue
        lanes = lanes_of_node(node, place)
        if not len(lanes):
            reason = reason or RefusalReason.NO_POSITION
            continue
        maps.append(NodeMap(
            region=NOT_GIVEN if node.id.region is None else node.id.region,
            node=node.id.id,
            x=place.x,
            y=place.y,
            message_count=message.message_count,
            time=int(batch.generation_time[frame]) or int(batch.reception_time[frame]),
            verification=int(batch.verification[frame]),
            signer=int(batch.signer[frame]),
            lanes=lanes,
        ))
    return maps, reason


def _place(node: Node, map_frame: MapFrame, parameters: Parameters) -> Place:
    """Return the place that the offsets of a node count from."""
    position = node.reference_position
    latitude, longitude = to_wgs84(
        np.array([position.latitude]), np.array([position.longitude]), parameters.datum.roadside)
    x, y, _ = map_frame.to_map(latitude, longitude, position.elevation)
    return Place(
        latitude=position.latitude, longitude=position.longitude, elevation=position.elevation,
        x=float(x[0]), y=float(y[0]), map_frame=map_frame, datum=parameters.datum.roadside)
