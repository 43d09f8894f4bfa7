# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The scene language: sketches of traffic that play into the pipeline or become bags.

scene = Scene(duration=12.0)
ego = scene.ego(speed=kmh(50))
scene.car('leader', ahead=80.0, speed=0.0)
cycles = run(scene, Pipeline(scene.parameters()))
"""

from icv_v2x.scenes.actors import SIZES, Actor, Ego, EgoOutput, Radio, Size, kmh
from icv_v2x.scenes.inputs import inputs, write
from icv_v2x.scenes.manoeuvres import States
from icv_v2x.scenes.run import run
from icv_v2x.scenes.scene import Scene
from icv_v2x.scenes.truth import Encounter, encounter, separation

__all__ = [
    'SIZES', 'Actor', 'Ego', 'EgoOutput', 'Encounter', 'Radio', 'Scene', 'Size', 'States',
    'encounter', 'inputs', 'kmh', 'run', 'separation', 'write',
]
