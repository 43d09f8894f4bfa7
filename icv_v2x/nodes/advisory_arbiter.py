# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The one voice towards the planning stack: candidates of all services in, advisories out."""

from __future__ import annotations

import functools
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from icv_v2x.advisory.arbiter import Arbiter, in_shadow
from icv_v2x.advisory.types import Mode
from icv_v2x.interchange import from_message
from icv_v2x.nodes import qos
from icv_v2x.nodes.candidate_sources import Answer, CandidateSources
from icv_v2x.nodes.conditions import ConditionKeeper
from icv_v2x.nodes.cycle_timer import STEP_BACK
from icv_v2x.nodes.managed_node import ManagedNode
from icv_v2x.nodes.pipeline_inputs import listen_to_ego
from icv_v2x.nodes.run import run
from icv_v2x.nodes.shadow import ShadowSpeaker
from icv_v2x.nodes.voice import Voice
from icv_v2x.world.ego_estimator import EgoEstimator

if TYPE_CHECKING:
    from icv_v2x.advisory.mode import Condition
    from icv_v2x.nodes.health import Status
    from icv_v2x.parameters import NodeParameters, Parameters

NAME = 'advisory_arbiter'


class AdvisoryArbiter(ManagedNode):
    """Speaks once for every instant.

    It does so as soon as every source that is alive has answered for the instant, and by its own
    timer a little after the instant where one has not, so that a service that fails silences
    nobody.
    """

    def __init__(self) -> None:
        """Declare the parameters."""
        self._arbiter: Arbiter | None = None
        self._voice = Voice(self)
        super().__init__(NAME)

    def build(self) -> None:
        """Make the arbiter and everything around it."""
        limits = self.of_nodes.candidates
        self._arbiter = Arbiter(self.parameters)
        self._sources = CandidateSources(limits)
        self._ego = EgoEstimator(self.parameters)
        self._voice.open()
        self._conditions_said = ConditionKeeper(self)
        self._withheld = ShadowSpeaker(self)
        listen_to_ego(self, self._ego.update, pose_only=True)
        for topic in limits.topics:
            self.listen(
                topic, 'icv_v2x_msgs/msg/AdvisoryArray', qos.stage_input(),
                functools.partial(self._hear, topic), required=True,
                silent_after=limits.silence)

    def start(self) -> None:
        """Begin the cycle."""
        self.forget()
        self.cycle_with(self._not_later, offset=self.of_nodes.candidates.patience)

    def stop(self) -> None:
        """Withdraw all advisories."""
        self._voice.withdraw()

    def forget(self) -> None:
        """Drop what belongs to an epoch of time that has ended."""
        if self._arbiter is not None:
            self._arbiter.clear()
            self._sources.clear()
            self._ego.clear()
            self._conditions_said.clear()
        self._voice.stamp = 0

    def reconfigure(self, parameters: Parameters, of_nodes: NodeParameters) -> None:
        """Take changed limits over."""
        if self._arbiter is not None:
            self._arbiter.configure(parameters)
            self._sources.configure(of_nodes.candidates)

    def state(self) -> Condition:
        """Return the mode that was said last."""
        return self._voice.condition()

    def statuses(self) -> list[Status]:
        """Return the mode."""
        return [self._voice.status()]

    def _hear(self, source: str, message: Any) -> None:
        stamp, _, candidates = from_message.advisory_array(message)
        steady = time.monotonic_ns()
        self._sources.answer(source, Answer(stamp, steady, candidates))
        if stamp > self._voice.stamp and self._sources.complete(stamp, steady):
            self.timed(self._arbitrate)(stamp)

    def _not_later(self, instant: int) -> None:
        if instant < self._voice.stamp - STEP_BACK:
            self.forget()
        if instant > self._voice.stamp:
            self._arbitrate(instant)

    def _arbitrate(self, stamp: int) -> None:
        assert self._arbiter is not None
        ego = self._ego.state(stamp)
        oldest, candidates = self._sources.candidates(stamp)
        verdict = self._arbiter.arbitrate(
            stamp, candidates, None if ego is None else ego.age,
            self._conditions_said.holding(stamp))
        self._voice.ceiling = verdict.ceiling
        shadow = verdict.withheld is not None
        told = verdict.withheld or verdict
        silent = self._sources.silent(time.monotonic_ns())
        if silent and told.mode == Mode.ACTIVE:
            told = replace(
                told, mode=Mode.DEGRADED, mode_reason=f'no answer from {", ".join(silent)}')
        # What an earlier answer said is valid no longer than it would have been in time.
        late = stamp - oldest
        told = replace(told, advisories=tuple(
            replace(advisory, valid_until=advisory.valid_until - late)
            for advisory in told.advisories))
        published = in_shadow(told) if shadow else told
        self._withheld.show(published.withheld)
        self._voice.say(stamp, published.mode, published.mode_reason, published.advisories)


def main() -> None:
    """Run the node."""
    sys.exit(run(NAME, AdvisoryArbiter))


if __name__ == '__main__':
    main()
