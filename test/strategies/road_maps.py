# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Roads for tests: drawn in the map, sent through the codec as a road-side unit would."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.frames import MapFrame
from icv_v2x.inputs import SignerRole, Verification
from icv_v2x.interchange.broadcast import Frame, batch_of
from icv_v2x.interchange.map_plans import LanePlan, LinkPlan, WayOver, map_octets
from icv_v2x.message_set import decode, encode, message_of
from icv_v2x.message_set.records.map_common import Maneuver
from icv_v2x.parameters.groups import MapOrigin, Parameters, Vehicle
from icv_v2x.roads import RoadModel, road_model
from icv_v2x.translate.csae_map import node_maps_from_map

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from icv_v2x.translate.lanes import NodeMap

ORIGIN = (39.7950, 116.5060)
NOW = 1_748_764_800_000_000_000
WIDTH = 3.5
STRAIGHT, LEFT, RIGHT = (
    Maneuver.MANEUVER_STRAIGHT, Maneuver.MANEUVER_LEFT_TURN, Maneuver.MANEUVER_RIGHT_TURN)


def parameters() -> Parameters:
    return Parameters(
        map_origin=MapOrigin(latitude=ORIGIN[0], longitude=ORIGIN[1]),
        vehicle=Vehicle(length=4.8, width=1.9, base_link_to_center=0.0))


def map_frame() -> MapFrame:
    return MapFrame(*ORIGIN)


def maps_of(
    octets: Sequence[bytes], *, role: SignerRole = SignerRole.ROADSIDE, signer: int = 7,
    verification: Verification = Verification.VERIFIED, now: int = NOW, age: int = 0,
) -> list[NodeMap]:
    """Returns what the adapter makes of frames."""
    return refused_or(octets, role=role, signer=signer, verification=verification, now=now,
                      age=age)[0]


def refused_or(
    octets: Sequence[bytes], *, role: SignerRole = SignerRole.ROADSIDE, signer: int = 7,
    verification: Verification = Verification.VERIFIED, now: int = NOW, age: int = 0,
) -> tuple[list[NodeMap], list[str]]:
    """Returns what the adapter makes of frames, and why it refuses others."""
    batch = batch_of(
        [Frame(now, now - age, one, verification, signer, role) for one in octets], now)
    messages = [(row, message_of(decode(one))[1]) for row, one in enumerate(octets)]
    maps, refusals = node_maps_from_map(messages, batch, map_frame(), parameters())
    return maps, [refusal.reason.value for refusal in refusals]


def maps_of_value(value: dict[str, Any]) -> list[NodeMap]:
    """Returns what the adapter makes of one MAP value."""
    return maps_of([encode({'mapFrame': value})])


def crossing(arm: float = 200.0, node: int = 10) -> list[NodeMap]:
    """Returns a crossing at the origin: from each of four sides two lanes, 16 ways over it."""
    return maps_of([map_octets(crossing_links(arm, node), map_frame())])


def crossing_links(
    arm: float = 200.0, node: int = 10, x: float = 0.0, y: float = 0.0,
    neighbours: Sequence[int] = (21, 22, 23, 24),
) -> list[LinkPlan]:
    """Returns links from east, north, west and south; left lane straight and left."""
    links = []
    for side, upstream in enumerate(neighbours):
        inward = side * math.pi / 2 + math.pi
        lanes = []
        for number in (1, 2):
            aside = -(number - 0.5) * WIDTH
            along = np.array([-arm, -0.5 * arm, -15.0])
            points = np.column_stack([
                x + along * math.cos(inward) - aside * math.sin(inward),
                y + along * math.sin(inward) + aside * math.cos(inward)])
            straight, left, right = (neighbours[(side + k) % 4] for k in (2, 3, 1))
            ways = (WayOver(straight, number, 1 + 3 * side, STRAIGHT),)
            ways += (
                (WayOver(left, 1, 2 + 3 * side, LEFT),) if number == 1
                else (WayOver(right, 2, 3 + 3 * side, RIGHT),))
            lanes.append(LanePlan(number, points, ways))
        links.append(LinkPlan(upstream, node, tuple(lanes)))
    return links


def two_nodes(apart: float = 400.0, *, second_numbers: int = 0) -> list[NodeMap]:
    """Returns two crossings in a row from west to east, nodes 10 and 11.

    Args:
        apart: Distance of the nodes [m].
        second_numbers: Added to the lane numbers of the eastern node.
    """
    west = crossing_links(180.0, 10, neighbours=(11, 22, 23, 24))
    east = crossing_links(apart - 20.0, 11, x=apart, neighbours=(31, 32, 10, 34))
    if second_numbers:
        east = [
            LinkPlan(link.upstream, link.node, tuple(
                LanePlan(lane.lane_id + second_numbers, lane.points, lane.ways)
                for lane in link.lanes))
            for link in east
        ]
    return maps_of([map_octets(west, map_frame()), map_octets(east, map_frame())])


def model_of(maps: list[NodeMap]) -> RoadModel:
    return road_model(maps)
