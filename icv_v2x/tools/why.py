# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""`icv-v2x why`: every comparison that decided what was said, or not, of one object at a time."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.advisory.gates import listening
from icv_v2x.interchange import BagReader
from icv_v2x.interchange.playback import SECOND, play
from icv_v2x.pipeline import Pipeline
from icv_v2x.report.explanation import Explanation
from icv_v2x.scenarios.ground import Ground
from icv_v2x.tools.bag_source import (
    add_bag_argument,
    add_parameter_arguments,
    parameters_of,
    state_what_is_missing,
)
from icv_v2x.tools.errors import SourceError
from icv_v2x.tools.terminal import progress, say
from icv_v2x.tools.why_text import EGO, Moment, document, lines_of

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

    from icv_v2x.parameters import Parameters
    from icv_v2x.pipeline import Cycle

# A list of ids that one may have meant ends here.
_NAMED = 12
# Digits of a whole id.
_DIGITS = 16


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of the command.

    Args:
        parser: The command's own parser.
    """
    add_bag_argument(parser)
    parser.add_argument(
        '--time', metavar='T', type=float, required=True,
        help='[s] since the first message, as `t` of a replay; the last cycle not after it counts')
    parser.add_argument(
        '--id', metavar='X', required=True, dest='subject',
        help='id of an object, an event or a signal as advisories give it, the last digits of the '
             f'id of a vehicle, or `{EGO}` for what is said without a subject')
    parser.add_argument(
        '--application', metavar='NAME', action='append',
        help='only what this application made of it, such as FCW; may be given again')
    parser.add_argument('--json', action='store_true', help='JSON instead of text')
    add_parameter_arguments(parser)


def run(arguments: Namespace) -> int:
    """Explain one instant.

    Args:
        arguments: What `add_arguments` declared.

    Returns:
        Exit status 0.

    Raises:
        BagError: The bag cannot be read.
        ParameterError: No parameter file, or one that cannot be used.
        SourceError: The bag has no such time, or the id is not one or means several.
    """
    if not (math.isfinite(arguments.time) and arguments.time >= 0.0):
        raise SourceError(
            f'--time {arguments.time} is no time of a bag: seconds since its first message, '
            'from 0 on')
    if not arguments.subject.strip():
        raise SourceError(
            f'--id is empty: give the id of an object, its last digits, or `{EGO}`')
    parameters = parameters_of(arguments.bag, arguments.params, arguments.profile)
    with BagReader(arguments.bag, warn=say) as bag:
        state_what_is_missing(bag)
        moment = explain(bag, parameters, arguments.time, arguments.subject)
    wanted = [name.upper() for name in arguments.application or ()]
    if arguments.json:
        print(json.dumps(document(moment, wanted), indent=2, allow_nan=False))
    else:
        for line in lines_of(moment, wanted):
            print(line)
    return 0


def explain(bag: BagReader, parameters: Parameters, time: float, subject: str) -> Moment:
    """Return what was compared for a subject in the last cycle not after a time.

    Args:
        bag: The bag.
        parameters: Of the pipeline.
        time: [s] since the bag's first message.
        subject: As `--id` takes it.

    Raises:
        BagError: The bag is damaged within.
        SourceError: The bag ends before, or the id means several objects.
    """
    index = math.floor(time * parameters.cycle.rate + 1e-6)
    listening_one = _ListeningPipeline(Pipeline(parameters), subject, index, parameters)

    def records() -> Iterator[tuple[int, Any]]:
        with progress(f'replaying {bag.path}', sum(bag.counts.values())) as advance:
            for log_time, _, record in bag:
                yield log_time, record
                advance()

    last = 0.0
    for step in play(listening_one, records(), rate=parameters.cycle.rate):
        last = step.time
        if listening_one.heard is not None:
            break
    if listening_one.heard is None:
        raise SourceError(
            f'{bag.path} has no cycle at {time:g} s: its last one is at {last:g} s')
    cycle, found = listening_one.heard
    return Moment(
        time=index / parameters.cycle.rate, cycle=cycle, name=found.name,
        explanation=found, seen=listening_one.spans.get(found.name),
        present=tuple(_names_of(cycle)), misbehaviour=tuple(
            record for record in listening_one.pipeline.misbehaviour
            if f'{record.sender_id:016X}' == found.name.partition(':')[0]))


class _ListeningPipeline:
    """Passes everything on to a pipeline, and listens in one cycle.

    Attributes:
        pipeline: The pipeline.
        spans: Name of each object that may be meant to the first and the last time [s] at which
            it was tracked.
        heard: The cycle that was listened to, and what was heard; None before it.
    """

    def __init__(
        self, pipeline: Pipeline, subject: str, index: int, parameters: Parameters,
    ) -> None:
        self.pipeline = pipeline
        self.spans: dict[str, tuple[float, float]] = {}
        self.heard: tuple[Cycle, Explanation] | None = None
        self._subject = subject
        self._parameters = parameters
        self._after = round(index * SECOND / parameters.cycle.rate)
        self._first: int | None = None

    def receive(self, item: Any, received: int) -> None:
        """Take one record; see `Pipeline.receive`."""
        self.pipeline.receive(item, received)

    def lose(self, frames: int, reason: str) -> None:
        """Count frames that could not be read; see `Pipeline.lose`."""
        self.pipeline.lose(frames, reason)

    def cycle(self, now: int) -> Cycle:
        """Run one cycle; see `Pipeline.cycle`."""
        if self._first is None:
            self._first = now
        if now - self._first < self._after:
            cycle = self.pipeline.cycle(now)
            self._note(cycle, (now - self._first) / SECOND)
            return cycle
        heard = Explanation(self._meant())
        with listening(heard):
            cycle = self.pipeline.cycle(now)
            if heard.name in _matching(cycle, heard.name):
                # Without a candidate nobody has asked how high it might stand.
                Ground(cycle.tracks, self._parameters).ceiling(heard.name)
        self._note(cycle, (now - self._first) / SECOND)
        self.heard = cycle, heard
        return cycle

    def _note(self, cycle: Cycle, time: float) -> None:
        for name in _matching(cycle, self._subject):
            self.spans[name] = (self.spans.get(name, (time, time))[0], time)

    def _meant(self) -> str:
        """Return the name of what is asked for.

        Raises:
            SourceError: It may mean several objects.
        """
        if self._subject.lower() == EGO:
            return ''
        latest = max((last for _, last in self.spans.values()), default=0.0)
        names = [name for name, (_, last) in self.spans.items() if last == latest]
        if len(names) > 1:
            shown = ', '.join(sorted(names)[:_NAMED])
            raise SourceError(
                f'--id {self._subject} means {len(names)} objects: {shown}; give more digits')
        return names[0] if names else self._subject.upper()


def _names_of(cycle: Cycle) -> Iterator[str]:
    """Yield the names of all objects, the nearest to the ego first."""
    tracks = cycle.tracks
    away = np.zeros(len(tracks)) if cycle.ego is None else np.hypot(
        tracks.x - cycle.ego.x, tracks.y - cycle.ego.y)
    for row in np.argsort(away, kind='stable').tolist():
        yield tracks.name(row)


def _matching(cycle: Cycle, subject: str) -> Iterator[str]:
    """Yield the names of the objects that an id, or the end of one, may mean."""
    tail, _, number = subject.partition(':')
    try:
        wanted = int(tail, 16), int(number) if number else -1
    except ValueError:
        return
    if len(tail) > _DIGITS:
        return
    tracks = cycle.tracks
    mask = np.uint64(16 ** len(tail) - 1)
    found = ((tracks.sender_id & mask) == np.uint64(wanted[0])) & (
        tracks.object_id == wanted[1])
    for row in np.flatnonzero(found).tolist():
        yield tracks.name(row)
