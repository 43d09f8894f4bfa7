# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""One explained instant as lines of text and as a document."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.advisory.gates import SELECTED
from icv_v2x.inputs import Verification
from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.report.explanation import number
from icv_v2x.scenarios.ground import GROUND
from icv_v2x.trust.levels import TrustLevel

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from icv_v2x.advisory.types import Advisory
    from icv_v2x.pipeline import Cycle
    from icv_v2x.report.explanation import Explanation, Gate, Rule
    from icv_v2x.trust.records import MisbehaviourRecord

EGO = 'ego'
"""What a person calls what is said without a subject."""

# Names of others that are told where the object is not there.
_OTHERS = 8


@dataclass(frozen=True)
class Moment:
    """One instant, explained for one object.

    Attributes:
        time: [s] since the first message.
        cycle: What was seen and said.
        name: Of the object; empty for what is said without a subject.
        explanation: What was compared.
        seen: First and last time [s] at which it was tracked so far, None for never.
        present: Names of all objects, the nearest first.
        misbehaviour: What its sender failed.
    """

    time: float
    cycle: Cycle
    name: str
    explanation: Explanation
    seen: tuple[float, float] | None
    present: tuple[str, ...]
    misbehaviour: tuple[MisbehaviourRecord, ...]

    @property
    def said(self) -> tuple[Advisory, ...]:
        """What was said of the object."""
        return tuple(
            advisory for advisory in self.cycle.advisories
            if self.name in advisory.subject_ids or not (self.name or advisory.subject_ids))


def lines_of(moment: Moment, wanted: Sequence[str] = ()) -> Iterator[str]:
    """Yield the explanation line by line.

    Args:
        moment: The instant.
        wanted: Applications to keep, none for all.
    """
    cycle = moment.cycle
    yield f'{moment.name or EGO} at {moment.time:g} s'
    yield f'  mode    {cycle.mode.name}{f": {cycle.mode_reason}" if cycle.mode_reason else ""}'
    yield f'  ego     {_ego_text(cycle)}'
    if moment.name:
        yield f'  object  {_object_text(moment)}'
    for record in moment.misbehaviour:
        yield (
            f'  failed  {record.check.detector} at {number(record.excess)} times the limit, '
            f'{record.level.name.lower()} from then on')
    said = [f'{a.application.name} {a.level.name} {a.action.name}: {a.reason}'
            for a in moment.said]
    for text in said or ['nothing']:
        yield f'  said    {text}'
    rules = _rules(moment, wanted)
    for rule in rules:
        if rule.looked_at or rule.remarks:
            yield ''
            yield from _rule_lines(rule)
    passed_over = [rule.application for rule in rules if not (rule.looked_at or rule.remarks)]
    if passed_over:
        yield ''
        yield f'Not among the objects that these look at: {"; ".join(passed_over)}'


def document(moment: Moment, wanted: Sequence[str] = ()) -> dict[str, Any]:
    """Return the explanation as JSON values, what is unknown as null.

    Args:
        moment: The instant.
        wanted: Applications to keep, none for all.
    """
    return {
        'time': moment.time,
        'id': moment.name or EGO,
        'mode': moment.cycle.mode.name,
        'mode_reason': moment.cycle.mode_reason,
        'seen': moment.seen,
        'said': [
            {'application': a.application.name, 'level': a.level.name,
             'action': a.action.name, 'reason': a.reason} for a in moment.said],
        'misbehaviour': [record.check.detector for record in moment.misbehaviour],
        'applications': [
            {
                'application': rule.application,
                'looked_at': rule.looked_at,
                'gates': [
                    {'level': gate.level.name, 'what': gate.what, 'value': _known(gate.value),
                     'sense': gate.sense, 'limit': _known(gate.limit), 'holds': gate.holds,
                     'stays': gate.stays} for gate in rule.gates],
                'numbers': {what: _known(value) for what, value in rule.told},
                'remarks': rule.remarks,
            }
            for rule in _rules(moment, wanted)],
    }


def _rules(moment: Moment, wanted: Sequence[str]) -> list[Rule]:
    rules = moment.explanation.rules.values()
    return [
        rule for rule in rules
        if not wanted or any(rule.application.split(',')[0] == name for name in wanted)]


def _rule_lines(rule: Rule) -> Iterator[str]:
    if rule.application == GROUND:
        yield 'How high it may stand, whatever is predicted'
        bounds = [gate for gate in rule.gates if gate.holds]
        for gate in bounds:
            yield f'  {gate.level.name} at most: {gate.what}'
        if not bounds:
            yield '  nothing bounds it'
        return
    if rule.against and not rule.remarks:
        yield f'{rule.application}: does not concern it'
        for gate in rule.against:
            yield f'    no  {gate.text}'
        return
    yield rule.application
    for level in sorted({gate.level for gate in rule.gates}):
        yield f'  {"looks at it where" if level == SELECTED else f"{level.name} where"}'
        for gate in rule.gates:
            if gate.level == level:
                yield f'    {"yes" if gate.holds else "no ":3} {gate.text}{_staying(gate)}'
    for what, value in rule.told:
        yield f'    {"":3} {what}: {number(value)}'
    for remark in rule.remarks:
        yield f'  -> {remark}'


def _staying(gate: Gate) -> str:
    if gate.stays is None or gate.stays == gate.holds:
        return ''
    return ' (holds by the exit threshold)' if gate.stays else ' (left by the exit threshold)'


def _ego_text(cycle: Cycle) -> str:
    ego = cycle.ego
    if ego is None:
        return 'unknown: no pose yet'
    path = 'a planned path' if ego.path is not None else 'no planned path'
    return (
        f'{ego.speed:.1f} m/s, {ego.acceleration:+.1f} m/s2, indicator '
        f'{ego.indicator.name.lower()}, {path}, pose {ego.age:.2f} s old')


def _object_text(moment: Moment) -> str:
    tracks, ego = moment.cycle.tracks, moment.cycle.ego
    row = next((row for row in range(len(tracks)) if tracks.name(row) == moment.name), None)
    if row is None:
        others = ', '.join(moment.present[:_OTHERS]) or 'nobody'
        span = 'never tracked until then' if moment.seen is None else (
            f'tracked from {moment.seen[0]:.2f} s to {moment.seen[1]:.2f} s, not now')
        return f'{span}; tracked now, the nearest first: {others}'
    east, north = (0.0, 0.0) if ego is None else (
        float(tracks.x[row]) - ego.x, float(tracks.y[row]) - ego.y)
    heading = 0.0 if ego is None else ego.heading
    ahead = east * math.cos(heading) + north * math.sin(heading)
    left = north * math.cos(heading) - east * math.sin(heading)
    turned = math.degrees(math.remainder(float(tracks.heading[row]) - heading, 2.0 * math.pi))
    return (
        f'{ObjectClass(int(tracks.object_class[row])).name.lower()} {ahead:.1f} m ahead and '
        f'{left:.1f} m to the left (centres), turned by {turned:.0f} deg, '
        f'{tracks.speed[row]:.1f} m/s, {tracks.acceleration[row]:+.1f} m/s2; state '
        f'{tracks.age[row]:.2f} s old, {int(tracks.updates[row])} messages in a row, '
        f'{Verification(int(tracks.verification[row])).name.lower().replace("_", " ")}, '
        f'{TrustLevel(int(tracks.trust[row])).name.lower()}, '
        f'{"seen by a second source" if tracks.corroborated[row] else "one source"}')


def _known(value: float) -> float | None:
    return round(float(value), 6) if np.isfinite(value) else None
