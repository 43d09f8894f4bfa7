# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What the nodes have in common that judge the objects of every instant."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from icv_v2x.advisory.mode import mode_of
from icv_v2x.advisory.types import Mode
from icv_v2x.interchange import from_message
from icv_v2x.nodes import qos
from icv_v2x.nodes.conditions import ConditionSpeaker
from icv_v2x.nodes.cycle_timer import STEP_BACK
from icv_v2x.nodes.managed_node import ManagedNode
from icv_v2x.nodes.pipeline_inputs import listen_to_ego
from icv_v2x.nodes.states import trust_status
from icv_v2x.pipeline.failures import FailureWatch
from icv_v2x.world.ego_estimator import EgoEstimator

if TYPE_CHECKING:
    from icv_v2x.advisory.mode import Condition
    from icv_v2x.advisory.types import Advisory
    from icv_v2x.nodes.health import Status
    from icv_v2x.pipeline import CollisionWarning, MergePlanner, RoadServices
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks


class ObjectStageNode(ManagedNode):
    """Answers every message of objects with candidates for the same instant.

    Attributes:
        stage: The stage of the pipeline that judges, None before it is made.
    """

    def __init__(self, name: str) -> None:
        """Declare the parameters.

        Args:
            name: Of the node.
        """
        self.stage: CollisionWarning | MergePlanner | RoadServices | None = None
        self._sequence = 0
        self._stamp = 0
        super().__init__(name)

    @abstractmethod
    def build_stage(self) -> None:
        """Make the stage and what it needs beside the ego and the objects."""

    @abstractmethod
    def judge(self, tracks: Tracks, ego: EgoState | None) -> list[Advisory]:
        """Return the candidates of an instant.

        Args:
            tracks: The objects.
            ego: The ego at their instant, None: not known.
        """

    def rewind(self) -> None:
        """Drop what is known of the objects, whose time ran back."""
        if self.stage is not None:
            self.stage.clear()

    def failures(self) -> dict[str, int]:
        """Return the defects of each application so far, by its name."""
        return {} if self.stage is None else dict(self.stage.failures)

    def conditions(self) -> list[Condition]:
        """Return what else bounds what may be said, after `judge` of an instant."""
        return []

    def build(self) -> None:
        """Make the stage and everything around it."""
        self._ego = EgoEstimator(self.parameters)
        self._bounds = ConditionSpeaker(self)
        self._failures = FailureWatch()
        self._say = self.speak('~/candidates', 'icv_v2x_msgs/msg/AdvisoryArray', qos.output())
        listen_to_ego(self, self._ego.update)
        self.build_stage()
        self._objects = self.listen(
            'v2x/objects', 'icv_v2x_msgs/msg/ObjectArray', qos.stage_input(),
            self.timed(self._assess), required=True, silent_after=0.5)

    def start(self) -> None:
        """Begin without anything in force."""
        self.forget()

    def stop(self) -> None:
        """Withdraw all candidates."""
        self._publish(self.latest, Mode.READY, 'deactivated', [])

    def forget(self) -> None:
        """Drop what belongs to an epoch of time that has ended."""
        self.rewind()
        if self.stage is not None:
            self._ego.clear()
        self._stamp = 0

    def state(self) -> Condition:
        """Return what the last instant says against advisories."""
        return self._bounds.state

    def statuses(self) -> list[Status]:
        """Return what senders must show."""
        return [trust_status(self.parameters)]

    @property
    def latest(self) -> int:
        """Now, or the last instant where that is later [ns since the Unix epoch]."""
        return max(int(self.get_clock().now().nanoseconds), self._stamp)

    def _assess(self, message: Any) -> None:
        tracks = from_message.tracks(message)
        if tracks.stamp < self._stamp - STEP_BACK:
            self.rewind()
        elif tracks.stamp <= self._stamp:
            self._objects.reject('late', f'stamp {tracks.stamp} ns after {self._stamp} ns')
            return
        ego = self._ego.state(tracks.stamp)
        limits = self.parameters.ego
        mode, reason, _ = mode_of(
            None if ego is None else ego.age,
            age_limited=limits.age_limited, age_maximum=limits.age_maximum)
        candidates = self.judge(tracks, ego)
        self._bounds.show([
            *self._failures.conditions(tracks.stamp, self.failures()), *self.conditions(),
        ], tracks.stamp)
        self._publish(tracks.stamp, mode, reason, candidates)

    def _publish(self, stamp: int, mode: Mode, reason: str, candidates: list[Advisory]) -> None:
        self._sequence += 1
        self._stamp = stamp
        self._say(self.encoder.advisory_array(
            stamp, self._sequence, mode, reason, candidates, self.limits_hash))
