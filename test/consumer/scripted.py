# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Messages without middleware, and the guard's C++ twin as a process that takes the same."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from icv_v2x.consumer import crc32

SECOND = 1_000_000_000
INCLUDE = Path(__file__).resolve().parents[2] / 'icv_v2x_msgs' / 'include'
NUMBERS = (
    'time_to_conflict', 'time_to_conflict_end', 'post_encroachment_time', 'distance', 'gap',
    'closing_speed', 'required_deceleration', 'speed_min', 'speed_max', 'probability', 'data_age',
)


def time_of(nanoseconds: int) -> SimpleNamespace:
    """Returns a builtin_interfaces/Time."""
    sec, nanosec = divmod(nanoseconds, SECOND)
    return SimpleNamespace(sec=sec, nanosec=nanosec)


def advisory(until: int, **values: Any) -> SimpleNamespace:
    """Returns an advisory that is valid until an instant [ns]."""
    fields: dict[str, Any] = {
        'id': 7, 'scenario': 4, 'application': 8, 'level': 4, 'action': 4,
        'subject_ids': ['0102030405060708'], 'lane_id': -1, 'verified': True,
        'corroborated': True, 'reason': 'a_req 6.1 m/s²', 'valid_until': time_of(until),
        'conflict_point': SimpleNamespace(x=1.5, y=-2.0, z=0.0),
        'stop_profile_time': [0.0, 1.0], 'stop_profile_speed': [10.0, 4.5],
        'rule': 'FCW.leader_braking', 'source_kinds': ['BSM', 'EGO'], 'source_ages': [0.08, 0.02],
        **{name: float('nan') for name in NUMBERS}, 'required_deceleration': 6.1,
    }
    return SimpleNamespace(**{**fields, **values})


def message(stamp: int, sequence: int, *advisories: Any, mode: int = 2) -> SimpleNamespace:
    """Returns an AdvisoryArray with its checksum."""
    array = SimpleNamespace(
        header=SimpleNamespace(stamp=time_of(stamp), frame_id='map'), sequence=sequence,
        mode=mode, mode_reason='', advisories=list(advisories), limits_hash=0xFEDCBA98, crc32=0)
    array.crc32 = crc32(array)
    return array


def compiled(folder: Path, compiler: str) -> Path:
    """Returns the C++ guard as a program, warnings being errors."""
    program = folder / 'guard'
    subprocess.run(
        [compiler, '-std=c++17', '-O1', '-Wall', '-Wextra', '-Wconversion', '-Wpedantic',
         '-Werror', f'-I{INCLUDE}', str(Path(__file__).with_name('guard_program.cpp')),
         '-o', str(program)], check=True, capture_output=True, text=True)
    return program


def line(array: Any, now: int, steady: int) -> str:
    """Returns a step as the program reads it: clocks, then the message field by field."""
    words: list[Any] = [
        now, steady, array.header.stamp.sec, array.header.stamp.nanosec, array.sequence,
        array.mode, array.limits_hash, array.crc32, len(array.advisories)]
    for a in array.advisories:
        point = a.conflict_point
        words += [
            a.id, a.level, len(a.subject_ids), *a.subject_ids,
            *(getattr(a, name).hex() if getattr(a, name) == getattr(a, name) else 'nan'
              for name in NUMBERS), point.x, point.y, point.z, a.lane_id,
            a.valid_until.sec, a.valid_until.nanosec, int(a.verified), int(a.corroborated),
            len(a.stop_profile_time), *a.stop_profile_time, *a.stop_profile_speed,
            a.rule, len(a.source_kinds), *a.source_kinds, *a.source_ages]
    return ' '.join(map(str, words))
