# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The world as the radio and the vehicle know it: tracks, the ego, trust."""
