# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What a node says ten times a second of itself."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from icv_v2x.advisory.mode import Condition


@dataclass(frozen=True)
class Heartbeat:
    """That a node lives and works.

    Attributes:
        stamp: ROS time [ns since the Unix epoch], 0 before simulated time began.
        node: Its full name.
        counter: Number of the message since the process began.
        state: Mode, why it is not ACTIVE, and the highest level that may be said.
        parameters_hash: Of the parameters in force.
        cycles: Run since the start.
        left_out: Instants that passed while the process was busy.
        worst: The longest of the latest cycles [s], NaN before the first.
        ages: Subscribed topic to the time since its last message [s], None before the first.
    """

    stamp: int
    node: str
    counter: int
    state: Condition
    parameters_hash: str
    cycles: int
    left_out: int
    worst: float
    ages: Mapping[str, float | None]


def heartbeat_fields(beat: Heartbeat) -> dict[str, Any]:
    """Return the fields of an icv_v2x_msgs/Heartbeat but its header: numbers, texts, arrays."""
    mode, reason, ceiling = beat.state
    return {
        'node': str(beat.node), 'counter': int(beat.counter), 'mode': int(mode),
        'mode_reason': str(reason), 'ceiling': int(ceiling),
        'parameters_hash': str(beat.parameters_hash),
        'cycles': int(beat.cycles), 'cycles_left_out': int(beat.left_out),
        'cycle_time_worst': float(beat.worst), 'input_topic': list(beat.ages),
        'input_age': np.array(
            [math.nan if age is None else age for age in beat.ages.values()], np.float64),
    }
