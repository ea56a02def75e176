"""Python's collector of cycles, at rest while many rows are made.

Rows are plain tuples and dicts without cycles: looking through hundreds of thousands of them for cycles again and again
took a twentieth of the time, and more of it the more rows there are. What has no cycle goes at once as ever.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """No look for cycles inside; afterwards as it was before. Also a decorator."""
    awake = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if awake:
            gc.enable()
