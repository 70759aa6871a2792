"""ggml's graph allocator: where each intermediate of a forward pass lands, and how high the buffer grows.

A tensor takes the smallest free gap that holds it, the later of two equal ones, or else the end of the buffer. What a
pass needs is therefore not the sum of what is alive but the highest address ever used, gaps included.
"""

ALIGNMENT = 128
END = 1 << 62
Span = tuple[int, int]
"""Offset and size in bytes."""


class Arena:
    """One backend's buffer while a graph is planned into it; sizes in bytes."""

    __slots__ = ("peak", "sizes", "starts")

    def __init__(self) -> None:
        self.starts = [0]
        self.sizes = [END]
        self.peak = 0

    def take(self, size: int) -> Span:
        """The place of a tensor of `size` bytes."""
        size = -(-size // ALIGNMENT) * ALIGNMENT
        sizes, starts = self.sizes, self.starts
        best, room = 0, END
        for index, gap in enumerate(sizes):
            if size <= gap <= room:
                best, room = index, gap
        start = starts[best]
        if room == size:
            del starts[best], sizes[best]
        else:
            starts[best] = start + size
            sizes[best] = room - size
        self.peak = max(self.peak, start + size)
        return start, size

    def give(self, *spans: Span) -> None:
        """Free these; a gap grows together with its neighbours."""
        starts, sizes = self.starts, self.sizes
        for start, size in spans:
            if not size:
                continue
            at = 0
            while starts[at] < start:
                at += 1
            if at and starts[at - 1] + sizes[at - 1] == start:
                at -= 1
                sizes[at] += size
            else:
                starts.insert(at, start)
                sizes.insert(at, size)
            if at + 1 < len(starts) and starts[at] + sizes[at] == starts[at + 1]:
                sizes[at] += sizes.pop(at + 1)
                del starts[at + 1]
