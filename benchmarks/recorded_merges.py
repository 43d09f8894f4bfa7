# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Recorded lane changes beside what the merge planner would have chosen, as a table.

`python benchmarks/recorded_merges.py FOLDER`

FOLDER holds the CommonRoad recordings US101-26_1 and US101-24_2 of NGSIM. A change is a vehicle
that ends at least 1.5 m beside where it began, across the common direction of the traffic. The
planner is asked 1.5 s before the vehicle is half across (or when the recording begins), with the
two lanes as lines through where it began and ended, and 150 m to go. Its gap is the human's, or
one that costs less with time gaps that are no smaller in sum, each cut at `spacious_headway`;
where it holds, the table says why the human's gap was not taken.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'test' / 'merging'))

from closed_loop import START, Car, tracks_of
from merge_cases import parameters

from icv_v2x.inputs import MergeRequest
from icv_v2x.merging import State, plan
from icv_v2x.scenarios.merge_scene import MergeLanes, settings_of
from icv_v2x.tools.trajectories import commonroad
from icv_v2x.world.ego import EgoState

if TYPE_CHECKING:
    from icv_v2x.tools.trajectories import Recording, Trajectory

SOURCES = ('USA_US101-26_1_T-1.xml.gz', 'USA_US101-24_2_T-1.xml.gz')
_ASIDE = 1.5
_BEFORE = 1.5
_TO_GO = 150.0


@dataclass(frozen=True)
class Change:
    """A recorded change of lane.

    Attributes:
        vehicle: Who.
        half: When it was half across [s].
        direction: Of the traffic [rad].
    """

    vehicle: Trajectory
    half: float
    direction: float


def changes(recording: Recording) -> list[Change]:
    """Return the changes of lane in a recording."""
    moving = [one for one in recording.trajectories if len(one.time) > 10 and one.speed.max() > 2]
    direction = float(np.median([np.median(one.heading) for one in moving]))
    found = []
    for one in moving:
        across = -np.sin(direction) * one.x + np.cos(direction) * one.y
        shift = across - across[0]
        if abs(shift[-1]) >= _ASIDE:
            half = float(np.interp(0.5, shift / shift[-1], one.time)) if np.all(
                np.diff(shift / shift[-1]) > -0.05) else float(
                    one.time[np.argmax(np.abs(shift) > 0.5 * abs(shift[-1]))])
            found.append(Change(one, half, direction))
    return found


def judge(recording: Recording, change: Change) -> list[str]:
    """Return a row of the table."""
    one, direction = change.vehicle, change.direction
    ahead, left = np.array([np.cos(direction), np.sin(direction)]), np.array(
        [-np.sin(direction), np.cos(direction)])
    begin, end = np.array([one.x[0], one.y[0]]), np.array([one.x[-1], one.y[-1]])
    end = begin + left * float((end - begin) @ left)
    ways = np.array([-150.0, 350.0])
    own, target = begin + ways[:, None] * ahead, end + ways[:, None] * ahead
    now = max(change.half - _BEFORE, float(one.time[0]))
    stamp = START + round(now * 1e9)

    def state(who: Trajectory, time: float) -> tuple[float, float, float, float]:
        return tuple(
            float(np.interp(time, who.time, values))
            for values in (who.x, who.y, who.speed, np.nan_to_num(who.acceleration)))

    others = [
        who for who in recording.trajectories
        if who.name != one.name and who.time[0] <= now <= who.time[-1]]
    states = np.array([state(who, now) for who in others])
    tracks = replace(
        tracks_of([Car(*row[[0, 2]], y=row[1]) for row in states], stamp),
        heading=np.full(len(others), direction), acceleration=states[:, 3],
        length=np.array([who.length for who in others]),
        width=np.array([who.width for who in others]))
    x, y, speed, acceleration = state(one, now)
    ego = EgoState(
        stamp, x, y, 0.0, direction, speed, acceleration, 0.0, one.length, one.width, 1.5, 0.1,
        0.0)
    travelled = float((np.array([x, y]) - begin) @ ahead) + 150.0
    settings = settings_of(parameters())
    lanes = MergeLanes(MergeRequest(
        stamp, own[:, 0], own[:, 1], target[:, 0], target[:, 1], travelled - 50.0,
        travelled + _TO_GO, max(float(one.speed.max()), float(np.median(states[:, 2]))) + 2.0))
    scene = lanes.scene(tracks, ego, 22.2, np.zeros(len(others), np.bool_))
    choice = plan(scene.stretch, scene.own, scene.lane, scene.before, settings)
    names = [who.name for who in others]

    # The human's gap: who is before and behind on the target lane half across.
    half = [(who, state(who, change.half)) for who in others if who.time[-1] >= change.half]
    middle = np.array(state(one, change.half)[:2])
    row = []
    for who, (other_x, other_y, pace, _) in half:
        place = np.array([other_x, other_y])
        if abs(float((place - end) @ left)) < 1.7:
            row.append((float((place - middle) @ ahead), who, pace))
    before = min((item for item in row if item[0] > 0.0), default=None, key=lambda item: item[0])
    behind = max((item for item in row if item[0] <= 0.0), default=None, key=lambda item: item[0])

    def headway(item: tuple[float, Trajectory, float] | None, pace: float) -> float:
        if item is None:
            return np.inf
        return (abs(item[0]) - 0.5 * (item[1].length + one.length)) / max(pace, 1.0)

    human = (
        before[1].name if before else '-', behind[1].name if behind else '-',
        headway(before, state(one, change.half)[2]),
        headway(behind, behind[2] if behind else 1.0))

    def called(number: int) -> str:
        return names[number] if number >= 0 else '-'

    gaps = choice.gaps
    rows = list(zip(map(called, gaps.leader), map(called, gaps.follower), strict=True))
    same = rows.index(human[:2]) if human[:2] in rows else -1
    text = [one.name, f'{change.half:.1f}', f'{3.6 * speed:.0f}', '/'.join(human[:2]),
            f'{human[2]:.1f}', f'{human[3]:.1f}']
    if choice.state != State.MERGE:
        why = gaps.reason[same] if same >= 0 else 'no such row'
        return [*text, choice.state.name, '', '', '', '', f"human's: {why}"]
    chosen = choice.chosen
    verdict = 'the same'
    if chosen != same:
        spacious = settings.spacious_headway
        ours = sum(min(float(value[chosen]), spacious) for value in (
            gaps.leader_headway, gaps.follower_headway))
        theirs = sum(min(value, spacious) for value in human[2:])
        cost = float(gaps.cost[same]) if same >= 0 else np.nan
        cheaper = np.isnan(cost) or gaps.cost[chosen] < cost
        price = (
            "the human's not within the limits" if np.isnan(cost)
            else f'{"cheaper" if cheaper else "dearer"} ({gaps.cost[chosen] - cost:+.1f} s)')
        verdict = (
            f'{price}, margins '
            f'{"larger" if ours >= theirs else "smaller"} ({ours - theirs:+.1f} s)')
    return [
        *text, '/'.join(rows[chosen]), f'{gaps.leader_headway[chosen]:.1f}',
        f'{gaps.follower_headway[chosen]:.1f}', f'{gaps.time[chosen]:.1f}',
        f'{gaps.asked[chosen]:.1f}', verdict]


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folder', type=Path)
    arguments = parser.parse_args()
    head = ('who', 'half [s]', 'km/h', 'human gap', 'lead [s]', 'foll [s]', 'planner gap',
            'lead [s]', 'foll [s]', 'in [s]', 'asked', 'verdict')
    for name in SOURCES:
        recording = commonroad.read(arguments.folder / name)
        table = [list(head), *(judge(recording, change) for change in changes(recording))]
        widths = [max(len(row[column]) for row in table) for column in range(len(head))]
        print(name)
        for row in table:
            print('  ' + '  '.join(
                text.ljust(width) for text, width in zip(row, widths, strict=True)))
    return 0


if __name__ == '__main__':
    sys.exit(main())
