# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Writes the report page of a run: one file that opens from disk and needs no network."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Protocol

from icv_v2x.advisory.types import Level, Mode
from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.parameters.groups import Collision, ForwardCollision
from icv_v2x.report.advisory_recorder import AdvisoryRecorder
from icv_v2x.report.health_recorder import HealthRecorder
from icv_v2x.report.merge_recorder import MergeRecorder
from icv_v2x.report.parking_recorder import ParkingRecorder
from icv_v2x.report.platoon_recorder import PlatoonRecorder
from icv_v2x.report.road_recorder import RoadRecorder
from icv_v2x.report.road_side_recorder import RoadSideRecorder
from icv_v2x.report.scene_recorder import SceneRecorder
from icv_v2x.report.situations import Situation, SituationGrouper
from icv_v2x.translate.reports import Source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from icv_v2x.advisory.merge_plan import MergePlan
    from icv_v2x.advisory.types import Advisory
    from icv_v2x.parameters import Parameters
    from icv_v2x.parking import Guidance
    from icv_v2x.platooning import PlatoonPlan
    from icv_v2x.report.health_recorder import Counters
    from icv_v2x.roads import RoadModel
    from icv_v2x.signals import Signals
    from icv_v2x.translate.parking_areas import ParkingArea
    from icv_v2x.translate.road_events import RoadEvents
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

# In the order in which they run; each adds its names for those after it.
_SCRIPTS = (
    'data.js', 'chart.js', 'road.js', 'road_side.js', 'parking.js', 'map.js', 'map_layers.js',
    'timeline.js', 'evidence.js', 'states.js', 'situations.js', 'health.js', 'merge.js',
    'platoon.js', 'main.js',
)
_STYLES = ('page.css', 'panels.css')


class ReportCycle(Protocol):
    """What the page needs of one cycle of the pipeline."""

    @property
    def stamp(self) -> int:
        """Instant of the cycle [ns]."""

    @property
    def mode(self) -> Mode:
        """State of the package."""

    @property
    def mode_reason(self) -> str:
        """Why the mode is not ACTIVE."""

    @property
    def advisories(self) -> Sequence[Advisory]:
        """What was advised."""

    @property
    def ego(self) -> EgoState | None:
        """The ego, None where it is not known."""

    @property
    def tracks(self) -> Tracks | None:
        """The objects, None where the source of the run does not hold them."""

    @property
    def roads(self) -> RoadModel | None:
        """The road, None where the source of the run does not hold it."""

    @property
    def events(self) -> RoadEvents | None:
        """What the road side tells, None likewise."""

    @property
    def signals(self) -> Signals | None:
        """What signals show, None likewise."""

    @property
    def parking(self) -> tuple[ParkingArea, ...]:
        """Parking areas that are known."""

    @property
    def merge_plan(self) -> MergePlan | None:
        """The merge plan, None where nothing is asked or the source does not hold it."""

    @property
    def platoon_plan(self) -> PlatoonPlan | None:
        """What to do in a platoon, None where none is wanted or the source does not hold it."""

    @property
    def guidance(self) -> Guidance | None:
        """Where the ego is guided to in one of them, None for nowhere."""


@dataclass(frozen=True)
class RunDescription:
    """What is said of a run beside its cycles.

    Attributes:
        simulated: The data were made by a computer, which the page then says.
        source: Name of the recording, as a person knows it.
        origin: Instant that the page calls zero [ns], the first cycle where None.
        scene_missing: Why there is no map, empty where there is one.
        names: Id of an object to what a person calls it, where anyone does.
    """

    simulated: bool = False
    source: str = ''
    origin: int | None = None
    scene_missing: str = ''
    names: Mapping[str, str] = field(default_factory=dict)


class ReportWriter:
    """Collects a run cycle by cycle in bounded memory and writes its page at the end."""

    def __init__(
        self,
        description: RunDescription | None = None,
        *,
        parameters: Parameters | None = None,
    ) -> None:
        """Start empty.

        Args:
            description: What is known of the run beforehand.
            parameters: In force during the run, for the thresholds in the charts; the defaults
                of the schema, and a note that they are, where None.
        """
        self._description = description or RunDescription()
        self._parameters = parameters
        self._scene = SceneRecorder()
        self._road = RoadRecorder()
        self._road_side = RoadSideRecorder()
        self._parking = ParkingRecorder()
        self._merge = MergeRecorder()
        self._platoon = PlatoonRecorder()
        self._advisories = AdvisoryRecorder()
        self._health = HealthRecorder()
        self._warnings = SituationGrouper()
        self._notices = SituationGrouper(minimum=Level.INFO)
        self._first: int | None = None
        self._last = 0
        self._cycles = 0

    def add(self, cycle: ReportCycle, counters: Counters | None = None) -> None:
        """Take one cycle, in the order of the stamps.

        Args:
            cycle: The cycle.
            counters: State of the pipeline's counters, for the frames per second.
        """
        if self._first is None:
            self._first = cycle.stamp
        self._last = max(self._last, cycle.stamp)
        self._cycles += 1
        self._scene.add(cycle.stamp, cycle.ego, cycle.tracks)
        self._road.add(cycle.stamp, cycle.roads)
        self._road_side.add(cycle.stamp, cycle.events, cycle.signals)
        self._parking.add(cycle.stamp, cycle.parking, cycle.guidance)
        self._merge.add(cycle.stamp, cycle.merge_plan, cycle.ego, cycle.tracks)
        self._platoon.add(cycle.stamp, cycle.platoon_plan, cycle.ego, cycle.tracks)
        self._advisories.add(cycle.stamp, cycle.advisories, cycle.tracks)
        self._warnings.add(cycle.stamp, cycle.advisories)
        self._notices.add(cycle.stamp, cycle.advisories)
        self._health.add(
            cycle.stamp, Mode(cycle.mode).name, cycle.mode_reason, cycle.ego, cycle.tracks,
            counters,
        )

    def write(
        self, path: Path, title: str, summary: Mapping[str, Any], *, duration: float | None = None
    ) -> None:
        """Write the page.

        Args:
            path: The file; its folder exists.
            title: Name of the run, as a person knows it.
            summary: `received`, `accepted`, `rejected` (reason to number) and `cycles`, as the
                last line of a replay gives them; missing ones are shown as not known.
            duration: [s] of the run where it lasted longer than its cycles tell.

        Raises:
            OSError: The file cannot be written.
        """
        path.write_text(self.page(title, summary, duration=duration), encoding='utf-8')

    def page(
        self, title: str, summary: Mapping[str, Any], *, duration: float | None = None
    ) -> str:
        """Return the page as text; arguments as for `write`."""
        origin = self._description.origin
        if origin is None:
            origin = self._first or 0
        seconds = max((self._last - origin) / 1e9, duration or 0.0, 0.0)
        warnings = self._warnings.finish()
        document = {
            'title': title,
            'source': self._description.source,
            'simulated': self._description.simulated,
            'names': {
                **self._road_side.names, **self._parking.names, **self._description.names},
            'sceneMissing': self._description.scene_missing,
            'duration': round(seconds * 1e3),
            'summary': _plain(summary),
            'thresholds': self._thresholds(),
            'classes': {int(member): member.name.lower() for member in ObjectClass},
            'sources': {int(member): member.name for member in Source},
            'situations': [
                _situation_document(situation, origin)
                for situation in _listed(warnings, self._notices.finish())
            ],
            'scene': self._scene.document(origin),
            'road': self._road.document(origin),
            'roadSide': self._road_side.document(origin),
            'parking': self._parking.document(origin),
            'merge': self._merge.document(origin),
            'platoon': self._platoon.document(origin),
            'advisories': self._advisories.document(origin),
            'omitted': (
                self._scene.omitted + self._road.omitted + self._road_side.omitted
                + self._parking.omitted + self._merge.omitted + self._platoon.omitted
                + self._advisories.omitted
                + self._health.omitted + self._warnings.omitted + self._notices.omitted),
            'health': self._health.document(origin),
        }
        return _assemble(title, headline(warnings, seconds), document)

    def _thresholds(self) -> dict[str, Any]:
        collision = self._parameters.collision if self._parameters else Collision()
        forward = self._parameters.fcw if self._parameters else ForwardCollision()
        heavy = self._parameters is not None and self._parameters.vehicle.heavy
        return {
            'assumed': self._parameters is None,
            'deceleration': (
                collision.emergency_deceleration_heavy if heavy
                else collision.emergency_deceleration),
            'warningDelay': collision.warning_delay,
            'imminentDelay': collision.imminent_delay,
            'imminentTime': collision.imminent_time,
            'forwardDeceleration': forward.deceleration_steady,
        }


def headline(warnings: Sequence[Situation], seconds: float) -> str:
    """Return the run in one sentence.

    Args:
        warnings: Situations at WARNING or above.
        seconds: Length of the run [s].
    """
    length = f'{seconds:.0f} s' if seconds < 600 else f'{seconds / 60:.0f} min'
    urgent = sum(situation.level >= Level.IMMINENT for situation in warnings)
    if not warnings:
        return f'Nothing to warn of in {length}.'
    if len(warnings) == 1:
        braking = 'and it called for full braking' if urgent else 'not brake-level'
        return f'One warning in {length}, {braking}.'
    count = f'{len(warnings)} warnings in {length}'
    if urgent == 0:
        return f'{count}, none of them brake-level.'
    if urgent == len(warnings):
        return f'{count}; all called for full braking.'
    return f'{count}; {"one" if urgent == 1 else urgent} of them called for full braking.'


def _listed(
    warnings: Sequence[Situation], notices: Sequence[Situation]
) -> list[Situation]:
    """Return the warnings, and those notices that never became one."""
    lower = [notice for notice in notices if notice.level < Level.WARNING]
    return sorted([*warnings, *lower], key=lambda s: (s.start, -s.level, s.subject))


def _situation_document(situation: Situation, origin: int) -> dict[str, Any]:
    return {
        'subject': situation.subject,
        'application': situation.application.name,
        'applications': [application.name for application in situation.applications],
        'scenario': situation.scenario.name,
        'level': int(situation.level),
        'start': round((situation.start - origin) / 1e6),
        'end': round((situation.end - origin) / 1e6),
        'peak': round((situation.peak - origin) / 1e6),
        'time': [_finite(situation.time_to_conflict), _finite(situation.time_to_conflict_minimum)],
        'gap': [_finite(situation.gap), _finite(situation.gap_minimum)],
        'closing': [_finite(situation.closing_speed), _finite(situation.closing_speed_maximum)],
        'deceleration': [
            _finite(situation.required_deceleration),
            _finite(situation.required_deceleration_maximum),
        ],
        'verified': situation.verified,
        'corroborated': situation.corroborated,
        'reason': situation.reason,
        'rule': situation.rule,
    }


def _finite(value: float) -> float | None:
    return round(float(value), 2) if math.isfinite(value) else None


def _plain(value: Any) -> Any:
    """Return a value as JSON holds it; what is not finite becomes null, what is strange a text."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def _assemble(title: str, sentence: str, document: Mapping[str, Any]) -> str:
    folder = files('icv_v2x.report') / 'template'
    style = '\n'.join((folder / name).read_text(encoding='utf-8') for name in _STYLES)
    body = '\n'.join((folder / name).read_text(encoding='utf-8') for name in _SCRIPTS)
    script = f"(() => {{\n'use strict';\n{body}\n}})();"
    filled = {
        'POLICY': f"default-src 'none'; style-src '{_digest(style)}'; "
                  f"script-src '{_digest(script)}'; img-src data:",
        # Names of files may hold octets that are no text.
        'TITLE': html.escape(title.encode('utf-8', 'replace').decode('utf-8')),
        'HEADLINE': html.escape(sentence),
        'STYLE': style,
        'DATA': _embedded(document),
        'SCRIPT': script,
    }
    parts = (folder / 'page.html').read_text(encoding='utf-8').split('@@')
    # Odd parts are names of slots; one pass, so that no filled text is read for slots again.
    return ''.join(filled[part] if i % 2 else part for i, part in enumerate(parts))


def _digest(text: str) -> str:
    """Return what a content security policy allows a text by; browsers hash it with plain LF."""
    digest = hashlib.sha256(text.encode('utf-8')).digest()
    return 'sha256-' + base64.b64encode(digest).decode('ascii')


def _embedded(document: Mapping[str, Any]) -> str:
    """Return JSON that can stand within a script element whatever strings it holds."""
    text = json.dumps(document, separators=(',', ':'), ensure_ascii=True, allow_nan=False)
    return text.replace('<', '\\u003c').replace('>', '\\u003e').replace('&', '\\u0026')
