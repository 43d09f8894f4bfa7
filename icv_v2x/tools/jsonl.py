# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Cycles and the closing summary as lines of JSON, the same bytes for the same input."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from icv_v2x.advisory.merge_plan import MergePlan
    from icv_v2x.advisory.types import Advisory
    from icv_v2x.interchange.playback import Step
    from icv_v2x.pipeline import Counters
    from icv_v2x.platooning import PlatoonPlan

DECIMALS = 4
"""Decimals of every number: a tenth of a millimetre, millisecond or per mille."""

_TIME_DECIMALS = 6
_SECOND = 1_000_000_000
_NUMBERS = (
    'time_to_conflict', 'time_to_conflict_end', 'post_encroachment_time', 'distance', 'gap',
    'closing_speed', 'required_deceleration', 'speed_min', 'speed_max', 'probability', 'data_age',
)


def cycle_line(step: Step) -> str | None:
    """Return the line of a cycle, None where it has nothing to say.

    Args:
        step: Time and cycle.

    Returns:
        One JSON object without a line end; NaN and infinity are null.
    """
    cycle = step.cycle
    platoon = cycle.platoon_plan
    if not cycle.advisories and cycle.merge_plan is None and platoon is None:
        return None
    return _dump({
        't': round(step.time, _TIME_DECIMALS),
        'mode': cycle.mode.name,
        'mode_reason': cycle.mode_reason,
        'advisories': [
            advisory_value(advisory, cycle.stamp, step.time) for advisory in cycle.advisories
        ],
        'merge_plan': None if cycle.merge_plan is None else merge_plan_value(cycle.merge_plan),
        **({} if platoon is None else {'platoon_plan': platoon_plan_value(platoon)}),
    })


def advisory_value(advisory: Advisory, stamp: int, time: float) -> dict[str, Any]:
    """Return an advisory as JSON values.

    Args:
        advisory: The advisory.
        stamp: Instant of its cycle [ns since the Unix epoch].
        time: The same instant on the clock of `t` [s].

    Returns:
        Names of the message's fields to values; `valid_until` is on the clock of `t` [s].
    """
    value: dict[str, Any] = {
        'id': advisory.id,
        'scenario': advisory.scenario.name,
        'application': advisory.application.name,
        'level': advisory.level.name,
        'action': advisory.action.name,
        'subject_ids': list(advisory.subject_ids),
    }
    for name in _NUMBERS:
        value[name] = number(getattr(advisory, name))
    value['conflict_point'] = [
        number(part) for part in (advisory.conflict_x, advisory.conflict_y, advisory.conflict_z)
    ]
    value['lane_id'] = advisory.lane_id
    value['valid_until'] = round(
        time + (advisory.valid_until - stamp) / _SECOND, _TIME_DECIMALS)
    value['verified'] = advisory.verified
    value['corroborated'] = advisory.corroborated
    value['reason'] = advisory.reason
    value['rule'] = advisory.rule
    value['source_kinds'] = list(advisory.source_kinds)
    value['source_ages'] = [number(part) for part in advisory.source_ages]
    value['stop_profile_time'] = [number(part) for part in advisory.stop_profile_time]
    value['stop_profile_speed'] = [number(part) for part in advisory.stop_profile_speed]
    return value


def merge_plan_value(plan: MergePlan) -> dict[str, Any]:
    """Return a merge plan as JSON values: names of the message's fields to values."""
    value: dict[str, Any] = {}
    for field in dataclasses.fields(plan):
        content = getattr(plan, field.name)
        if field.name == 'state':
            value['state'] = plan.state.name
        elif isinstance(content, np.ndarray):
            value[field.name] = (
                content.tolist() if content.dtype == np.bool_
                else [number(part) for part in content.tolist()])
        elif isinstance(content, tuple):
            value[field.name] = list(content)
        elif isinstance(content, float):
            value[field.name] = number(content)
        elif field.name != 'stamp':
            value[field.name] = content
    return value


def platoon_plan_value(plan: PlatoonPlan) -> dict[str, Any]:
    """Return a platoon plan as JSON values: ids and octets in hexadecimal, states by name."""
    return {
        'state': plan.state.name, 'reason': plan.reason,
        'platoon_id': plan.platoon_id.hex().upper(),
        **{
            name: [f'{one:016X}' for one in getattr(plan, name)]
            for name in ('members', 'joining', 'leaving')},
        'capacity': plan.capacity, 'open_to_join': plan.open_to_join, 'place': plan.place,
        'control': plan.control.name, 'ahead': plan.ahead,
        **{
            name: number(getattr(plan, name))
            for name in ('gap', 'gap_wanted', 'time_gap', 'command', 'needed_deceleration')},
        **{
            name: [number(part) for part in getattr(plan, name).tolist()]
            for name in ('time', 'distance', 'speed', 'acceleration')},
    }


def summary_value(counters: Counters) -> dict[str, Any]:
    """Return the counts of a run as JSON values, reasons in alphabetical order."""
    return {
        'received': counters.received,
        'accepted': counters.accepted,
        'rejected': dict(sorted(counters.rejected.items())),
        'cycles': counters.cycles,
    }


def summary_line(counters: Counters) -> str:
    """Return the last line of a run."""
    return _dump({'summary': summary_value(counters)})


def number(value: float) -> float | None:
    """Return a number rounded to `DECIMALS`, None where it is not finite; -0.0 becomes 0.0."""
    if not math.isfinite(value):
        return None
    return round(float(value), DECIMALS) + 0.0


def _dump(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
