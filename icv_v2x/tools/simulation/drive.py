# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""One run of SUMO with listening vehicles in it, and what it came to."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.advisory.types import Application
from icv_v2x.tools.errors import SourceError
from icv_v2x.tools.import_trajectories import EPOCH
from icv_v2x.tools.jsonl import number, summary_value
from icv_v2x.tools.simulation.record import Record
from icv_v2x.tools.simulation.route_plan import RoutePlanner
from icv_v2x.tools.simulation.traffic import STEP, Collision, simulation
from icv_v2x.tools.simulation.unit import RANGE, Air, Listener, YawRates, nanoseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from icv_v2x.faults import Operator
    from icv_v2x.interchange.broadcast import Frame
    from icv_v2x.pipeline import Cycle
    from icv_v2x.report.situations import Situation
    from icv_v2x.tools.simulation.traffic import Snapshot, Sumo

SECOND = 1_000_000_000

_WARNED_WITHIN = 1.0
# These speak of what the ego is about to do, so its present motion is no measure of them.
_OF_INTENT = frozenset(
    {Application.BSW, Application.LCW, Application.DNPW, Application.LTA})


@dataclass(frozen=True)
class Plan:
    """What to run.

    Attributes:
        config: SUMO's configuration file.
        egos: Ids of the listening vehicles; each has a pipeline of its own.
        operators: What every listener's inputs go through.
        parameters: Of the pipelines, dotted name to value.
        planned_paths: Whether listeners publish the way that their route takes.
        options: More of SUMO's own options.
        until: End [s] of the simulation; None: as SUMO's configuration says.
        before_step: Called with the simulation before every step, to steer vehicles; tells
            whether to go on.
        after_cycle: Called with the name, the snapshot and the cycle of every listener.
        road_side: Gives the frames that road-side units send at a time of the simulation [s].
    """

    config: Path
    egos: tuple[str, ...]
    operators: tuple[Operator, ...] = ()
    parameters: dict[str, Any] = field(default_factory=dict)
    planned_paths: bool = True
    options: tuple[str, ...] = ()
    until: float | None = None
    before_step: Callable[[Sumo], bool] | None = None
    after_cycle: Callable[[str, Snapshot, Cycle], None] | None = None
    road_side: Callable[[float], list[Frame]] | None = None


@dataclass(frozen=True)
class Outcome:
    """What a run came to.

    Attributes:
        values: One JSON object per ego that departed, see `icv-v2x sumo --help`.
        record: Where everybody was.
        collisions: The first of every pair, of whomever.
        absent: Egos that never departed.
    """

    values: list[dict[str, Any]]
    record: Record
    collisions: list[Collision]
    absent: tuple[str, ...]


def drive(plan: Plan, seed: int) -> Outcome:
    """Run SUMO once.

    Args:
        plan: What to run.
        seed: Of SUMO and of the operators.

    Returns:
        What it came to.

    Raises:
        SourceError: SUMO is missing or refuses, or none of the egos ever departs.
    """
    with simulation(plan.config, seed, plan.options) as sumo:
        run = _Run(plan, sumo, seed)
        while (plan.before_step is None or plan.before_step(sumo)) and not run.over():
            run.step(sumo.step())
    if not run.listeners:
        raise SourceError(
            f'no vehicle {", ".join(plan.egos)} ever departs in {plan.config} with seed {seed}')
    return Outcome(
        [run.value(run.listeners[name]) for name in plan.egos if name in run.listeners],
        run.record, list(run.collisions.values()),
        tuple(name for name in plan.egos if name not in run.listeners))


class _Run:
    def __init__(self, plan: Plan, sumo: Sumo, seed: int) -> None:
        self.listeners: dict[str, Listener] = {}
        self.collisions: dict[tuple[str, str], Collision] = {}
        self.record = Record(sumo.builds)
        self._plan = plan
        self._sumo = sumo
        self._seed = seed
        self._air = Air(sumo.builds)
        self._planner = RoutePlanner(sumo.library) if plan.planned_paths else None
        self._yaw_rates = YawRates()
        self._present: set[str] = set()

    def over(self) -> bool:
        """Whether nothing is left to be seen."""
        if self._plan.until is not None and self._sumo.time >= self._plan.until:
            return True
        gone = len(self.listeners) == len(self._plan.egos) and not self._present
        return gone or self._sumo.finished

    def step(self, snapshot: Snapshot) -> None:
        """Take one step in."""
        self.record.add(snapshot)
        for collision in self._sumo.collisions():
            pair = min(collision.collider, collision.victim), max(
                collision.collider, collision.victim)
            self.collisions.setdefault(pair, collision)
        rows = {name: row for row, name in enumerate(snapshot.names)}
        self._present = {name for name in self._plan.egos if name in rows}
        yaw_rate = self._yaw_rates.update(snapshot)
        if not self._present:
            return
        own = np.array([rows[name] for name in self._present])
        away = np.hypot(
            snapshot.x[:, None] - snapshot.x[own], snapshot.y[:, None] - snapshot.y[own])
        frames = self._air.frames(
            snapshot, yaw_rate, np.flatnonzero((away <= RANGE).any(axis=1)))
        units = self._plan.road_side
        road_side = units(snapshot.time) if units is not None else []
        for name in self._plan.egos:
            if name not in rows:
                continue
            if name not in self.listeners:
                self.listeners[name] = Listener(
                    name, self._sumo.builds[name], self._plan.operators, self._seed,
                    self._plan.parameters)
            row = rows[name]
            path = None
            if self._planner is not None:
                path = self._planner.path(
                    snapshot, row, self._sumo.builds[name], nanoseconds(snapshot.time))
            cycle = self.listeners[name].step(
                snapshot, row, float(yaw_rate[row]), frames, path, road_side)
            if self._plan.after_cycle is not None:
                self._plan.after_cycle(name, snapshot, cycle)

    def value(self, listener: Listener) -> dict[str, Any]:
        """Return the JSON object of one ego."""
        situations = [
            (self._air.name(situation.subject), situation)
            for situation in listener.situations() if self._air.name(situation.subject)
        ]
        return {
            'seed': self._seed,
            'ego': listener.name,
            'vehicle_seconds': number(listener.cycles * STEP),
            'situations': [
                self._situation(listener.name, subject, situation)
                for subject, situation in situations
            ],
            'collisions': [
                self._collision(listener.name, collision, situations)
                for pair, collision in self.collisions.items() if listener.name in pair
            ],
            'summary': summary_value(listener.counters),
        }

    def _situation(self, ego: str, subject: str, situation: Situation) -> dict[str, Any]:
        begin = (situation.start - EPOCH) / SECOND
        judgement = self.record.judge(ego, subject, begin)
        return {
            'subject': subject,
            'application': situation.application.name,
            'applications': [application.name for application in situation.applications],
            'level': situation.level.name,
            'start': number(begin),
            'end': number((situation.end - EPOCH) / SECOND),
            'of_intent': _OF_INTENT.issuperset(situation.applications),
            'verdict': judgement.verdict,
            'nearest': number(judgement.nearest),
            'time_to_conflict': number(situation.time_to_conflict),
            'gap': number(situation.gap),
            'closing_speed': number(situation.closing_speed),
            'required_deceleration': number(situation.required_deceleration),
            'reason': situation.reason,
        }

    def _collision(
        self, ego: str, collision: Collision, situations: Sequence[tuple[str, Situation]],
    ) -> dict[str, Any]:
        partner = collision.victim if collision.collider == ego else collision.collider
        time = collision.time
        warned = [
            (situation.start - EPOCH) / SECOND for subject, situation in situations
            if subject == partner
            and (situation.start - EPOCH) / SECOND <= time
            and (situation.end - EPOCH) / SECOND >= time - _WARNED_WITHIN
        ]
        # Just before the impact, as SUMO may stop both in its step.
        before = time - STEP
        steady = min(self.record.steady_before(name, time) for name in (ego, partner))
        return {
            **{
                name: value for name, value in dataclasses.asdict(collision).items()
                if name in ('kind', 'lane')
            },
            'time': number(time),
            'partner': partner,
            'closing_speed': number(self.record.closing_speed(ego, partner, before)),
            'steady_before': number(steady),
            'warned': bool(warned),
            'warned_at': number(min(warned)) if warned else None,
            'lead_time': number(time - min(warned)) if warned else None,
        }
