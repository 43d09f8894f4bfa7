# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""`icv-v2x replay`: the whole pipeline over a bag, in the bag's own time, without middleware."""

from __future__ import annotations

import contextlib
import json
import sys
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from icv_v2x.interchange import BagReader, Unreadable
from icv_v2x.interchange.playback import LONGEST_SILENCE, SECOND, play
from icv_v2x.pipeline import Pipeline
from icv_v2x.report.driving import DrivingMeasure
from icv_v2x.tools.bag_source import (
    add_bag_argument,
    add_parameter_arguments,
    parameters_of,
    state_what_is_missing,
)
from icv_v2x.tools.jsonl import cycle_line, summary_line
from icv_v2x.tools.terminal import progress, say
from icv_v2x.tools.timing import TimedPipeline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from icv_v2x.interchange.playback import Step
    from icv_v2x.parameters import Parameters
    from icv_v2x.pipeline import Counters

_UNREADABLE_SHOWN = 3


@dataclass(frozen=True)
class Outcome:
    """What a replay came to.

    Attributes:
        counters: Counts of frames and cycles.
        timing: Figures of every stage, see `timing.TimedPipeline.figures`.
        refused: Reason to number of inputs other than frames that the pipeline refused.
        unreadable: Topic to number of messages that could not be read.
    """

    counters: Counters
    timing: dict[str, Any]
    refused: dict[str, int]
    unreadable: dict[str, int]


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of the command.

    Args:
        parser: The command's own parser.
    """
    add_bag_argument(parser)
    add_parameter_arguments(parser)
    parser.add_argument(
        '--jsonl', metavar='OUT', type=Path,
        help='where the advisories go, one JSON object per cycle that has any (- for stdout)')
    parser.add_argument(
        '--timing', metavar='FILE', type=Path,
        help='where the durations of every stage go, as JSON')


def run(arguments: Namespace) -> int:
    """Replay a bag.

    Args:
        arguments: What `add_arguments` declared.

    Returns:
        Exit status 0.

    Raises:
        BagError: The bag cannot be read.
        ParameterError: No parameter file, or one that cannot be used.
        OSError: An output cannot be written.
    """
    with contextlib.ExitStack() as stack:
        bag = stack.enter_context(BagReader(arguments.bag, warn=say))
        parameters = parameters_of(arguments.bag, arguments.params, arguments.profile)
        write = stack.enter_context(_lines(arguments.jsonl))

        def take(step: Step) -> None:
            line = cycle_line(step)
            if line is not None:
                write(line)

        outcome = replay(bag, parameters, take)
        write(summary_line(outcome.counters))
    if arguments.timing is not None:
        arguments.timing.write_text(json.dumps(outcome.timing, indent=2) + '\n', encoding='utf-8')
    _report(outcome)
    return 0


def replay(
    bag: BagReader, parameters: Parameters, take: Callable[[Step], None],
    *, pipeline: Pipeline | None = None,
) -> Outcome:
    """Run the pipeline over an open bag.

    Args:
        bag: The bag; statements about what it lacks go to stderr.
        parameters: Of the pipeline.
        take: Gets every cycle.
        pipeline: Another pipeline than a new one, for tests.

    Returns:
        Counts and timings.

    Raises:
        BagError: The bag is damaged within.
    """
    state_what_is_missing(bag)
    timed = TimedPipeline(pipeline or Pipeline(parameters))
    unreadable: dict[str, int] = {}

    def records() -> Iterator[tuple[int, Any]]:
        before: int | None = None
        with progress(f'replaying {bag.path}', sum(bag.counts.values())) as advance:
            for log_time, topic, record in timed.timing_of_reading(bag):
                if isinstance(record, Unreadable):
                    unreadable[topic] = unreadable.get(topic, 0) + 1
                    if unreadable[topic] <= _UNREADABLE_SHOWN:
                        say(f'{bag.path}: a message on {topic} is passed over: {record.detail}')
                if before is not None and log_time - before > LONGEST_SILENCE:
                    say(
                        f'{bag.path}: {(log_time - before) / SECOND:.0f} s without a message '
                        'are passed over without cycles')
                before = log_time
                yield log_time, record
                advance()

    driving = DrivingMeasure()
    for step in play(timed, records(), rate=parameters.cycle.rate):
        driving.add(step.cycle)
        take(step)
    for line in driving.lines():
        say(f'{bag.path}: {line}')
    for topic, count in unreadable.items():
        if count > _UNREADABLE_SHOWN:
            say(f'{bag.path}: {count} messages on {topic} were passed over in all')
    refused = timed.pipeline.refused_inputs
    for reason, count in sorted(refused.items()):
        say(f'{bag.path}: {count} inputs of the own vehicle were refused: {reason}')
    return Outcome(timed.pipeline.counters, timed.figures(), refused, unreadable)


@contextlib.contextmanager
def _lines(path: Path | None) -> Iterator[Callable[[str], None]]:
    if path is None:
        yield lambda line: None
    elif str(path) == '-':
        yield print
    else:
        with path.open('w', encoding='utf-8', newline='\n') as file:
            yield lambda line: print(line, file=file)


def _report(outcome: Outcome) -> None:
    counters = outcome.counters
    reasons = ', '.join(f'{n} {reason}' for reason, n in sorted(counters.rejected.items()))
    rejected = sum(counters.rejected.values())
    timing = outcome.timing
    say(
        f'{counters.received} frames received, {counters.accepted} accepted, {rejected} rejected'
        f'{f" ({reasons})" if reasons else ""}; {counters.cycles} cycles')
    if counters.cycles:
        say(
            f'a cycle took {timing["cycle"]["median_ms"]:.2f} ms '
            f'(p99 {timing["cycle"]["p99_ms"]:.2f} ms), decoding before it '
            f'{timing["decoding"]["median_ms"]:.2f} ms '
            f'(p99 {timing["decoding"]["p99_ms"]:.2f} ms); '
            f'{timing["elapsed_s"]:.1f} s in all for {timing["bag_s"]:.1f} s of bag')
    sys.stderr.flush()
