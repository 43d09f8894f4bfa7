# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Vehicles of SUMO that answer requests for room, by octets, and slow down as they then advise."""

from __future__ import annotations

import zlib
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.inputs import SignerRole, Verification
from icv_v2x.interchange.broadcast import Frame, batch_of
from icv_v2x.parameters import Parameters, build
from icv_v2x.pipeline.merge_dialogue import MergeDialogue
from icv_v2x.tools.import_trajectories import DEFAULT_PLACE
from icv_v2x.tools.simulation.unit import temporary_id
from icv_v2x.world.ego import EgoState
from icv_v2x.world.tracks import Tracks, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icv_v2x.tools.simulation.traffic import Build, Snapshot
    from icv_v2x.transmit.outgoing import OutgoingFrame

# Whoever is further away does not concern itself with a request [m].
_REACH = 150.0
# What is advised is taken up within this time [s].
_TAKES = 1.0
_SHARES = 10_000


class CourteousTraffic:
    """A share of the vehicles, each with the dialogue of its own."""

    def __init__(self, library: Any, builds: dict[str, Build], share: float, ego: str) -> None:
        """Take vehicles by their names, so that they are the same in every run.

        Args:
            library: The module libsumo.
            builds: Sizes by name.
            share: Of the vehicles that answer [0..1].
            ego: Who asks.
        """
        self._library, self._builds = library, builds
        self._share, self._ego = share, ego
        self._dialogues: dict[str, MergeDialogue] = {}

    def answers(self, name: str) -> bool:
        """Return whether a vehicle takes part."""
        return name != self._ego and zlib.crc32(name.encode()) % _SHARES < self._share * _SHARES

    def exchange(
        self, now: int, said: Sequence[OutgoingFrame], snapshot: Snapshot, tracks: Tracks,
        asker: EgoState,
    ) -> list[Frame]:
        """Let everybody near hear what is said; return what they answer.

        Args:
            now: [ns since the Unix epoch].
            said: Frames of the one who asks.
            snapshot: Everybody.
            tracks: As the one who asks knows them, from the same messages that all hear.
            asker: Itself.
        """
        present = set(snapshot.names)
        self._dialogues = {
            name: one for name, one in self._dialogues.items() if name in present}
        batch = batch_of([
            Frame(now, frame.generation_time, frame.octets, Verification.VERIFIED,
                  temporary_id(self._ego), SignerRole.VEHICLE)
            for frame in said], now) if said else None
        answers: list[Frame] = []
        rows = {int(sender): row for row, sender in enumerate(tracks.sender_id)}
        for index in np.flatnonzero(
                np.hypot(snapshot.x - asker.x, snapshot.y - asker.y) < _REACH).tolist():
            name = snapshot.names[index]
            known = self._dialogues.get(name)
            if known is None and (batch is None or not self.answers(name)):
                continue
            row = rows.get(temporary_id(name))
            if row is None:
                continue
            if known is None:
                known = self._dialogues[name] = self._dialogue(name)
            if batch is not None:
                known.hear(batch)
            answers += self._step(known, name, now, tracks, row, asker)
        return answers

    def _step(
        self, dialogue: MergeDialogue, name: str, now: int, tracks: Tracks, row: int,
        asker: EgoState,
    ) -> list[Frame]:
        own = EgoState(
            now, float(tracks.x[row]), float(tracks.y[row]), float(tracks.z[row]),
            float(tracks.heading[row]), float(tracks.speed[row]), 0.0, 0.0,
            float(tracks.length[row]), float(tracks.width[row]), 1.5, 0.5, 0.0)
        others = np.ones(len(tracks), np.bool_)
        others[row] = False
        frames, advisories = dialogue.step(
            now, None, joined(tracks.take(others), _track_of(asker, tracks, self._ego)), own)
        for advisory in advisories:
            speed = float(advisory.speed_max)
            if speed < own.speed:
                self._library.vehicle.slowDown(name, speed, _TAKES)
        return [
            Frame(now, frame.generation_time, frame.octets, Verification.VERIFIED,
                  temporary_id(name), SignerRole.VEHICLE)
            for frame in frames]

    def _dialogue(self, name: str) -> MergeDialogue:
        build_ = self._builds[name]
        return MergeDialogue(build(Parameters, {
            'map_origin.latitude': DEFAULT_PLACE[0], 'map_origin.longitude': DEFAULT_PLACE[1],
            'vehicle.length': round(build_.length, 4), 'vehicle.width': round(build_.width, 4),
            'vehicle.base_link_to_center': 0.0,
            'vehicle.temporary_id': f'{temporary_id(name):016X}',
            'merging.cooperation': True}))


def _track_of(ego: EgoState, like: Tracks, name: str) -> Tracks:
    """Return the one who asks as the others know it from its messages."""
    one = {
        field.name: getattr(like, field.name)[:1].copy() for field in fields(Tracks)
        if field.name != 'stamp'}
    for column, value in (
            ('sender_id', temporary_id(name)), ('object_id', -1), ('x', ego.x), ('y', ego.y),
            ('heading', ego.heading), ('speed', ego.speed), ('length', ego.length),
            ('width', ego.width)):
        one[column][:] = value
    return replace(like.take(np.zeros(1, np.intp)), **one)
