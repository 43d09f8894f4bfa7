# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The mode of the package: what its inputs allow it to say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from icv_v2x.advisory.types import Level, Mode

if TYPE_CHECKING:
    from collections.abc import Iterable


class Condition(NamedTuple):
    """Something that bounds what may be said.

    Attributes:
        mode: While it holds.
        reason: Why, in one line.
        ceiling: The highest level that may be said, NONE: nothing at all.
    """

    mode: Mode
    reason: str
    ceiling: Level


ALL_WELL = Condition(Mode.ACTIVE, '', Level.IMMINENT)


@dataclass(frozen=True)
class Rule:
    """When a mode is entered and left, for the documentation.

    Attributes:
        mode: The mode.
        enters: When.
        leaves: When.
        ceiling: The highest level that may be said meanwhile.
    """

    mode: Mode
    enters: str
    leaves: str
    ceiling: Level


RULES = (
    Rule(Mode.INIT, 'started, no ego pose yet', 'with the first pose', Level.NONE),
    Rule(Mode.INIT, 'nobody drives the radio yet (nodes)', 'with a driver', Level.NONE),
    Rule(Mode.READY, 'deactivated', 'activated', Level.NONE),
    Rule(Mode.ACTIVE, 'nothing below holds', 'something below holds', Level.IMMINENT),
    Rule(Mode.DEGRADED, 'ego pose older than `ego.age_limited`', 'a newer pose', Level.WARNING),
    Rule(Mode.DEGRADED, 'the ego pose came back after a gap of `ego.age_maximum`, or jumped',
         '1 s without another one', Level.WARNING),
    Rule(Mode.DEGRADED, 'more than 80 % of the messages are lost, by their counts',
         'less than 70 %', Level.IMMINENT),
    Rule(Mode.DEGRADED, 'more than 90 % of the messages are refused as stale or as future',
         'less than 70 %', Level.WARNING),
    Rule(Mode.DEGRADED, 'every sender is 0.3 s late or 0.05 s ahead, as a wrong own clock '
         'makes it', 'one is less than 0.25 s late or 0.03 s ahead', Level.WARNING),
    Rule(Mode.DEGRADED, 'the driver of the radio is gone (nodes)', 'with a driver',
         Level.IMMINENT),
    Rule(Mode.DEGRADED, 'the on-board unit says that its security module is faulty or its clock '
         'not synchronised', 'it says otherwise', Level.WARNING),
    Rule(Mode.DEGRADED, 'the on-board unit has no valid certificate left, or no longer tells of '
         'its health', 'it has, or tells', Level.IMMINENT),
    Rule(Mode.DEGRADED, 'signals are heard for 2 s, the own lane is ruled by none of them '
         '(`map_mismatch`)', 'they fit', Level.IMMINENT),
    Rule(Mode.DEGRADED, 'a service does not answer for `candidates.silence` (separate processes)',
         'it answers', Level.IMMINENT),
    Rule(Mode.INHIBITED, 'ego pose older than `ego.age_maximum`, or none any more', 'a newer pose',
         Level.NONE),
    Rule(Mode.INHIBITED, 'for 1.5 s vehicles are seen that send from a GCJ-02 shift away',
         '1.5 s without', Level.NONE),
    Rule(Mode.INHIBITED, 'started with `shadow`; `v2x/shadow/advisories` has what would be said',
         'started without', Level.NONE),
    Rule(Mode.FAULT, 'an application failed by a defect of its own in the last second',
         '1 s without', Level.IMMINENT),
)
"""Every condition of every mode; the worst one in force decides."""

_RANK = (Mode.ACTIVE, Mode.DEGRADED, Mode.FAULT, Mode.INHIBITED, Mode.INIT, Mode.READY)


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


def worst(
    base: tuple[Mode, str, Level], conditions: Iterable[Condition]
) -> Condition:
    """Return mode, all reasons for it, and the lowest of the ceilings.

    Args:
        base: As `mode_of` returns it.
        conditions: What holds besides.
    """
    holding = [Condition(*base), *conditions]
    mode = max((condition.mode for condition in holding), key=_RANK.index)
    reasons = [condition.reason for condition in holding if condition.mode == mode]
    return Condition(
        mode, '; '.join(reason for reason in reasons if reason),
        min(condition.ceiling for condition in holding))


def mode_table() -> str:
    """Return the rules as the table of the documentation."""
    lines = ['| mode | entered when | left when | highest level |', '|-|-|-|-|']
    lines += [
        f'| {rule.mode.name} | {rule.enters} | {rule.leaves} | '
        f'{rule.ceiling.name if rule.ceiling else "none"} |' for rule in RULES]
    return '\n'.join(lines)
