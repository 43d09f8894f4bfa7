# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The way in a parking area is published where it is new, now and then, and once when it ends."""

from __future__ import annotations

from typing import Any

import pytest
from strategies.car_parks import area_of

from icv_v2x.nodes.message_classes import encoder
from icv_v2x.nodes.parking_speaker import ParkingSpeaker
from icv_v2x.parking import Guidance, Network, Outcome
from icv_v2x.parking.network import OnDrive
from icv_v2x.scenes.car_park import CarPark

TENTH = 100_000_000


class Node:
    """Keeps what is published."""

    def __init__(self) -> None:
        self.encoder = encoder()
        self.given: dict[str, Any] = {}
        self.said: list[Any] = []

    def speak(self, *_: Any) -> Any:
        return self.said.append


def test_the_way_is_published_when_it_is_new_now_and_then_and_once_empty() -> None:
    area = area_of(CarPark(levels=2, slots=80))
    network = Network(area, 1.7, 2.3)
    slots = area.slots

    def guidance(row: int) -> Guidance:
        route = network.route(
            network.reach_from_outside(-30.0, 0.0),
            OnDrive(int(slots.drive[row]), float(slots.station[row])))
        return Guidance(area, Outcome.ON_THE_WAY, int(slots.number[row]), route=route)

    node = Node()
    speaker = ParkingSpeaker(node)  # type: ignore[arg-type]
    counts = []
    for step, told in enumerate((
        None, guidance(0), guidance(0), guidance(0), guidance(79), None, None,
    )):
        speaker.show(told, step * TENTH)
        counts.append(len(node.said))
    assert counts == [0, 1, 1, 2, 3, 4, 4]
    poses = node.said[2].poses
    assert node.said[2].header.frame_id == 'map'
    assert (poses[0].pose.position.x, poses[0].pose.position.z) == pytest.approx(
        (-20.0, 0.0), abs=0.05)
    assert poses[-1].pose.position.z == pytest.approx(-3.0, abs=0.05)
    assert poses[0].pose.orientation.w == pytest.approx(1.0, abs=1e-3)
    assert list(node.said[3].poses) == []
