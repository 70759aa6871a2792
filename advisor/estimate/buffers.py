"""llama.cpp's compute buffers: what a forward pass needs beside weights and cache.

The buffer is planned, not fitted: the pass is laid out layer by layer in ggml's allocator (`stack`, `forward`, `mixers`,
`feedforward`, `arena`), graph inputs first, and the highest address is what llama.cpp reserves. Against its own planner with
everything on one device, 2,984 settings of 19 models, nine in ten are within 0.01 % and the worst is 21 % off (a Mamba-2
hybrid with logits for every token); at server defaults the worst is 0.3 %. docs/llama-cpp-truth.md has the table.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from advisor.catalog.schema.model import Model
from advisor.estimate.arrays import ceil_to, lesser
from advisor.estimate.graph_styles import ROWS_CHOSEN_LAST
from advisor.estimate.kv_cache import CELL_PADDING, CacheQuestion
from advisor.estimate.lent import is_lent, lent_bytes
from advisor.estimate.passes import F16, F32, Pass
from advisor.estimate.stack import planned_bytes
from advisor.estimate.stack_shape import Shape, cache_inputs, shape
from advisor.estimate.stretch import Stretch
from advisor.once import Once

PIPELINE_COPIES = 4
"""Graph inputs a layer split over several cards keeps so that the cards work at the same time."""
WIDE_MASK_CELLS = 16384
"""From here on the gap a freed mask leaves fits whatever the last layer takes, so that the plan only shifts."""


def stream_cells(model: Model, q: CacheQuestion) -> tuple[Any, Any]:
    """Cells of one stream in the full and in the windowed cache; 0 where the model has no such layer."""
    found = shape(model)
    sequences = q.sequences if q.unified else 1
    full = ceil_to(q.context_tokens * sequences, CELL_PADDING)
    windowed: Any = 0
    if found.window is not None:
        reach = full if q.full_windows else found.window * sequences + q.ubatch
        windowed = ceil_to(lesser(full, reach), CELL_PADDING)
    return (full if found.has_full else 0), windowed


_PLANNED = Once[int](16384)
_DEVICE = Once[int](16384)
_HOST = Once[int](8192)


def _pass(model: Model, q: CacheQuestion) -> Pass:
    full, windowed = stream_cells(model, q)
    return Pass(
        tokens=q.ubatch, sequences=q.sequences, hidden=model.hidden or 0, flash_attention=q.flash_attention, key_type=q.key_type,
        value_type=q.value_type, cells=int(full), windowed_cells=int(windowed), streams=1 if q.unified else q.sequences,
    )  # fmt: skip


def device_buffer_bytes(model: Model, q: CacheQuestion, stretch: Stretch, outputs: int | None = None) -> int:
    """Compute buffer of the device that computes `stretch` of `model`, for one context.

    `outputs` is the number of tokens with logits in a micro-batch: one a sequence for the server, the default.
    """
    if stretch.hosted:
        return _device_bytes(model, q, stretch, outputs)
    # The same for every format and every machine: a table of both asks for it hundreds of times.
    return _DEVICE((model,), (q, stretch.span, outputs), lambda: _device_bytes(model, q, stretch, outputs))


def _device_bytes(model: Model, q: CacheQuestion, stretch: Stretch, outputs: int | None) -> int:
    p = _pass(model, q)
    rows = q.sequences if outputs is None else outputs
    if _only_mask_grows(model, p, stretch, rows):
        least = replace(p, cells=WIDE_MASK_CELLS)
        return (
            _known_bytes(model, least, rows, stretch)
            + _mask_bytes(model, p, stretch)
            - _mask_bytes(model, least, stretch)
        )
    return _known_bytes(model, p, rows, stretch)


def _only_mask_grows(model: Model, p: Pass, stretch: Stretch, rows: int) -> bool:
    """True where a longer context widens the mask and nothing else, and the peak comes before the mask is freed."""
    return (
        p.cells > WIDE_MASK_CELLS and p.flash_attention and p.key_type == p.value_type == "f16"
        and not stretch.whole and rows <= p.sequences and not _grows_otherwise(shape(model)) and model.gguf_architecture not in ROWS_CHOSEN_LAST
    )  # fmt: skip


def _grows_otherwise(found: Shape) -> bool:
    """True where more than the mask grows with the context: index scores, and caches handed from device to device."""
    reads_earlier = any(k.block.attention and k.block.attention.cached_by_earlier_layer for k in found.kinds.values())
    return found.index_width > 0 or reads_earlier


def _mask_bytes(model: Model, p: Pass, stretch: Stretch) -> int:
    found = shape(model)
    kinds = {found.kinds[name].windowed for name in found.layers[stretch.first : stretch.last]}
    cells = (p.cells if False in kinds else 0) + (p.windowed_cells if True in kinds else 0)
    return (F16 if p.flash_attention else F32) * p.tokens * cells * stretch.copies


def _known_bytes(model: Model, p: Pass, rows: int, stretch: Stretch) -> int:
    """The same, planned once for the same pass."""
    return _PLANNED((model,), (p, rows, stretch.key), lambda: planned_bytes(model, p, rows, stretch))


def lent_buffer_bytes(model: Model, q: CacheQuestion, layers: Iterable[tuple[int, Mapping[str, int]]]) -> int:
    """Buffer the first device needs for layers of others that leave matrices on the host, given by number with these matrices."""
    p, found = _pass(model, q), shape(model)
    kinds = {(found.layers[index], id(hosted)): hosted for index, hosted in layers if is_lent(hosted)}
    return max((lent_bytes(p, found.kinds[name].block, hosted) for (name, _), hosted in kinds.items()), default=0)


def host_buffer_bytes(model: Model, q: CacheQuestion, outputs: int | None = None, copies: int = 1) -> int:
    """Host side with every layer on devices: graph inputs, the embedded batch, and the logits handed back."""
    return _HOST((model,), (q, outputs, copies), lambda: _host_bytes(model, q, outputs, copies))


def _host_bytes(model: Model, q: CacheQuestion, outputs: int | None, copies: int) -> int:
    p, found = _pass(model, q), shape(model)
    rows = q.sequences if outputs is None else outputs
    caches = dict.fromkeys(kind.windowed for kind in found.kinds.values() if kind.windowed is not None)
    inputs = sum(sum(cache_inputs(found, p, windowed=windowed).sizes) for windowed in caches)
    inputs += p.row(p.hidden) + F32 * p.tokens * (1 + found.positions) + F32 * rows
    # The table every layer reads a part of is looked up here: numbers of its rows, and what stands in them.
    inputs += F32 * p.tokens if found.table_width else 0
    return inputs * copies + p.row(p.hidden + found.table_width) + F32 * (model.vocabulary or 0) * q.sequences


def _each(q: CacheQuestion, one: Any) -> Any:
    """`one` of the question, or of each context of a sweep."""
    if not hasattr(q.context_tokens, "__array__"):
        return one(q)
    import numpy as np  # noqa: PLC0415 - only a sweep pays for numpy

    contexts = np.asarray(q.context_tokens)
    sizes = [one(replace(q, context_tokens=int(context))) for context in contexts.ravel()]
    return np.array(sizes, dtype=np.int64).reshape(contexts.shape)


@dataclass(frozen=True, slots=True)
class ComputeBuffers:
    """Bytes one forward pass needs, on the device and on the host."""

    device_bytes: Any
    host_bytes: Any


def compute_buffers(model: Model, q: CacheQuestion, *, outputs: int | None = None) -> ComputeBuffers:
    """Compute buffers with everything on one device, for one context or for an array of them."""
    whole = Stretch(0, len(shape(model).layers))
    return ComputeBuffers(
        _each(q, lambda asked: device_buffer_bytes(model, asked, whole, outputs)),
        _each(q, lambda asked: host_buffer_bytes(model, asked, outputs)),
    )
