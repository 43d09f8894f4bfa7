# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Makes the golden data of `icv-v2x selftest` anew; look at the difference before you keep it."""

from __future__ import annotations

import json
from pathlib import Path

from icv_v2x.interchange.playback import play
from icv_v2x.parameters import Parameters, build
from icv_v2x.pipeline import Pipeline
from icv_v2x.scenes import Scene, inputs
from icv_v2x.tools.self_test import KINDS, plain, summary_of

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / 'icv_v2x' / 'tools' / 'golden'
RATE = 20.0


def scene() -> Scene:
    """Return a standing car ahead that the ego sees as well, and one beside the road."""
    made = Scene(duration=2.0)
    made.ego(14.0)
    made.car('standing', speed=0.0, ahead=45.0, seen_by_ego=True)
    made.car('oncoming', speed=12.0, ahead=120.0, left=3.7, heading=3.141592653589793)
    return made


def main() -> None:
    """Write both files."""
    FOLDER.mkdir(exist_ok=True)
    small = [
        frame for frame in json.loads(
            (ROOT / 'test' / 'data' / 'frames.json').read_text(encoding='utf-8'))['frames']
        if frame['name'].endswith('_small')]
    made = scene()
    timed = [(at, record) for at, record in inputs(made) if type(record).__name__ in KINDS]
    values = made.parameter_values()
    steps = play(Pipeline(build(Parameters, values)), timed, rate=RATE)
    drive = {
        'parameters': values, 'rate': RATE,
        'expected': summary_of([step.cycle for step in steps], timed[0][0]),
        'inputs': [[at, type(record).__name__, plain(record)] for at, record in timed],
    }
    for name, content in (('frames', {'frames': small}), ('drive', drive)):
        text = json.dumps(content, separators=(',', ':'), sort_keys=True)
        (FOLDER / f'{name}.json').write_text(text + '\n', encoding='utf-8')


if __name__ == '__main__':
    main()
