# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What the vehicle sends: messages from its own state in SI, in time and order of the profile."""
