"""A plan as the flags that make it: everything of it that the runtime would otherwise settle by itself."""

from advisor.estimate.case import Demand
from advisor.estimate.kv_cache import CacheQuestion
from advisor.estimate.layout import Layout

LLAMA_CPP_UBATCH, LLAMA_CPP_BATCH = 512, 2048
VLLM_TYPES = {"bf16": "bfloat16", "f16": "float16"}
STATE_TYPES = {"f32": "float32", "f16": "float16", "bf16": "bfloat16"}
STATE_CACHING = {"none": "none", "aligned": "align"}


def llama_cpp_server(q: CacheQuestion) -> str:
    """llama-server's flags for the question: the whole context, the slots it is shared by, and what is not its default."""
    parts = [f"-c {int(q.context_tokens) * q.sequences}", f"-np {q.sequences}"]
    if (q.key_type, q.value_type) != ("f16", "f16"):
        parts.append(f"-ctk {q.key_type} -ctv {q.value_type}")
    if not q.flash_attention:
        parts.append("-fa off")
    if q.ubatch > LLAMA_CPP_BATCH:
        parts.append(f"-b {q.ubatch}")
    if q.ubatch != LLAMA_CPP_UBATCH:
        parts.append(f"-ub {q.ubatch}")
    parts += ["-kvu"] * q.unified + ["--swa-full"] * q.full_windows
    return " ".join(parts)


def llama_cpp_layout(layout: Layout) -> str:
    """What was said of where things go, as it was said."""
    parts = [] if layout.offloaded is None else [f"-ngl {layout.offloaded}"]
    parts += [each.flag for each in layout.overrides]
    if any(layout.shares):
        parts.append("-ts " + ",".join(str(int(part)) if part == int(part) else str(part) for part in layout.shares))
    return " ".join(parts)


def vllm_server(demand: Demand, devices: int, memory_share: float | None) -> str:
    """vLLM's; `memory_share` where it is not the default."""
    serving = demand.serving
    parts = [f"--max-model-len {demand.context_tokens}"]
    parts += [f"--tensor-parallel-size {devices}"] * (devices > 1)
    parts += [f"--gpu-memory-utilization {memory_share}"] * (memory_share is not None)
    parts += _types(demand)
    if serving.batch_tokens is not None:
        parts.append(f"--max-num-batched-tokens {serving.batch_tokens}")
    if serving.max_requests is not None:
        parts.append(f"--max-num-seqs {serving.max_requests}")
    if serving.state_caching in STATE_CACHING:
        parts.append(f"--mamba-cache-mode {STATE_CACHING[serving.state_caching]}")
    if serving.state_type is not None:
        parts.append(f"--mamba-ssm-cache-dtype {STATE_TYPES[serving.state_type]}")
    if serving.draft_tokens:
        parts.append(f"--num-speculative-tokens {serving.draft_tokens}")
    return " ".join(parts)


def sglang_server(demand: Demand, devices: int) -> str:
    """SGLang's."""
    serving = demand.serving
    parts = [f"--context-length {demand.context_tokens}"]
    parts += [f"--tp-size {devices}"] * (devices > 1)
    parts += [f"--mem-fraction-static {serving.memory_share}"] * (serving.memory_share is not None)
    parts += _types(demand)
    if serving.batch_tokens is not None:
        parts.append(f"--chunked-prefill-size {serving.batch_tokens}")
    if serving.max_requests is not None:
        parts.append(f"--max-running-requests {serving.max_requests}")
    return " ".join(parts)


def _types(demand: Demand) -> list[str]:
    kept = demand.kv_type
    return [] if kept is None else [f"--kv-cache-dtype {VLLM_TYPES.get(kept, kept)}"]
