# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The mode of the package: what its inputs allow it to say."""

from __future__ import annotations

from icv_v2x.advisory.types import Level, Mode


def mode_of(
    ego_age: float | None, *, age_limited: float, age_maximum: float
) -> tuple[Mode, str, Level]:
    """Return mode, reason and the highest level that may be said.

    Args:
        ego_age: [s] of the ego pose, None before the first one.
        age_limited: [s] beyond it no IMMINENT.
        age_maximum: [s] beyond it nothing at all.

    Returns:
        Mode, why it is not ACTIVE (empty in ACTIVE), and the level allowed (NONE: say nothing).
    """
    if ego_age is None:
        return Mode.INIT, 'no ego pose received yet', Level.NONE
    if ego_age > age_maximum:
        return (
            Mode.INHIBITED,
            f'ego pose is {ego_age:.2f} s old, more than {age_maximum:g} s',
            Level.NONE,
        )
    if ego_age > age_limited:
        return (
            Mode.DEGRADED,
            f'ego pose is {ego_age:.2f} s old, more than {age_limited:g} s: no IMMINENT',
            Level.WARNING,
        )
    return Mode.ACTIVE, '', Level.IMMINENT
