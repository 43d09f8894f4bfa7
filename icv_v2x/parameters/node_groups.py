# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters that only nodes have; the pipeline and a replay know nothing of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from icv_v2x.parameters.adapter_groups import Autoware, EgoSource, Etsi
from icv_v2x.parameters.recorder_group import Recorder
from icv_v2x.parameters.schema import parameter
from icv_v2x.parameters.transmit_group import Transmit


@dataclass(frozen=True)
class Candidates:
    """Where the arbiter gets its candidates from."""

    topics: tuple[str, ...] = parameter(
        ('collision_warning/candidates', 'road_services/candidates', 'merge_planner/candidates',
         'v2x_translator/candidates'),
        'Topics of candidates that the arbiter listens to.',
        changeable=False)
    patience: float = parameter(
        0.025, 'The arbiter speaks this long after an instant at the latest, without those '
        'sources that have not answered.', unit='s', minimum=0.0, maximum=0.1, changeable=False)
    carry: float = parameter(
        0.1, 'The last answer of a source stands in for a missing one this long.',
        unit='s', minimum=0.0, maximum=0.2)
    silence: float = parameter(
        0.3, 'A source that has not answered for this long is silent: the mode says so and nobody '
        'waits for it.', unit='s', minimum=0.1, maximum=2.0)


@dataclass(frozen=True)
class Udp:
    """The driver for on-board units that forward frames as datagrams."""

    bind_address: str = parameter(
        '127.0.0.1', 'Local address that datagrams are received on.', changeable=False)
    bind_port: int = parameter(
        30000, 'Local port that datagrams are received on.',
        minimum=0, maximum=65535, changeable=False)
    sender_address: str = parameter(
        '', 'Datagrams from any other address are dropped; empty: every sender is heard.',
        changeable=False)
    header_octets: int = parameter(
        0, 'Octets of a fixed header before each frame that are skipped.',
        minimum=0, maximum=1024, changeable=False)
    frame_octets: int = parameter(
        8192, 'Longer frames are dropped.', minimum=16, maximum=65507, changeable=False)
    batch_time: float = parameter(
        0.003, 'Frames that come within this time after the first are handed over together.',
        unit='s', minimum=0.0, maximum=0.02, changeable=False)
    batch_frames: int = parameter(
        256, 'Frames handed over together at most.', minimum=1, maximum=4096, changeable=False)
    send_address: str = parameter(
        '127.0.0.1', 'Address of the unit, for frames that the vehicle sends.',
        changeable=False)
    send_port: int = parameter(
        0, 'Port of the unit, for frames that the vehicle sends; 0: nothing is sent.',
        minimum=0, maximum=65535, changeable=False)
    standard: str = parameter(
        'csae', 'Message standard of the frames.',
        choices=('csae', 'etsi', 'j2735'), changeable=False)
    encoding: str = parameter(
        'uper', 'Encoding of the frames.', choices=('uper', 'jer'), changeable=False)


@dataclass(frozen=True)
class NodeParameters:
    """All parameters that only nodes have."""

    autostart: bool = parameter(
        True, 'Whether a node configures and activates itself; else a manager has to.',
        changeable=False)
    executor: str = parameter(
        'auto', 'What hands messages to a node: the events executor where the distribution has '
        'one, or in any case the single-threaded one, which every distribution has.',
        choices=('auto', 'single_threaded'), changeable=False)
    verification: str = parameter(
        'not_checked', 'What the unit behind obu_udp_driver or etsi_adapter guarantees of every '
        'frame that it forwards.', choices=('not_checked', 'verified'), changeable=False)
    candidates: Candidates = field(kw_only=True, default=Candidates())
    udp: Udp = field(kw_only=True, default=Udp())
    autoware: Autoware = field(kw_only=True, default=Autoware())
    ego_source: EgoSource = field(kw_only=True, default=EgoSource())
    etsi: Etsi = field(kw_only=True, default=Etsi())
    recorder: Recorder = field(kw_only=True, default=Recorder())
    transmit: Transmit = field(kw_only=True, default=Transmit())
