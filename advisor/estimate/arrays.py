"""Arithmetic that works on one number and on a numpy array alike, so that a question and a sweep run the same line.

numpy is imported only when an array comes in: one question does not pay for it.
"""

import math
from typing import Any


def is_array(*values: Any) -> bool:
    """True where any of them is one."""
    return any(hasattr(value, "__array__") for value in values)


def lesser(a: Any, b: Any) -> Any:
    """The smaller of two, element by element."""
    if is_array(a, b):
        import numpy as np  # noqa: PLC0415 - only a sweep pays for numpy

        return np.minimum(a, b)
    return min(a, b)


def ceil_to(value: Any, step: int) -> Any:
    """The next multiple of `step`, for whole numbers."""
    return -(-value // step) * step


def log1p(value: Any) -> Any:
    """Natural logarithm of one more than `value`."""
    if is_array(value):
        import numpy as np  # noqa: PLC0415 - only a sweep pays for numpy

        return np.log1p(value)
    return math.log1p(value)
