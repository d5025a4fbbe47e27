"""A name of the matrix of a GitHub job, as its steps ask for it: `${{ matrix.cuda }}`."""

from __future__ import annotations

import re

OF_MATRIX = re.compile(r"\$\{\{\s*matrix\.([\w.-]+)\s*\}\}")
