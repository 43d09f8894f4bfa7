# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""ROS 2 at the rim: managed nodes around the stages of the pipeline."""
