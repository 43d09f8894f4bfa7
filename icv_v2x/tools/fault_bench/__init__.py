# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The fault matrix: drives, faults that strike them, and judges that measure what then happens."""
