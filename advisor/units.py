"""Units of size: the only place where 10**9 or 2**30 is written."""

GB = 10**9
GIB = 2**30
MIB = 2**20
MEGA = 10**6
TOKEN_UNITS = {"": 1, "k": 2**10, "M": 2**20}
"""What a letter after a number of tokens means."""
TERA = 10**12


def gb(value: float) -> int:
    """Bytes in `value` decimal gigabytes, as vendors and file listings print them."""
    return round(value * GB)


def gib(value: float) -> int:
    """Bytes in `value` binary gigabytes, as runtimes print them."""
    return round(value * GIB)


def mib(value: float) -> int:
    """Bytes in `value` binary megabytes."""
    return round(value * MIB)


def to_gb(size_bytes: float) -> float:
    """Decimal gigabytes in `size_bytes`."""
    return size_bytes / GB


def to_gib(size_bytes: float) -> float:
    """Binary gigabytes in `size_bytes`."""
    return size_bytes / GIB


def to_mib(size_bytes: float) -> float:
    """Binary megabytes in `size_bytes`."""
    return size_bytes / MIB


def gb_s(value: float) -> float:
    """Bytes per second in `value` GB/s."""
    return value * GB


def tflops(value: float) -> float:
    """Operations per second in `value` TFLOPS or TOPS."""
    return value * TERA
