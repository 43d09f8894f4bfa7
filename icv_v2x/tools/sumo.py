# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""`icv-v2x sumo`: SUMO's traffic over the air into the real pipeline, judged run by run."""

from __future__ import annotations

import contextlib
import json
import re
import sys
from argparse import ArgumentTypeError
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from icv_v2x.tools import degradation
from icv_v2x.tools.simulation.drive import Plan, drive
from icv_v2x.tools.simulation.merge_run import MergeRun, merge
from icv_v2x.tools.simulation.traffic import load_library
from icv_v2x.tools.terminal import progress, say

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterator

_EPILOG = """\
One line per run and ego, a JSON object: seed, ego, vehicle_seconds; situations at WARNING or
above, each with its verdict (hit; false: at constant velocity the ego would not have come within
0.5 m of the subject's recorded footprint within 5 s; undecided: the record ends before) and with
of_intent: only applications of lane changes and turns spoke, of which that tells nothing, as they
speak of what the ego is about to do; collisions in SUMO's own output, each with warned, warned_at
and lead_time [s], closing_speed [m/s] and steady_before, for how long both were in constant motion
[s]; summary, the counts of frames.

With --driver every ego merges instead, driven by the merge planner or by SUMO itself, until it is
500 m behind the lane that ends. One line per run: collision; travel_time [s] from its departure;
time_to_merge [s], and then place [m] on its lane, speed, gap and time gap (headway) to leader and
follower, follower_needed [m/s2], the constant braking with which the follower, begun after 0.4 s,
does not touch the ego, and lane_headway [s], the mean of the others there; settled_headway [s] to
the leader 5 s later, or after a change that follows sooner; least_time_to_collision [s];
follower_braking [m/s2] of the new follower from 3 s before to 5 s after the merge, over 0.5 s, and
in single steps; own acceleration, braking and jerk up to the merge, and as shares of the limits of
comfort at the speed, the largest while plans were driven (acceleration_share and so on); stops,
aborts, gap_changes (of the change of lane in which most) and holds (cycles). null: none.
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of the command.

    Args:
        parser: The command's own parser.
    """
    parser.epilog = _EPILOG
    parser.add_argument('config', metavar='CONFIG', type=Path, help="SUMO's .sumocfg")
    parser.add_argument(
        '--ego', metavar='ID', action='append', required=True,
        help='vehicle that listens, driven by SUMO; may be given several times')
    parser.add_argument(
        '--seeds', metavar='A..B', type=seeds, default=range(1),
        help='one run for each, or a single number (default: 0)')
    parser.add_argument(
        '--until', metavar='S', type=float, help='end of each run [s of the simulation]')
    parser.add_argument(
        '--json', metavar='OUT', type=Path, required=True,
        help='where the results go (- for stdout)')
    parser.add_argument(
        '--driver', choices=('planner', 'sumo'),
        help='let the egos merge, driven by the merge planner or by SUMO')
    parser.add_argument(
        '--alone', action='store_true', help='with --driver: take everybody else off the road')
    parser.add_argument(
        '--workers', metavar='N', type=int, default=1,
        help='with --driver: processes that the runs are spread over (default: 1)')
    degradation.add_arguments(parser)


def run(arguments: Namespace) -> int:
    """Run SUMO once for every seed.

    Args:
        arguments: What `add_arguments` declared.

    Returns:
        Exit status 0.

    Raises:
        SourceError: SUMO is missing or refuses, an ego never departs, or an option has a value
            that is not allowed.
        OSError: The output cannot be written.
    """
    load_library()
    if arguments.driver is not None:
        return _merge(arguments)
    plan = Plan(
        arguments.config, tuple(dict.fromkeys(arguments.ego)), degradation.operators(arguments),
        until=arguments.until)
    values: list[dict[str, Any]] = []
    with (
        _lines(arguments.json) as write,
        progress(f'running {arguments.config}', len(arguments.seeds)) as advance,
    ):
        for seed in arguments.seeds:
            outcome = drive(plan, seed)
            if outcome.absent:
                say(f'seed {seed}: {", ".join(outcome.absent)} never depart')
            for value in outcome.values:
                write(json.dumps(value, ensure_ascii=False, allow_nan=False))
                values.append(value)
            advance()
    say(summary(values))
    return 0


def _merge(arguments: Namespace) -> int:
    """Let every ego merge once for every seed."""
    operators = degradation.operators(arguments)
    runs = [
        (MergeRun(arguments.config, ego, arguments.driver, operators, alone=arguments.alone), seed)
        for seed in arguments.seeds for ego in dict.fromkeys(arguments.ego)]
    values: list[dict[str, Any]] = []
    with (
        _lines(arguments.json) as write, ProcessPoolExecutor(max(arguments.workers, 1)) as pool,
        progress(f'merging in {arguments.config}', len(runs)) as advance,
    ):
        for value in pool.map(merge, *zip(*runs, strict=True)):
            write(json.dumps(value, ensure_ascii=False, allow_nan=False))
            values.append(value)
            advance()
    say(merge_summary(values))
    return 0


def merge_summary(values: list[dict[str, Any]]) -> str:
    """Return one line for a person on what merges came to."""
    merged = sum(value['time_to_merge'] is not None for value in values)
    return (
        f'{len(values)} runs, {merged} merged, '
        f'{sum(value["collision"] for value in values)} collisions, '
        f'{sum(value["stops"] for value in values)} stops, '
        f'{sum(value["aborts"] for value in values)} aborts')


def summary(values: list[dict[str, Any]]) -> str:
    """Return one line for a person on what `Outcome.values` say.

    Args:
        values: Of any number of runs.

    Returns:
        Hours, verdicts and collisions.
    """
    hours = sum(value['vehicle_seconds'] for value in values) / 3600.0
    situations = [situation for value in values for situation in value['situations']]
    verdicts = [s['verdict'] for s in situations if not s['of_intent']]
    collisions = [collision for value in values for collision in value['collisions']]
    warned = sum(collision['warned'] for collision in collisions)
    false = verdicts.count('false')
    rate = f', {false / hours:.2f} false per vehicle hour' if hours > 0.0 else ''
    return (
        f'{len(values)} runs, {hours:.3f} vehicle hours; {len(situations)} situations at WARNING '
        f'or above: {len(situations) - len(verdicts)} of an intended lane change or turn, '
        f'{verdicts.count("hit")} hit, {false} false, '
        f'{verdicts.count("undecided")} undecided{rate}; {len(collisions)} collisions, '
        f'{warned} warned of')


def seeds(text: str) -> range:
    """Return the seeds of A..B or of a single number, for argparse."""
    found = re.fullmatch(r'(\d+)(?:\.\.(\d+))?', text)
    first = int(found[1]) if found else 0
    last = int(found[2] or found[1]) if found else -1
    # SUMO keeps seeds in 32 bits with a sign.
    if not first <= last < 2**31:
        raise ArgumentTypeError(f'{text!r} is no A..B with A not above B, such as 1..20')
    return range(first, last + 1)


@contextlib.contextmanager
def _lines(path: Path) -> Iterator[Callable[[str], None]]:
    if str(path) == '-':
        yield print
        return
    with path.open('w', encoding='utf-8', newline='\n') as file:
        yield lambda line: print(line, file=file, flush=True)
    sys.stderr.flush()
