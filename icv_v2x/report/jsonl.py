# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Reads the lines that a replay wrote back into cycles, as far as lines hold them."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from icv_v2x.advisory.types import Action, Advisory, Application, Level, Mode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from icv_v2x.advisory.merge_plan import MergePlan
    from icv_v2x.parking import Guidance
    from icv_v2x.platooning import PlatoonPlan
    from icv_v2x.roads import RoadModel
    from icv_v2x.signals import Signals
    from icv_v2x.translate.parking_areas import ParkingArea
    from icv_v2x.translate.road_events import RoadEvents
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

_NUMBERS = (
    'time_to_conflict', 'time_to_conflict_end', 'post_encroachment_time', 'distance', 'gap',
    'closing_speed', 'required_deceleration', 'speed_min', 'speed_max', 'probability', 'data_age',
)


class JsonlError(ValueError):
    """A file that is not what a replay writes; the message names file, line and cause."""


@dataclass(frozen=True)
class JsonlCycle:
    """One line; positions of ego and objects are not in it.

    Attributes:
        stamp: [ns] since the start of the recording.
        mode: State of the package.
        mode_reason: Why it is not ACTIVE.
        advisories: What was advised.
        ego: Always None.
        tracks: Always None.
        roads: Always None.
        events: Always None.
        signals: Always None.
        parking: Always empty.
        guidance: Always None.
        merge_plan: Always None.
        platoon_plan: Always None.
    """

    stamp: int
    mode: Mode
    mode_reason: str
    advisories: tuple[Advisory, ...]
    ego: EgoState | None = None
    tracks: Tracks | None = None
    roads: RoadModel | None = None
    events: RoadEvents | None = None
    signals: Signals | None = None
    parking: tuple[ParkingArea, ...] = ()
    guidance: Guidance | None = None
    merge_plan: MergePlan | None = None
    platoon_plan: PlatoonPlan | None = None


@dataclass
class JsonlRun:
    """Cycles of a file, one at a time, and its last line once they are through.

    Attributes:
        path: The file.
        summary: Counters of the last line; empty until the cycles are through, or without one.
    """

    path: Path
    summary: dict[str, Any] = field(default_factory=dict)

    def __iter__(self) -> Iterator[JsonlCycle]:
        """Yield the cycles in the order of the file.

        Raises:
            JsonlError: The file cannot be read, or a line is not what a replay writes.
        """
        try:
            with self.path.open(encoding='utf-8') as lines:
                for number, line in enumerate(lines, start=1):
                    if line.strip():
                        cycle = self._cycle(line, number)
                        if cycle is not None:
                            yield cycle
        except OSError as error:
            raise JsonlError(f'cannot read {self.path}: {error.strerror}') from error
        except UnicodeDecodeError as error:
            raise JsonlError(f'{self.path} is no text: {error.reason}') from error

    def _cycle(self, line: str, number: int) -> JsonlCycle | None:
        try:
            value = json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            raise JsonlError(f'{self.path}, line {number}: no JSON ({error})') from error
        try:
            if 'summary' in value:
                self.summary = dict(value['summary'])
                return None
            return JsonlCycle(
                stamp=round(_number(value['t']) * 1e9),
                mode=Mode[value['mode']],
                mode_reason=str(value.get('mode_reason') or ''),
                advisories=tuple(_advisory(entry) for entry in value['advisories']),
            )
        except KeyError as error:
            raise JsonlError(
                f'{self.path}, line {number}: {error} is missing or not known; a line holds t, '
                'mode and advisories') from error
        except (TypeError, ValueError, AttributeError, OverflowError) as error:
            raise JsonlError(
                f'{self.path}, line {number}: not a line of a replay ({error})') from error


def read_jsonl(path: Path) -> JsonlRun:
    """Return the run that a replay wrote as lines; reading happens as the cycles are taken."""
    return JsonlRun(path)


def _advisory(entry: dict[str, Any]) -> Advisory:
    numbers: dict[str, Any] = {name: _number(entry.get(name)) for name in _NUMBERS}
    point = entry.get('conflict_point')
    if isinstance(point, dict):
        point = [point.get('x'), point.get('y'), point.get('z')]
    x, y, z = (_number(part) for part in (point or [None] * 3))
    return Advisory(
        application=Application[entry['application']],
        level=Level[entry['level']],
        action=Action[entry.get('action', 'NONE')],
        subject_ids=tuple(str(subject) for subject in entry.get('subject_ids') or ()),
        reason=str(entry.get('reason') or ''),
        verified=bool(entry.get('verified')),
        corroborated=bool(entry.get('corroborated')),
        rule=str(entry.get('rule') or ''),
        source_kinds=tuple(str(kind) for kind in entry.get('source_kinds') or ()),
        source_ages=tuple(_number(age) for age in entry.get('source_ages') or ()),
        id=int(entry.get('id') or 0),
        conflict_x=x,
        conflict_y=y,
        conflict_z=z,
        **numbers,
    )


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)
