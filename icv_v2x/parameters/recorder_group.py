# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters of the event recorder."""

from __future__ import annotations

from dataclasses import dataclass

from icv_v2x.parameters.schema import parameter


@dataclass(frozen=True)
class Recorder:
    """What event_recorder keeps."""

    folder: str = parameter(
        '', 'Where the files go; empty: icv_v2x/events in ROS_HOME (~/.ros).', changeable=False)
    before: float = parameter(
        30.0, 'Time before an event that is kept.', unit='s', minimum=0.0, maximum=120.0,
        changeable=False)
    after: float = parameter(
        15.0, 'Time after an event that is kept.', unit='s', minimum=0.0, maximum=120.0,
        changeable=False)
    memory: float = parameter(
        128.0, 'Memory for what may come before an event; a full channel takes 1 MiB a second.',
        unit='MiB', minimum=1.0, maximum=4096.0, changeable=False)
    disk: float = parameter(
        16.0, 'Space of all files; the messages around the oldest events go first, the list of '
        'events stays.', unit='GiB', minimum=0.1, maximum=10000.0, changeable=False)
    rate: int = parameter(
        30, 'Events of one kind in a minute; what is beyond is counted.',
        minimum=1, maximum=1000, changeable=False)
