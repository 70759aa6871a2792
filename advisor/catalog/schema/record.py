"""A measured row: what somebody saw, under which conditions, and where it stands."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from advisor.catalog.schema.common import STRICT, Count, Date, Natural, NotNegative, Positive, Share, Text

RecordKind = Literal["decode", "prefill", "concurrency", "power", "image", "video", "training", "memory", "startup",
                     "prefix-cache", "bandwidth-compute", "failure", "expected-range"]  # fmt: skip
Evidence = Literal["measured", "relayed", "vendor-published", "claim", "estimate", "failure"]
Rate = Literal["decode", "end-to-end", "wall", "not stated"]
Placement = Literal["device", "layers-on-host", "experts-on-host", "partly-on-host", "host", "unified-memory-paging"]
Parallel = Literal["layer split", "tensor parallel", "rpc", "replicas", "not stated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """How the row was measured. What the page does not say is absent; it is never invented."""

    __pydantic_config__ = STRICT

    runtime: Annotated[str | None, "runtime id"] = None
    runtime_label: Annotated[str | None, "the source's own words for it, where they say more than the id"] = None
    runtime_version: Annotated[str | None, "as printed"] = None
    backend: Annotated[str | None, "cuda, rocm, vulkan, metal, cpu …"] = None
    backend_label: Annotated[str | None, "the source's own words for it, driver included"] = None
    date: Annotated[Date | None, "day, month or year of the run, or of the software where only that is stated"] = None
    depth_tokens: Annotated[Natural | None, "tokens in the cache when timing starts"] = None
    prefill_depth_tokens: Annotated[
        Natural | None, "tokens in the cache before the timed prompt, where that is not depth_tokens"
    ] = None
    prompt_tokens: Natural | None = None
    output_tokens: Natural | None = None
    concurrency: Annotated[Count | None, "requests at once"] = None
    kv_type: Annotated[str | None, "f16, q8_0, fp8 …; only where the page states it"] = None
    kv_type_value: Annotated[str | None, "type of the values where it differs from the keys'"] = None
    flash_attention: bool | None = None
    speculative: Annotated[str | None, "method and depth; `none` only where the page or its tool says so"] = None
    batch: Annotated[Count | None, "logical batch"] = None
    ubatch: Annotated[Count | None, "micro-batch"] = None
    placement: Annotated[Placement, "where the weights were"] = "device"
    gpu_layers: Annotated[Natural | None, "layers on the device (-ngl), where that is not all of them"] = None
    host_experts_layers: Annotated[Natural | None, "layers whose experts are on the host (--n-cpu-moe)"] = None
    tensor_override: Annotated[str | None, "as stated"] = None
    parallel: Annotated[Parallel | None, "how several devices shared the work"] = None
    topology: Annotated[str | None, "as stated"] = None
    host_cpu: str | None = None
    host_memory: Annotated[str | None, "as stated"] = None
    host_memory_gb: Annotated[Positive | None, "size of the host's memory, where stated"] = None
    host_bandwidth_gb_s: Annotated[
        Positive | None,
        "speed of the host's memory: as measured on the page, or channels × transfers a second × 8 bytes",
    ] = None
    os: str | None = None
    power_limit_w: Positive | None = None
    max_context_tokens: Annotated[Count | None, "context the server was started for"] = None
    memory_utilisation: Annotated[Share | None, "vLLM's gpu_memory_utilization, where stated"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One row of catalog/benchmarks/<hardware-id>/<source-id>.yaml."""

    __pydantic_config__ = STRICT

    id: Annotated[Text, "unique over the catalog"]
    kind: RecordKind
    hardware: Annotated[str, "the folder's name: hardware id"]
    source: Annotated[str, "the file's name: source id"]
    devices: Annotated[Count, "how many of the hardware took part"] = 1
    hardware_label: Annotated[str | None, "the source's own words for the machine"] = None
    model: Annotated[str | None, "model id; absent where the row is not about one model"] = None
    model_label: Annotated[str | None, "the source's own string"] = None
    quant: Annotated[str | None, "quantization id"] = None
    quant_label: Annotated[str | None, "the source's own string, where it says more than the id"] = None
    repository: Annotated[str | None, "repository or file the row names"] = None
    file_gib: Annotated[Positive | None, "size of the weights as printed, binary"] = None
    file_gb: Annotated[Positive | None, "size of the weights as printed, decimal"] = None
    evidence: Annotated[Evidence, "how the number came to the page"] = "measured"
    tier: Annotated[Literal[0, 1, 2, 3] | None, "only for a relayed row: one lower than the source's"] = None
    relayed_from: Annotated[str | None, "source id or words for the original"] = None
    plain_decode: Annotated[bool | None, "no speculation, no cache hits; absent = the page does not say"] = None
    rate: Annotated[Rate | None, "what decode_tok_s divides: time after the first token, or the whole request"] = None
    conditions: Conditions = field(default_factory=Conditions)
    decode_tok_s: Annotated[Positive | None, "tokens per second of one sequence"] = None
    decode_tok_s_sd: NotNegative | None = None
    aggregate_tok_s: Annotated[Positive | None, "tokens per second of all sequences together"] = None
    aggregate_tok_s_sd: NotNegative | None = None
    derived: Annotated[bool, "decode_tok_s is the aggregate divided by the number of sequences"] = False
    prefill_tok_s: Annotated[Positive | None, "prompt tokens per second"] = None
    prefill_tok_s_sd: NotNegative | None = None
    ttft_s: Annotated[NotNegative | None, "time to the first token"] = None
    power_w: Annotated[Positive | None, "average or median while working, as other.power_meaning says"] = None
    train_tok_s: Annotated[
        Positive | None,
        "trained tokens per second; other.training_method says how (full fine-tune, LoRA, QLoRA), other.adapter_parameters how many",
    ] = None
    other: Annotated[dict[str, float | str | bool], "further figures as printed, unit at the end of the name"] = field(
        default_factory=dict
    )
    status: Annotated[str, "ok, or how it failed, was degraded or is a range"] = "ok"
    disputed: Annotated[str | None, "why it cannot be right; shown, never used"] = None
    suspect: Annotated[str | None, "why it is doubted; shown, not used for calibration"] = None
    not_for_calibration: Annotated[str | None, "why it is no plain decode row although it looks like one"] = None
    prefill_doubt: Annotated[str | None, "why prefill_tok_s is not to be used although the rest of the row is"] = None
    duplicates: Annotated[tuple[str, ...], "ids of rows that were exactly this one"] = ()
    flags: Annotated[tuple[str, ...], "remarks of whoever read the page"] = ()
    where: Annotated[str | None, "where on the page it stands"] = None
    method: Annotated[str | None, "tool and settings"] = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFile:
    """catalog/benchmarks/<hardware-id>/<source-id>.yaml: rows one source has for one machine."""

    __pydantic_config__ = STRICT

    common: Annotated[
        dict[str, object], "fields of a row that hold for every row of the file unless the row says otherwise"
    ] = field(default_factory=dict)
    rows: Annotated[tuple[dict[str, object], ...], "the rows; hardware and source come from the path"]
