# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""SI records of the messages, frozen and typed."""
