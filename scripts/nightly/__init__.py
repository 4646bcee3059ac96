# SPDX-License-Identifier: Apache-2.0
"""What nightly campaigns consist of: each file one noun (docs/nightly.md)."""
from conform_matrix import TOP, Infrastructure, visible

__all__ = ["TOP", "Infrastructure", "visible"]
