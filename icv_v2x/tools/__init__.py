# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The command line: what works on bags, files and lines without any middleware."""
