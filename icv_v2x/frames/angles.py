# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Angles on the circle."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def wrap_angle(angle: ArrayLike) -> NDArray[np.float64]:
    """Return angles in [-pi, pi).

    Args:
        angle: Any shape [rad].

    Returns:
        The same shape [rad], NaN where the input is not finite.
    """
    angle = np.asarray(angle, dtype=np.float64)
    finite = np.isfinite(angle)
    complete = finite.all()
    known = angle if complete else np.where(finite, angle, 0.0)
    wrapped: NDArray[np.float64] = np.mod(known + np.pi, 2.0 * np.pi) - np.pi
    # np.mod of a tiny negative number rounds up to the divisor itself.
    wrapped = np.where(wrapped >= np.pi, -np.pi, wrapped)
    return wrapped if complete else np.where(finite, wrapped, np.nan)
