# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The whole chain without middleware, clock or thread: inputs and a time in, advisories out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from icv_v2x.advisory.arbiter import Arbiter
from icv_v2x.advisory.types import Level
from icv_v2x.inputs import FrameBatch, MergeRequest, PlatoonRequest
from icv_v2x.pipeline.collision import CollisionWarning
from icv_v2x.pipeline.failures import FailureWatch
from icv_v2x.pipeline.merge_dialogue import MergeDialogue
from icv_v2x.pipeline.merging import MergePlanner
from icv_v2x.pipeline.perception import Input, Perception
from icv_v2x.pipeline.platooning import PlatoonStage
from icv_v2x.pipeline.road_services import RoadServices, RoadSide

if TYPE_CHECKING:
    from collections.abc import Iterable

    from icv_v2x.advisory.arbiter import Verdict
    from icv_v2x.advisory.merge_plan import MergePlan
    from icv_v2x.advisory.mode import Condition
    from icv_v2x.advisory.types import Advisory, Mode
    from icv_v2x.parameters import Parameters
    from icv_v2x.parking import Guidance
    from icv_v2x.pipeline.counters import Counters
    from icv_v2x.platooning import PlatoonPlan
    from icv_v2x.roads import RoadModel
    from icv_v2x.signals import Signals
    from icv_v2x.translate.parking_areas import ParkingArea
    from icv_v2x.translate.platoon_statements import PlatoonStatement
    from icv_v2x.translate.road_events import RoadEvents
    from icv_v2x.transmit.outgoing import OutgoingFrame
    from icv_v2x.trust import MisbehaviourLog, TrustLevel
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks


@dataclass(frozen=True)
class Cycle:
    """What one cycle saw and said.

    Attributes:
        stamp: Instant of the cycle [ns since the Unix epoch].
        mode: Mode of the package.
        mode_reason: Why the mode is not ACTIVE, empty in ACTIVE.
        advisories: The most urgent first.
        merge_plan: The merge planner's choice, None while nothing is asked of it.
        ego: The ego, None before the first pose.
        tracks: All objects at the instant.
        roads: The road as far as its maps were heard; the same object while nothing changes;
            None where the source of a cycle does not hold it.
        events: Events, signs and statements about lanes that are told, None likewise.
        signals: What signals show, None likewise.
        parking: Parking areas that are known.
        guidance: Where the vehicle is guided to in one of them, None for nowhere.
        platoon_plan: What to do in a platoon, None where none is wanted.
        platoons: What others say of platoons.
        ceiling: The highest level that the mode allows.
        withheld: What would be published without shadow mode, None where that is off.
        outgoing: Frames of the merge dialogue for the radio unit.
    """

    stamp: int
    mode: Mode
    mode_reason: str
    advisories: tuple[Advisory, ...]
    merge_plan: MergePlan | None
    ego: EgoState | None
    tracks: Tracks
    roads: RoadModel | None = None
    events: RoadEvents | None = None
    signals: Signals | None = None
    parking: tuple[ParkingArea, ...] = ()
    guidance: Guidance | None = None
    platoon_plan: PlatoonPlan | None = None
    platoons: tuple[PlatoonStatement, ...] = ()
    ceiling: Level = Level.NONE
    withheld: Verdict | None = None
    outgoing: tuple[OutgoingFrame, ...] = ()


class Pipeline:
    """Perception, collision warning, road services and arbitration in one; deterministic."""

    def __init__(self, parameters: Parameters) -> None:
        """Start knowing nothing."""
        self._perception = Perception(parameters)
        self._collision = CollisionWarning(parameters)
        self._services = RoadServices(parameters)
        self._merging = MergePlanner(parameters)
        self._platooning = PlatoonStage(parameters)
        self._dialogue = MergeDialogue(parameters)
        self._arbiter = Arbiter(parameters)
        self._last: int | None = None
        self._failures = FailureWatch()

    def configure(self, parameters: Parameters) -> None:
        """Take changed parameters over; those that are read at start only must be the same.

        Raises:
            ParameterError: The own temporary id is not one.
        """
        self._perception.configure(parameters)
        self._collision.configure(parameters)
        self._services.configure(parameters)
        self._merging.configure(parameters)
        self._platooning.configure(parameters)
        self._dialogue.configure(parameters)
        self._arbiter.configure(parameters)

    def clear(self) -> None:
        """Forget everything but the counters, what waits for a cycle included."""
        self._perception.drain()
        self._perception.clear()
        self._collision.clear()
        self._services.clear()
        self._merging.clear()
        self._platooning.clear()
        self._dialogue.clear()
        self._arbiter.clear()
        self._last = None

    def receive(
        self, item: Input | MergeRequest | PlatoonRequest, received: int | None = None
    ) -> str | None:
        """Take one input in; it counts from the next cycle on.

        Args:
            item: A record of `icv_v2x.inputs`.
            received: When it was logged [ns]; inputs are to be given in that order.

        Returns:
            Why an input other than radio frames is refused, None where it is taken.
        """
        del received
        if isinstance(item, MergeRequest):
            return self._merging.request(item)
        if isinstance(item, PlatoonRequest):
            return self._platooning.request(item)
        if isinstance(item, FrameBatch):
            self._dialogue.hear(item)
        return self._perception.receive(item)

    def lose(self, frames: int, reason: str) -> None:
        """Count radio frames that could not be taken in at all."""
        self._perception.lose(frames, reason)

    def decode_ahead(self, instant: int) -> None:
        """Decode what waits where it is much, shortly before the instant of a cycle [ns]."""
        self._perception.decode_ahead(instant)

    def cycle(self, now: int, doubts: Iterable[Condition] = ()) -> Cycle:
        """Run one cycle.

        Args:
            now: [ns since the Unix epoch]; going back starts anew.
            doubts: What bounds what may be said and is not known to the pipeline itself.

        Returns:
            What is published at that instant, and what it rests on.
        """
        if self._last is not None and now < self._last:
            self._collision.clear()
            self._services.clear()
            self._merging.clear()
            self._platooning.clear()
            self._dialogue.clear()
            self._arbiter.clear()
        self._last = now
        tracks, ego = self._perception.world(now)
        roads, signals = self._perception.roads(now), self._perception.signals(now)
        events = self._perception.road_events(now)
        candidates = self._collision.assess(tracks, ego, roads, signals)
        side = RoadSide(events, roads, signals, self._perception.parking(now))
        candidates += self._services.assess(tracks, ego, side)
        plan, merging = self._merging.assess(
            tracks, ego, self._dialogue.agreed(tracks), self._dialogue.suggestion(now))
        outgoing, courtesy = self._dialogue.step(
            now, plan, tracks, ego, self._merging.behavior)
        candidates += merging + courtesy
        platoons = self._perception.platoons(now)
        platoon_plan, platooning = self._platooning.assess(
            tracks, ego, self._perception.detections(now), platoons)
        candidates += platooning
        verdict = self._arbiter.arbitrate(now, candidates, None if ego is None else ego.age,
            [*doubts, *self._perception.conditions(now), *self._own_conditions(now)])
        self._perception.counters.cycles += 1
        return Cycle(
            now, verdict.mode, verdict.mode_reason, verdict.advisories, plan, ego, tracks, roads,
            events, signals, side.parking, self._services.guidance, platoon_plan, platoons,
            verdict.ceiling, verdict.withheld, tuple(outgoing))

    def _own_conditions(self, now: int) -> list[Condition]:
        """Return what the applications say against what may be said."""
        return [
            *self._failures.conditions(now, self.failures), *self._services.conditions()]

    @property
    def counters(self) -> Counters:
        """Counts of all frames received so far, those that wait for a cycle decoded first."""
        self._perception.drain()
        return self._perception.counters

    @property
    def counted(self) -> Counters:
        """Counts of the frames decoded so far, those that wait left out."""
        return self._perception.counters

    @property
    def platooning(self) -> PlatoonStage:
        """The stage of platooning, for its state and its counts."""
        return self._platooning

    @property
    def misbehaviour(self) -> MisbehaviourLog:
        """Records of senders that lost trust."""
        return self._perception.misbehaviour

    @property
    def believed(self) -> dict[TrustLevel, int]:
        """How many senders stand at each level of trust."""
        return self._perception.believed

    @property
    def failures(self) -> dict[str, int]:
        """Application to the cycles in which it failed by a defect of its own."""
        return {
            **self._collision.failures, **self._services.failures, **self._merging.failures,
            **self._platooning.failures}

    @property
    def refused_inputs(self) -> dict[str, int]:
        """Reason to number of inputs other than frames that were refused."""
        refused = dict(self._perception.refused_inputs)
        unusable = self._merging.refused_requests + self._platooning.refused_requests
        if unusable:
            refused['unusable_request'] = unusable
        return refused
