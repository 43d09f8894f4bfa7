# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Tables of what `merge_campaign.py` has run, all roads, flows and labels of a folder.

`python benchmarks/merge_tables.py FOLDER [--write]`

With `--write` they become docs/merging_figures.md.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

PAGE = Path(__file__).resolve().parent.parent / 'docs' / 'merging_figures.md'
_HEAD = """# Merges in simulated traffic

Printed by `benchmarks/merge_tables.py FOLDER --write` from the runs of
`benchmarks/merge_campaign.py` in that folder; not edited by hand.

One observed vehicle has to change lane in SUMO's traffic, driven by the merge planner, octets in
and plan out, or by SUMO's own driver, with the same seeds. The planner drives it from its first
plan on, between changes as it follows a leader. Roads and vehicles are those of
`test/simulation/merge_roads.py`; flows are vehicles an hour and lane. Delay is the travel time
from entry to 500 m behind the merging lane, less that of SUMO's driver alone on the road; the
planner may take faster lanes on the way, as SUMO's driver does. SUMO finishes a change of lane
that has begun, also where the plan goes back. The follower's braking is the
strongest over 0.5 s from 3 s before to 5 s after the ego has crossed the line. Differences are
planner less the other one in the same seeds, with their 95 % interval.
"""


@dataclass(frozen=True)
class Runs:
    """The runs of one road and flow.

    Attributes:
        road: Its name.
        flow: Vehicles an hour and lane.
        label: Of runs that differ in something, '' of the plain ones.
        alone: Travel time of SUMO's driver without others [s].
        drivers: Driver to seed to line.
    """

    road: str
    flow: int
    label: str
    alone: float
    drivers: dict[str, dict[int, dict[str, Any]]]


def read(folder: Path) -> list[Runs]:
    """Return all campaigns of a folder, by road, flow and label."""
    found = []
    for file in sorted(folder.glob('*.jsonl')):
        road, flow, label = _parts(file.stem)
        alone, drivers = np.nan, {'sumo': {}, 'planner': {}}  # type: ignore[var-annotated]
        for text in file.read_text().splitlines():
            line = json.loads(text)
            if line['alone']:
                alone = float(line['travel_time'])
            else:
                drivers[line['driver']][line['seed']] = line
        found.append(Runs(road, flow, label, alone, drivers))
    return found


def _parts(name: str) -> tuple[str, int, str]:
    """Return road, flow and label of `ROAD_FLOW[_LABEL]`; names of roads may hold `_` as well."""
    words = name.split('_')
    at = next(index for index, word in enumerate(words) if word.isdigit())
    return '_'.join(words[:at]), int(words[at]), ' '.join(words[at + 1:])


def paired(
    ours: dict[int, dict[str, Any]], others: dict[int, dict[str, Any]], key: str,
) -> np.ndarray:
    """Return the values of both in the seeds where both have one, (n, 2): others, ours."""
    return np.array([
        (float(others[seed][key]), float(line[key])) for seed, line in sorted(ours.items())
        if seed in others and line[key] is not None and others[seed][key] is not None
    ]).reshape(-1, 2)


def difference(pairs: np.ndarray, less: float = 0.0) -> str:
    """Return both means, their difference with its interval, and as a share, as cells."""
    if len(pairs) < 2:
        return '- | - | -'
    base, ours = pairs.mean(axis=0) - less
    change = pairs[:, 1] - pairs[:, 0]
    spread = 1.96 * change.std(ddof=1) / np.sqrt(len(change))
    return (
        f'{base:.2f} | {ours:.2f} | {change.mean():+.2f} +- {spread:.2f} '
        f'({100.0 * (ours / base - 1.0):+.0f} %)')


def seeds_of(lines: dict[int, dict[str, Any]]) -> str:
    """Return seeds as ranges."""
    spans: list[list[int]] = []
    for seed in sorted(lines):
        if spans and seed == spans[-1][1] + 1:
            spans[-1][1] = seed
        else:
            spans.append([seed, seed])
    return ', '.join(
        f'{first}' if first == last else f'{first} to {last}' for first, last in spans)


def page(campaigns: list[Runs]) -> str:
    """Return the page."""
    plain = [one for one in campaigns if not one.label and one.drivers['planner']]
    text = _HEAD + """
## Planner against SUMO's driver

""" + _head(
        'road', 'flow', 'seeds of the planner; paired', 'collisions', 'delay [s]: SUMO', 'planner',
        'difference', "follower's braking [m/s2]: SUMO", 'planner', 'difference')
    for one in plain:
        ours, others = one.drivers['planner'], one.drivers['sumo']
        both = len(set(ours) & set(others))
        text += (
            f'| {one.road} | {one.flow} | {seeds_of(ours)}; {both} | '
            f'{_count(ours, "collision")} | '
            f'{difference(paired(ours, others, "travel_time"), one.alone)} | '
            f'{difference(paired(ours, others, "follower_braking"))} |\n')
    text += """
## The planner's own runs

Shares are the greatest of all runs, of the limits of comfort at the speed of the moment; braking
and jerk may exceed 1 in an emergency only. A short time gap is one below 1.0 s and below the
mean of the lane, 5 s after the line was crossed, or that of a change that followed within them.
The follower's need is the constant braking, begun after 0.4 s, that avoids touching the ego when
it crosses the line.

""" + _head(
        'road', 'flow', 'label', 'runs', 'collisions', 'never merged', 'stops', 'aborts',
        'gap changed at most once', 'acceleration, braking, jerk: greatest share',
        'short time gaps', "follower's need: greatest [m/s2]")
    for one in campaigns:
        lines = one.drivers['planner']
        if not lines:
            continue
        shares = ', '.join(
            f'{_greatest(lines, f"{name}_share"):.2f}' for name in (
                'acceleration', 'braking', 'jerk'))
        calm = sum(line['gap_changes'] <= 1 for line in lines.values())
        short = sum(_short(line) for line in lines.values())
        text += (
            f'| {one.road} | {one.flow} | {one.label or "-"} | {len(lines)} | '
            f'{_count(lines, "collision")} | '
            f'{sum(line["time_to_merge"] is None for line in lines.values())} | '
            f'{_count(lines, "stops")} | {_count(lines, "aborts")} | '
            f'{100.0 * calm / len(lines):.0f} % | {shares} | {short} | '
            f'{_greatest(lines, "follower_needed"):.1f} |\n')
    labelled = [one for one in campaigns if one.label and one.drivers['planner']]
    if labelled:
        text += """
## Disturbed, and with help

The planner's delay against its own in the plain runs of the same seeds.

""" + _head(
            'road', 'flow', 'label', 'pairs', 'delay [s]: plain', 'labelled', 'difference')
    for one in labelled:
        base = next((
            other for other in plain if (other.road, other.flow) == (one.road, one.flow)), None)
        if base is None:
            continue
        pairs = paired(one.drivers['planner'], base.drivers['planner'], 'travel_time')
        text += (
            f'| {one.road} | {one.flow} | {one.label} | {len(pairs)} | '
            f'{difference(pairs, base.alone)} |\n')
    return text


def _head(*columns: str) -> str:
    return f'| {" | ".join(columns)} |\n|{"-|" * len(columns)}\n'


def _count(lines: dict[int, dict[str, Any]], key: str) -> int:
    return sum(bool(line[key]) for line in lines.values())


def _greatest(lines: dict[int, dict[str, Any]], key: str) -> float:
    values = [float(line[key]) for line in lines.values() if line.get(key) is not None]
    return max(values, default=float('nan'))


def _short(line: dict[str, Any]) -> bool:
    settled, mean = line['settled_headway'], line.get('lane_headway')
    return settled is not None and settled < min(1.0, 1.0 if mean is None else mean) - 0.005


def main() -> int:
    """Print, or write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folder', type=Path)
    parser.add_argument('--write', action='store_true')
    arguments = parser.parse_args()
    text = page(read(arguments.folder))
    if arguments.write:
        PAGE.write_text(text)
    else:
        print(text, end='')
    return 0


if __name__ == '__main__':
    sys.exit(main())
