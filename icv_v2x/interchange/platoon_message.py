# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Platoon requests, plans and statements as messages and back."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.inputs import BatchError, PlatoonRequest, PlatoonWish
from icv_v2x.interchange.from_message import ConversionError, nanoseconds
from icv_v2x.message_set.records.clpmm import RoleInPlatooning, StatusInPlatooning
from icv_v2x.platooning import Control, PlatoonPlan, State
from icv_v2x.translate.platoon_statements import (
    MOST_MEMBERS,
    PLATOON_ID_OCTETS,
    PlatoonStatement,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# More statements than one vehicle can hear.
_MOST = 1024
_LISTS = ('members', 'joining', 'leaving')
_COUNTS = ('member_count', 'joining_count', 'leaving_count')
_PER_SENDER: dict[str, Any] = {
    'sender_id': np.uint64, 'time': np.int64, 'role': np.uint8, 'status': np.uint8,
    'capacity': np.uint8, 'open_to_join': np.bool_, 'verification': np.uint8,
    'signer': np.uint64,
}
_PROFILE = ('time', 'distance', 'speed', 'acceleration')
_NUMBERS = ('gap', 'gap_wanted', 'time_gap', 'command', 'needed_deceleration')


def platoon_request(message: Any) -> PlatoonRequest:
    """Return an icv_v2x_msgs/PlatoonRequest.

    Raises:
        ConversionError: A wish that is none.
    """
    wish = int(message.wish)
    if wish not in list(PlatoonWish):
        raise ConversionError(
            f'platoon request with wish {wish}, expected '
            f'{", ".join(f"{one.value} ({one.name})" for one in PlatoonWish)}')
    return PlatoonRequest(
        stamp=nanoseconds(message.header.stamp), wish=PlatoonWish(wish),
        platoon_id=_octets(message.platoon_id), capacity=int(message.capacity),
        open_to_join=bool(message.open_to_join), desired_speed=float(message.desired_speed))


def platoon_request_fields(request: PlatoonRequest) -> dict[str, Any]:
    """Return the fields of an icv_v2x_msgs/PlatoonRequest but its header."""
    return {
        'wish': int(request.wish), 'platoon_id': _numbers(request.platoon_id),
        'capacity': int(request.capacity), 'open_to_join': bool(request.open_to_join),
        'desired_speed': float(request.desired_speed),
    }


def platoon_plan(message: Any) -> PlatoonPlan:
    """Return an icv_v2x_msgs/PlatoonPlan.

    Raises:
        ConversionError: A state or control that is none.
        BatchError: Arrays of the profile that do not agree.
    """
    try:
        state, control = State(int(message.state)), Control(int(message.control))
    except ValueError as error:
        raise ConversionError(f'platoon plan: {error}') from error
    profile = [np.array(getattr(message, name), np.float64) for name in _PROFILE]
    if len({len(column) for column in profile}) > 1:
        raise BatchError(
            'profile with ' + ', '.join(
                f'{len(column)} {name}' for name, column in zip(_PROFILE, profile, strict=True)),
            1)
    values: dict[str, Any] = {
        **{name: tuple(int(one) for one in getattr(message, name)) for name in _LISTS},
        **{name: float(getattr(message, name)) for name in _NUMBERS},
        **dict(zip(_PROFILE, profile, strict=True)),
    }
    return PlatoonPlan(
        nanoseconds(message.header.stamp), state, str(message.reason),
        platoon_id=_octets(message.platoon_id), capacity=int(message.capacity),
        open_to_join=bool(message.open_to_join), place=int(message.place), control=control,
        ahead=str(message.ahead), **values)


def platoon_plan_fields(plan: PlatoonPlan) -> dict[str, Any]:
    """Return the fields of an icv_v2x_msgs/PlatoonPlan but its header."""
    fields: dict[str, Any] = {}
    for field in dataclasses.fields(plan):
        value = getattr(plan, field.name)
        if field.name == 'stamp':
            continue
        if field.name in _LISTS:
            fields[field.name] = np.array(value, np.uint64)
        elif isinstance(value, bytes):
            fields[field.name] = _numbers(value)
        elif isinstance(value, (np.ndarray, str, bool)):
            fields[field.name] = value
        elif field.name in _NUMBERS:
            fields[field.name] = float(value) if math.isfinite(value) else math.nan
        else:
            fields[field.name] = int(value)
    return fields


def platoon_arrays(statements: Sequence[PlatoonStatement]) -> dict[str, NDArray[Any]]:
    """Return the arrays of an icv_v2x_msgs/PlatoonArray."""
    arrays = {
        name: np.array([getattr(one, name) for one in statements], kind)
        for name, kind in _PER_SENDER.items()}
    arrays['platoon_id'] = _numbers(b''.join(one.platoon_id for one in statements))
    for name, count in zip(_LISTS, _COUNTS, strict=True):
        arrays[count] = np.array([len(getattr(one, name)) for one in statements], np.uint32)
        arrays[name] = np.array(
            [member for one in statements for member in getattr(one, name)], np.uint64)
    return arrays


def platoon_statements(message: Any) -> tuple[PlatoonStatement, ...]:
    """Return the statements of an icv_v2x_msgs/PlatoonArray.

    Raises:
        BatchError: Arrays that do not agree.
        ConversionError: A role or status that is none.
    """
    columns = {
        name: np.array(getattr(message, name), kind) for name, kind in _PER_SENDER.items()}
    count = len(columns['sender_id'])
    counts = {name: np.array(getattr(message, name), np.int64) for name in _COUNTS}
    identifier = _octets(message.platoon_id)
    lists = {name: [int(one) for one in getattr(message, name)] for name in _LISTS}
    agree = (
        count <= _MOST and len(identifier) == PLATOON_ID_OCTETS * count
        and all(len(column) == count for column in (*columns.values(), *counts.values()))
        and all(
            int(counts[total].sum()) == len(lists[name]) and np.all(counts[total] <= MOST_MEMBERS)
            for name, total in zip(_LISTS, _COUNTS, strict=True)))
    if not agree:
        raise BatchError(f'platoon statements of {count} senders do not agree', max(count, 1))
    ends = {name: np.cumsum(counts[total]) for name, total in zip(_LISTS, _COUNTS, strict=True)}
    found = []
    for row in range(count):
        values = {name: column[row].item() for name, column in columns.items()}
        try:
            values['role'] = RoleInPlatooning(values['role'])
            values['status'] = StatusInPlatooning(values['status'])
        except ValueError as error:
            raise ConversionError(f'platoon statement: {error}') from error
        for name, total in zip(_LISTS, _COUNTS, strict=True):
            end = int(ends[name][row])
            values[name] = tuple(lists[name][end - int(counts[total][row]):end])
        begin = row * PLATOON_ID_OCTETS
        found.append(PlatoonStatement(
            platoon_id=identifier[begin:begin + PLATOON_ID_OCTETS], **values))
    return tuple(found)


def _octets(values: Any) -> bytes:
    return bytes(np.array(values, np.uint8).tobytes())


def _numbers(octets: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(octets, np.uint8)
