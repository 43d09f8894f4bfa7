# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Trajectory sets of other projects, read into one form."""

from icv_v2x.tools.trajectories.recording import Recording, Trajectory

__all__ = ['Recording', 'Trajectory']
