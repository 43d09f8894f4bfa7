# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A recording as a drive of the fault matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icv_v2x.interchange import BagReader, Unreadable
from icv_v2x.parameters.files import read
from icv_v2x.tools.bag_source import parameter_file
from icv_v2x.tools.fault_bench.drives import Drive
from icv_v2x.tools.terminal import say
from icv_v2x.translate.signal_reports import SignalReports

if TYPE_CHECKING:
    from pathlib import Path


def drive_of_bag(path: Path) -> Drive:
    """Return a bag with the parameter file beside it as a drive.

    Args:
        path: The bag.

    Raises:
        BagError: It cannot be read.
        ParameterError: There is no parameter file, or it is wrong.
        SourceError: The bag holds nothing that is read.
    """
    with BagReader(path, warn=say) as bag:
        timed = tuple(
            (log_time, record) for log_time, _, record in bag
            if record is not None and not isinstance(record, (Unreadable, SignalReports)))
    return Drive(str(path), timed, read(parameter_file(path, None)))
