# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Vehicle-to-everything radio for automated vehicles on ROS 2."""
