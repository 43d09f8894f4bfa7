# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The inputs that decided an advisory, by kind and age."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from icv_v2x.translate.reports import Source

if TYPE_CHECKING:
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks


class InputKind(Enum):
    """Kind of an input as `Advisory.source_kinds` names it; that of the Chinese messages.

    What other standards tell comes under the kind that it is read as: CAM under BSM, DENM
    under RSI.
    """

    BSM = 'BSM'
    PSM = 'PSM'
    RSM = 'RSM'
    SSM = 'SSM'
    DETECTION = 'DETECTION'
    RSI = 'RSI'
    RSC = 'RSC'
    MAP = 'MAP'
    SPAT = 'SPAT'
    PAM = 'PAM'
    VIR = 'VIR'
    EGO = 'EGO'


SAID = {
    InputKind.BSM: 'messages of a vehicle about itself',
    InputKind.PSM: 'messages of a person about itself',
    InputKind.RSM: 'what a road-side unit perceives',
    InputKind.SSM: 'what other vehicles or units perceive',
    InputKind.DETECTION: 'own detections',
    InputKind.RSI: 'events and signs that are told',
    InputKind.RSC: 'coordination of lanes, or a time slot, that is told',
    InputKind.MAP: 'the map of the lane',
    InputKind.SPAT: 'the signal',
    InputKind.PAM: 'the map of the parking area',
    InputKind.VIR: 'a request of a vehicle',
    InputKind.EGO: 'the own pose',
}
"""Kind to what it is, for the documentation."""


# Numbers, as members of an enumeration take several times as long.
_OF_SENDERS = ((int(Source.BSM), InputKind.BSM), (int(Source.PSM), InputKind.PSM))
_OF_OBSERVERS = ((int(Source.RSM), InputKind.RSM), (int(Source.SSM), InputKind.SSM))


class Given(NamedTuple):
    """One input and its age [s]."""

    kind: InputKind
    age: float


def of_ego(ego: EgoState) -> Given:
    """Return the own pose."""
    return Given(InputKind.EGO, ego.age)


def of_object(tracks: Tracks, row: int) -> Given:
    """Return what leads the track of an object; the age is that of the state."""
    source = int(tracks.source[row])
    kinds = _OF_SENDERS if tracks.object_id[row] < 0 else _OF_OBSERVERS
    kind = next((kind for bit, kind in kinds if source & bit), InputKind.DETECTION)
    return Given(kind, float(tracks.age[row]))


def since(kind: InputKind, time: int, now: int) -> Given:
    """Return an input of a kind that is of an instant [ns], at another one [ns]."""
    return Given(kind, max(now - time, 0) * 1e-9)


def decided_by(*inputs: Given) -> dict[str, Any]:
    """Return fields of an advisory: kinds and ages of what decided, each kind by its oldest."""
    oldest: dict[str, float] = {}
    for kind, age in inputs:
        name = kind.value
        oldest[name] = max(age, oldest.get(name, age))
    return {'source_kinds': tuple(oldest), 'source_ages': tuple(oldest.values())}


def source_table() -> str:
    """Return the kinds as the table of the documentation."""
    rows = [f'| `{kind.value}` | {SAID[kind]} |' for kind in InputKind]
    return '\n'.join(['| kind | what |', '|-|-|', *rows])
