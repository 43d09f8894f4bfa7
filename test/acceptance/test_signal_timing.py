# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The countdown of recorded signals is that of the log, and gone once the log falls silent."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from strategies.signals import Roadside

from icv_v2x.interchange.signal_plans import State
from icv_v2x.translate.signal_reports import Light

LOGS = Path(__file__).resolve().parents[2].parent / 'shared' / 'data' / 'denver_spat_map'
# Second of the hour at which each log begins, so that the ends that it states lie ahead.
BEGIN = {'SPAT_Validation': 80.0, 'ApproachAndStopAtLine-through': 185.0, 'SPATs': 112.0}
LIGHTS = {
    'STOP_AND_REMAIN': Light.RED, 'PROTECTED_MOVEMENT_ALLOWED': Light.PROTECTED_GREEN,
    'PROTECTED_CLEARANCE': Light.YELLOW, 'PERMISSIVE_MOVEMENT_ALLOWED': Light.PERMISSIVE_GREEN,
    'PERMISSIVE_CLEARANCE': Light.YELLOW,
}


class Entry(NamedTuple):
    """What a line of a log says of a phase: light, and second of the hour of its ends."""

    light: Light
    earliest: float
    latest: float


def entries(name: str) -> list[tuple[float, int, dict[int, Entry]]]:
    """Return time in the log [s], intersection and phases of every SPaT line."""
    path = LOGS / f'{name}.csv.gz'
    if not path.is_file():
        pytest.skip(f'{path} is absent')
    found = []
    with gzip.open(path, 'rt') as lines:
        for kind, milliseconds, text in (line.split(',', 2) for line in lines):
            if kind != 'SPAT':
                continue
            data = json.loads(text)['payload']['data']
            (state,) = data['intersectionStateList']['intersectionStatelist']
            phases = {}
            for movement in state['states']['movementList']:
                (event,) = movement['state_time_speed']['movementEventList']
                timing = event['timing']
                phases[movement['signalGroup']] = Entry(
                    LIGHTS[event['eventState']], 0.1 * timing['minEndTime'],
                    0.1 * timing['maxEndTime'])
            found.append((1e-3 * int(milliseconds), state['id']['id'], phases))
    return found


@pytest.mark.parametrize(('name', 'utc'), [
    ('SPAT_Validation', False), ('ApproachAndStopAtLine-through', True), ('SPATs', False),
    ('SPATs', True)])
def test_the_countdown_is_that_of_the_log_and_none_is_left_once_it_is_silent(
    name: str, utc: bool,
) -> None:
    log = entries(name)
    begin = BEGIN[name]
    unit = Roadside()
    worst, shown = 0.0, 0
    pending = iter(log)
    following = next(pending)
    latest: dict[int, Entry] = {}
    heard, node = -np.inf, following[1]
    # Cycles of 20 Hz, until 4 s after the last line.
    for cycle in range(round((log[-1][0] + 4.0) * 20.0)):
        now = begin + 0.05 * cycle
        while following is not None and begin + following[0] + 0.02 <= now:
            heard, latest = begin + following[0], following[2]
            unit.say(heard, {
                number: [State(entry.light, 0.0, entry.latest - heard, entry.earliest - heard,
                               entry.latest - heard)]
                for number, entry in latest.items()}, node=node, utc=utc)
            following = next(pending, None)
        signals = unit.see(now)
        for row, phase in enumerate(signals.phase_id.tolist()):
            ends = signals.time_to_end_min[row], signals.time_to_end_likely[row]
            if now - heard > 2.0 or (following is None and now - heard > 0.6):
                assert np.isnan(ends).all()
                assert signals.light[row] == Light.UNAVAILABLE
            elif np.isfinite(ends).all():
                entry = latest[phase]
                assert signals.light[row] == entry.light
                truth = max(entry.earliest - now, 0.0), entry.latest - now
                worst = max(worst, float(np.abs(np.subtract(ends, truth)).max()))
                shown += 1
    assert worst <= 0.1
    assert shown > 0.85 * len(log) / log[-1][0] * 0.1 * 20 * len(latest)
