# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Merge requests and merge plans as messages."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from icv_v2x.advisory.merge_plan import MergePlan
from icv_v2x.inputs import MergeRequest
from icv_v2x.interchange.from_message import ConversionError, nanoseconds
from icv_v2x.merging import State

_PLAN_TEXTS = ('gap_leader', 'gap_follower', 'gap_reason')
_LINES = ('ego_lane_x', 'ego_lane_y', 'target_lane_x', 'target_lane_y')


def merge_request(message: Any) -> MergeRequest:
    """Return an icv_v2x_msgs/MergeRequest in `map`.

    Args:
        message: Object with the fields of the message.

    Returns:
        The record; whether its lanes can be used is for the planner to say.

    Raises:
        ConversionError: Another frame, or numbers of coordinates that do not agree.
    """
    frame = str(message.header.frame_id)
    if frame != 'map':
        raise ConversionError(f'merge request in frame {frame!r}, expected map')
    lines = [np.array(getattr(message, name), np.float64) for name in _LINES]
    for name, x, y in (('ego', *lines[:2]), ('target', *lines[2:])):
        if len(x) != len(y):
            raise ConversionError(f'{name} lane with {len(x)} x and {len(y)} y')
    return MergeRequest(
        stamp=nanoseconds(message.header.stamp), ego_lane_x=lines[0], ego_lane_y=lines[1],
        target_lane_x=lines[2], target_lane_y=lines[3], begin=float(message.begin),
        end=float(message.end), desired_speed=float(message.desired_speed),
        target_lane_id=int(message.target_lane_id))


def merge_request_fields(request: MergeRequest) -> dict[str, Any]:
    """Return the fields of an icv_v2x_msgs/MergeRequest but its header: numbers and arrays."""
    return {
        **{name: np.asarray(getattr(request, name), np.float64) for name in _LINES},
        'begin': float(request.begin), 'end': float(request.end),
        'desired_speed': float(request.desired_speed),
        'target_lane_id': int(request.target_lane_id),
    }


def merge_plan(message: Any) -> MergePlan:
    """Return an icv_v2x_msgs/MergePlan as the planner made it.

    Args:
        message: Object with the fields of the message.

    Returns:
        The plan.

    Raises:
        ConversionError: Columns of unequal length, an unknown state, or a choice of no gap.
    """
    columns: dict[str, Any] = {}
    for field in dataclasses.fields(MergePlan):
        if field.name in ('stamp', 'state', 'chosen', 'reason', 'stop_distance'):
            continue
        values = getattr(message, field.name)
        if field.name in _PLAN_TEXTS:
            columns[field.name] = tuple(str(text) for text in values)
        else:
            kind = np.bool_ if field.name == 'gap_feasible' else np.float64
            columns[field.name] = np.array(values, kind)
    for first, names in (('gap_leader', 'gap_'), ('time', '')):
        group = [name for name in columns if name.startswith('gap_') == bool(names)]
        for name in group:
            if len(columns[name]) != len(columns[first]):
                raise ConversionError(
                    f'{name} has {len(columns[name])} entries, {first} has {len(columns[first])}')
    chosen = int(message.chosen)
    if not -1 <= chosen < len(columns['gap_leader']):
        raise ConversionError(f'chosen = {chosen} of {len(columns["gap_leader"])} gaps')
    try:
        state = State(int(message.state))
    except ValueError as error:
        raise ConversionError(f'merge plan: {error}') from error
    return MergePlan(
        stamp=nanoseconds(message.header.stamp), state=state, chosen=chosen,
        reason=str(message.reason), stop_distance=float(message.stop_distance), **columns)


def merge_plan_fields(plan: MergePlan) -> dict[str, Any]:
    """Return the fields of an icv_v2x_msgs/MergePlan but its header: numbers, texts, arrays."""
    fields: dict[str, Any] = {}
    for field in dataclasses.fields(plan):
        value = getattr(plan, field.name)
        if field.name == 'stamp':
            continue
        if field.name == 'state':
            fields['state'] = int(value)
        elif isinstance(value, tuple):
            fields[field.name] = [str(text) for text in value]
        elif isinstance(value, np.ndarray):
            fields[field.name] = value
        else:
            fields[field.name] = float(value) if field.name == 'stop_distance' else value
    fields['chosen'] = int(plan.chosen)
    return fields
