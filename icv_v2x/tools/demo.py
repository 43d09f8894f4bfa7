# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""`icv-v2x demo`: a simulated minute of traffic, replayed, reported and summed up in a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from icv_v2x.advisory import Level
from icv_v2x.interchange import BagReader
from icv_v2x.parameters import load
from icv_v2x.pipeline import Pipeline
from icv_v2x.report import ReportWriter, RunDescription, SituationGrouper
from icv_v2x.scenes import encounter, write
from icv_v2x.tools.bag_source import parameter_file
from icv_v2x.tools.demo_scene import PARTS, demo_scene
from icv_v2x.tools.jsonl import cycle_line, summary_line, summary_value
from icv_v2x.tools.replay import replay
from icv_v2x.tools.terminal import say

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from icv_v2x.interchange.playback import Step
    from icv_v2x.report import Situation
    from icv_v2x.scenes import Scene

_SECOND = 1_000_000_000
_UNEXPECTED = 1


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of the command.

    Args:
        parser: The command's own parser.
    """
    parser.add_argument(
        '--out', metavar='DIR', type=Path, default=Path('demo'),
        help='folder for the bag, the advisories and the page (default: ./demo)')


def run(arguments: Namespace) -> int:
    """Simulate, replay, report.

    Args:
        arguments: What `add_arguments` declared.

    Returns:
        Exit status: 0, or 1 where a conflict was missed or a warning was wrong.

    Raises:
        BagError: The bag cannot be written or read.
        OSError: The folder cannot be written.
    """
    folder: Path = arguments.out
    folder.mkdir(parents=True, exist_ok=True)
    bag_path, page, lines = (
        folder / 'traffic', folder / 'report.html', folder / 'advisories.jsonl')
    say('simulating a minute of traffic ...')
    scene = demo_scene()
    write(scene, bag_path, replace=True)
    parameters = load(parameter_file(bag_path, None))
    grouper, notices = SituationGrouper(), SituationGrouper(minimum=Level.INFO)
    writer = ReportWriter(
        RunDescription(
            simulated=True, source=bag_path.name,
            names={scene.subject(part.name): part.title for part in PARTS}),
        parameters=parameters)
    pipeline = Pipeline(parameters)
    say('replaying it ...')
    with BagReader(bag_path, warn=say) as bag, lines.open(
        'w', encoding='utf-8', newline='\n',
    ) as out:
        def take(step: Step) -> None:
            line = cycle_line(step)
            if line is not None:
                print(line, file=out)
            grouper.add(step.cycle.stamp, step.cycle.advisories)
            notices.add(step.cycle.stamp, step.cycle.advisories)
            writer.add(step.cycle, pipeline.counters)

        outcome = replay(bag, parameters, take, pipeline=pipeline)
        print(summary_line(outcome.counters), file=out)
    writer.write(page, 'Demonstration (simulated)', summary_value(outcome.counters))
    right = _show(scene, grouper.finish(), notices.finish())
    counters = outcome.counters
    say(
        f'{counters.received} radio frames received, {counters.accepted} accepted, '
        f'{sum(counters.rejected.values())} rejected; a cycle took '
        f'{outcome.timing["cycle"]["median_ms"]:.1f} ms (p99 '
        f'{outcome.timing["cycle"]["p99_ms"]:.1f} ms)')
    print(f'The page: {page}')
    print(f'The bag: {bag_path}, the advisories: {lines}')
    return 0 if right else _UNEXPECTED


def _show(
    scene: Scene, situations: tuple[Situation, ...], notices: tuple[Situation, ...],
) -> bool:
    """Print the tables; return whether every conflict was warned of and nothing else."""
    console = Console()
    titles = {scene.subject(part.name): part for part in PARTS}
    warned = {situation.subject for situation in situations}
    table = Table(title='Simulated traffic: what was warned', title_justify='left')
    for name in ('time', 'application', 'level', 'subject', 'why'):
        table.add_column(name, justify='right' if name == 'time' else 'left')
    right = True
    for situation in situations:
        part = titles.get(situation.subject)
        wrong = part is None or not part.conflict
        right &= not wrong
        table.add_row(
            f'{(situation.start - scene.start) / _SECOND:.2f} s',
            situation.application.name,
            situation.level.name,
            f'{"" if part is None else part.title} ({situation.subject[-4:]})'
            f'{" - WRONG" if wrong else ""}',
            situation.reason)
    console.print(table)
    missed = [part for part in PARTS
              if part.conflict and scene.subject(part.name) not in warned]
    for part in missed:
        console.print(f'MISSED: {part.title}')
    levels = {
        situation.subject: situation.level.name
        for situation in sorted(notices, key=lambda situation: situation.level)
    }
    quiet = Table(title='Tempting, and no warning was given', title_justify='left')
    quiet.add_column('road user')
    quiet.add_column('closest', justify='right')
    quiet.add_column('said')
    for part in PARTS:
        if not part.conflict and scene.subject(part.name) not in warned:
            distance = encounter(scene, part.name).minimum_distance
            nearest = f'{distance:.1f} m' if distance < 1e3 else 'above'
            quiet.add_row(
                part.title, nearest, levels.get(scene.subject(part.name), 'nothing'))
    console.print(quiet)
    return right and not missed
