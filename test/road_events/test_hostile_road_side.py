# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever a road-side unit sends, nothing is lost to a defect and no text steers a terminal."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest
from strategies.messages import random_value

from icv_v2x.inputs import SignerRole, Verification
from icv_v2x.interchange.broadcast import Frame, batch_of
from icv_v2x.message_set import codec, schema
from icv_v2x.pipeline import Pipeline
from icv_v2x.scenes import Scene, inputs

NUMBERS = ('distance', 'gap', 'required_deceleration', 'speed_max', 'conflict_x', 'data_age')


def nearby(random_source: random.Random) -> dict[str, Any]:
    def offset() -> int:
        return random_source.randint(-2000, 2000)
    return {'offsetLL': {'position-LL4': {'lon': offset(), 'lat': offset()}}}


def hostile(name: str, now: int, random_source: random.Random) -> bytes:
    """Return a random message whose places are mostly near the map origin."""
    value = random_value(schema.types()[name], random_source)
    value['refPos'] = {'lat': 397950000, 'long': 1165060000}
    value.pop('moy', None)
    if 'secMark' in value:
        value['secMark'] = now // 1_000_000 % 60_000
    for told in value.get('rtes', []) + value.get('rtss', []):
        for key in ('eventPos', 'signPos'):
            if key in told and random_source.random() < 0.7:
                told[key] = nearby(random_source)
        for path in told.get('referencePaths', []):
            if random_source.random() < 0.8:
                path['activePath'] = [nearby(random_source) for _ in path['activePath']]
        if random_source.random() < 0.7:
            told.pop('timeDetails', None)
        if random_source.random() < 0.5:
            told['description'] = {'textString': '\x1b[31m60\r\nlimit 40'}
    return codec.encode(codec.frame_of(name, value))


@pytest.mark.parametrize('seed', range(8))
def test_random_messages_cost_nothing_but_themselves(seed: int) -> None:
    scene = Scene(0.3)
    scene.ego(15.0)
    pipeline = Pipeline(scene.parameters())
    own = inputs(scene)
    for _, item in own:
        pipeline.receive(item)
    now = own[-1][0]
    source = random.Random(seed)
    names = ['RoadSideInformation'] * 18 + ['RoadsideCoordination'] * 6
    frames = [
        Frame(now, 0, hostile(name, now, source), Verification(source.randint(0, 1)),
              source.randint(0, 5), SignerRole.ROADSIDE)
        for name in names]
    pipeline.receive(batch_of(frames, now))
    cycle = pipeline.cycle(now)
    counters = pipeline.counters
    assert pipeline.failures == {}
    assert 'internal_error' not in {**counters.rejected, **counters.rejected_objects}
    assert counters.received == len(frames) == counters.accepted + sum(
        counters.rejected.values())
    assert len(cycle.events) > 20
    for advisory in cycle.advisories:
        assert advisory.reason.isprintable()
        assert not any(math.isinf(getattr(advisory, name)) for name in NUMBERS)
