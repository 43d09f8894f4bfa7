# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Processes that never outlive who started them, whatever ends that one."""

from __future__ import annotations

import ctypes
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

# Of prctl(2): which signal a process gets when the thread that started it ends.
_SET_PARENT_DEATH_SIGNAL = 1
# Loaded before any fork: the child may do no more than call.
_LIBC = ctypes.CDLL(None) if sys.platform == 'linux' else None


def start_child(command: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, to be called from a thread that lasts.

    A hard kill of the starter ends it as well (on Linux; elsewhere it would stay).

    Args:
        command: What to run.
        **options: As `subprocess.Popen` takes them.

    Returns:
        The process.

    Raises:
        OSError: It cannot be started.
    """
    return subprocess.Popen(
        command, start_new_session=True,
        # One call into libc, which is safe beside other threads.
        preexec_fn=None if _LIBC is None else _end_with_starter,  # noqa: PLW1509
        **options)


def _end_with_starter() -> None:
    assert _LIBC is not None
    _LIBC.prctl(_SET_PARENT_DEATH_SIGNAL, int(signal.SIGKILL), 0, 0, 0)
