# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What a mix of SPAT, MAP and RSI costs: `./dev run python benchmarks/road_side_load.py`.

An ego drives past five intersections that send 50 SPAT, 20 MAP and 30 RSI (ten signs, five events)
a second. Printed is the processor time of the whole pipeline, what the same drive takes in radio
silence, and the difference as a share of one core.
"""

from __future__ import annotations

import argparse
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.inputs import FrameBatch
from icv_v2x.interchange.map_plans import MAP_AID, LanePlan, LinkPlan, WayOver, map_octets
from icv_v2x.interchange.playback import play
from icv_v2x.interchange.signal_plans import FixedCycle, intersection_value, spat_octets
from icv_v2x.pipeline import Pipeline
from icv_v2x.scenes import Scene, inputs, kmh
from icv_v2x.translate.signal_reports import Light

if TYPE_CHECKING:
    from icv_v2x.scenes.road_side import Site

NODES = 5
SPACING = 300.0
CYCLE = FixedCycle(((Light.RED, 30.0), (Light.PROTECTED_GREEN, 27.0), (Light.YELLOW, 3.0)))


def link(number: int) -> LinkPlan:
    """Return the two lanes that lead to a node along x."""
    def line(y: float) -> Any:
        along = np.linspace((number - 1) * SPACING + 15.0, number * SPACING - 15.0, 10)
        return np.column_stack([along, np.full(len(along), y)])
    return LinkPlan(number, number + 1, tuple(
        LanePlan(lane, line(y), (WayOver(number + 2, lane, lane),))
        for lane, y in ((1, 3.5), (2, 0.0))))


def map_of(number: int, site: Site) -> bytes:
    """Return the MAP of a node."""
    return map_octets([link(number)], site.map_frame, count=site.count)


def spat_of(number: int, site: Site) -> bytes:
    """Return the SPAT of a node."""
    states = CYCLE.states(site.instant / 1e9 + 7.0 * number)
    return spat_octets(
        [intersection_value(1, number + 1, {1: states, 2: states}, site.instant)],
        site.instant, site.count)


def drive(seconds: float) -> Scene:
    """Return the drive."""
    scene = Scene(seconds)
    scene.ego(kmh(50), x=30.0)
    told = scene.road_side
    for number in range(1, NODES + 1):
        unit, x = f'unit {number}', number * SPACING
        scene.roadside_unit(unit, x=x, y=20.0)
        told.repeats(unit, partial(spat_of, number), rate=10.0)
        told.repeats(unit, partial(map_of, number), rate=4.0, aid=MAP_AID)
        path = [(x - 280.0 + 20.0 * k, 0.0) for k in range(12)]
        told.sign(unit, 1, 85, text='50', at=(x - 280.0, -5.0), paths=[path])
        told.sign(unit, 2, 38, at=(x - 280.0, -5.0), paths=[path])
        told.event(unit, 1, 501, at=(x - 60.0, 3.5), paths=[path], half_width=6.0)
    return scene


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--seconds', type=float, default=30.0)
    seconds = parser.parse_args().seconds
    scene = drive(seconds)
    heard = inputs(scene)
    frames = sum(len(item) for _, item in heard if isinstance(item, FrameBatch))
    silent = [(at, item) for at, item in heard if not isinstance(item, FrameBatch)]

    def cost(items: list[tuple[int, Any]]) -> float:
        pipeline = Pipeline(scene.parameters())
        begin = time.process_time()
        said = sum(len(step.cycle.advisories) for step in play(pipeline, items, rate=20.0))
        spent = time.process_time() - begin
        counters = pipeline.counters
        assert counters.accepted == counters.received, counters
        assert bool(said) == bool(counters.received)
        return spent

    without, both = cost(silent), cost(heard)
    print(f'{frames / seconds:.0f} messages a second for {seconds:.0f} s')
    print(f'silence            {100.0 * without / seconds:5.1f} % of a core')
    print(f'with the road side {100.0 * both / seconds:5.1f} %')
    print(f'difference         {100.0 * (both - without) / seconds:5.1f} %, '
          f'{1e3 * (both - without) / frames:.2f} ms a message, cycles included')


if __name__ == '__main__':
    main()
