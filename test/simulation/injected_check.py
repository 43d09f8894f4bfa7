# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Whether the collisions of injected conflicts were warned of as early as they must be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from injected import EGO, OTHER, injection, run
from rule_onset import rule_onset

if TYPE_CHECKING:
    from pathlib import Path

    from icv_v2x.faults import Operator

STEADY = 3.0
"""Partners in constant motion for this long are warned of `AHEAD` before [s]."""
AHEAD = 1.5
SLOW = 5.0
"""Unless they close at less than this [m/s]: then as soon as the rule holds, as all others."""
# Half a second, one message interval, the latency, and one step of SUMO's clock.
LATE = 0.5 + 0.1 + 0.02 + 0.1


@dataclass(frozen=True)
class Checked:
    """One collision.

    Attributes:
        kind: What was injected.
        seed: With which seed.
        steady: Both partners were in constant motion for `STEADY` before.
        closing: [m/s].
        lead: From the warning to the collision [s], NaN: not warned of.
        behind_rule: From the instant at which the rule held to the warning [s].
        fault: What is wrong, empty where nothing is.
    """

    kind: str
    seed: int
    steady: bool
    closing: float
    lead: float
    behind_rule: float
    fault: str


def check(
    kind: str, seed: int, configs: dict[str, Path], operators: tuple[Operator, ...] = (),
    allowance: float = 0.0,
) -> Checked | None:
    """Inject a conflict and check the warning; None where no collision came of it.

    Args:
        kind: One of `injected.KINDS`.
        seed: Of the conflict, of SUMO and of the operators.
        configs: Place to configuration.
        operators: What the ego's inputs go through.
        allowance: How much later than otherwise a warning may come [s].
    """
    injected = injection(kind, seed)
    outcome = run(injected, configs[injected.place], seed=seed, operators=operators)
    (value,) = outcome.values
    counts = value['summary']
    assert counts['received'] == counts['accepted'] + sum(counts['rejected'].values())
    if not value['collisions']:
        return None
    collision = value['collisions'][0]
    steady = collision['steady_before'] >= STEADY
    lead = collision['lead_time'] if collision['warned'] else math.nan
    onset = rule_onset(outcome.record, EGO, OTHER, collision['time'])
    behind = collision['warned_at'] - onset if collision['warned'] else math.nan
    fault = ''
    if not collision['warned'] and math.isfinite(onset) and collision['time'] - onset > LATE:
        fault = 'not warned of'
    elif steady and collision['closing_speed'] >= SLOW:
        if not lead >= AHEAD - allowance:
            fault = f'warned of {lead:.2f} s before'
    elif collision['warned'] and behind > LATE + allowance:
        fault = f'warned of {behind:.2f} s behind the rule'
    return Checked(kind, seed, steady, collision['closing_speed'], lead, behind, fault)
