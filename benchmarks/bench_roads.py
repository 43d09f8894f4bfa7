# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The road model under load: lane matching of 1,000 objects against 100 lanes, building, routes.

Run by `pytest benchmarks/bench_roads.py`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from icv_v2x.roads import LaneMatcher, RoadModel, road_model, route_ahead
from icv_v2x.translate.lane_tables import ConnectionDraft, LaneDraft, lanes_of_drafts
from icv_v2x.translate.lanes import NodeMap

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

OBJECTS = 1000
GRID = 5
SPACING = 300.0
WIDTH = 3.5


def town(size: int = GRID, lanes: int = 1) -> list[NodeMap]:
    """Return the maps of a square town: from each node to each neighbour a link of lanes."""
    maps = []
    for column in range(size):
        for row in range(size):
            drafts = []
            for east, north in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                drafts += _link(column - east, row - north, east, north, size, lanes)
            node = (1, 1 + column * size + row)
            maps.append(NodeMap(
                1, node[1], column * SPACING, row * SPACING, lanes_of_drafts(node, drafts, []),
                message_count=0, time=0, verification=1, signer=7))
    return maps


def _link(
    column: int, row: int, east: int, north: int, size: int, lanes: int
) -> list[LaneDraft]:
    if not (0 <= column < size and 0 <= row < size):
        return []
    along = np.linspace(15.0, SPACING - 15.0, 10)
    drafts = []
    for number in range(lanes):
        aside = (number + 0.5) * WIDTH
        # A slight bend, so that lines have more than one direction.
        bend = aside + 3.0 * np.sin(math.pi * along / SPACING)
        line = np.column_stack([
            column * SPACING + along * east + bend * north,
            row * SPACING + along * north - bend * east, np.zeros(len(along))])
        there = (column + east, row + north)
        ways = [
            ConnectionDraft((1, 1 + c * size + r), 0, 1 + number, 255, 1 + turn, np.zeros((0, 3)))
            for turn, (c, r) in enumerate((
                (there[0] + east, there[1] + north), (there[0] - north, there[1] + east),
                (there[0] + north, there[1] - east)))
            if 0 <= c < size and 0 <= r < size
        ]
        drafts.append(LaneDraft(
            (1, 1 + column * size + row), 0, 1 + number, True, WIDTH, None, 7,
            np.full(13, np.nan), line, ways))
    return drafts


def traffic(model: RoadModel, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return objects on the lanes, 1 m noise: x [m], y [m], heading [rad]."""
    random = np.random.default_rng(5)
    lane = random.integers(0, len(model), count)
    x, y, heading = np.empty(count), np.empty(count), np.empty(count)
    for one in range(count):
        station = np.array([random.uniform(0.0, model.length[lane[one]])])
        x[one], y[one], heading[one] = (v[0] for v in model.place(int(lane[one]), station))
    return (
        x + random.normal(0.0, 1.0, count), y + random.normal(0.0, 1.0, count),
        heading + random.normal(0.0, 0.03, count))


@pytest.mark.benchmark(group='lanes of 1,000 objects')
@pytest.mark.parametrize(('size', 'lanes'), [(6, 1), (5, 2)], ids=['120 lanes', '160 lanes'])
def test_matching(benchmark: BenchmarkFixture, size: int, lanes: int) -> None:
    model = road_model(town(size, lanes))
    assert len(model) >= 100
    x, y, heading = traffic(model, OBJECTS)
    keys = np.arange(OBJECTS).astype(np.uint64)
    matcher = LaneMatcher()
    stamp = [0]

    def once() -> None:
        stamp[0] += 100_000_000
        matches = matcher.match(model, stamp[0], keys, x, y, heading)
        assert np.count_nonzero(matches.lane >= 0) > 0.95 * OBJECTS

    once()
    benchmark(once)


@pytest.mark.benchmark(group='road model')
def test_building(benchmark: BenchmarkFixture) -> None:
    maps = town()

    def build() -> None:
        model = road_model(maps)
        assert model.grid is not None
        assert len(model.relation) == len(model)

    benchmark(build)


@pytest.mark.benchmark(group='road model')
def test_route(benchmark: BenchmarkFixture) -> None:
    model = road_model(town())
    assert len(model.connection_length)
    lane = model.lane_of(model.nodes[GRID][1], model.nodes[0][1], 1)
    route = benchmark(route_ahead, model, lane, 20.0)
    assert len(route) >= 3
