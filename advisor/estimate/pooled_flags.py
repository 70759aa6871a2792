"""Flags of vLLM's and SGLang's servers: which change what is allocated, and how."""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from advisor.errors import UsageError
from advisor.estimate.flags import SHOWN, Flag, Grammar, Reading, Stated, harmless, one_of, share, table, whole
from advisor.estimate.serving import Serving

KV_TYPES = {
    "auto": None, "bfloat16": "bf16", "bf16": "bf16", "float16": "f16", "half": "f16", "fp8": "fp8", "fp8_e4m3": "fp8", "fp8_e5m2": "fp8",
}  # fmt: skip
STATE_TYPES = {"auto": None, "float32": "f32", "float16": "f16", "bfloat16": "bf16"}
MODEL_TYPES = {"auto": None, "bfloat16": None, "float16": None, "half": None}
"""Types of the unquantised weights that take two bytes; what the checkpoint holds decides otherwise."""
LENGTHS = {"": 1, "k": 10**3, "m": 10**6, "K": 2**10, "M": 2**20}
"""vLLM reads 25k as 25,000 and 25K as 25,600."""
MOST_DRAFTS = 64


def _count(reading: Reading, flag: str, value: str, *, name: str) -> None:
    reading.state(name, whole(flag, value, 1), flag)


def _length(reading: Reading, flag: str, value: str, *, name: str) -> None:
    unit = value[-1:] if value[-1:] in LENGTHS else ""
    amount = whole(flag, value.removesuffix(unit), 1)
    reading.state(name, amount * LENGTHS[unit], flag)


def _share(reading: Reading, flag: str, value: str) -> None:
    reading.state("share", share(flag, value), flag)


def _choice(reading: Reading, flag: str, value: str, *, name: str, choices: Mapping[str, Any]) -> None:
    found = one_of(flag, value, choices)
    if found is not None:
        reading.state(name, found, flag)


def _accepted(reading: Reading, flag: str, value: str, *, choices: Mapping[str, Any]) -> None:
    """A flag of which these values are what is modelled anyhow."""
    del reading
    if value.lower() not in choices:
        raise UsageError(f"{flag} {value[:SHOWN]} does change memory; only {', '.join(choices)} is modelled")


def _prefixes(reading: Reading, flag: str, _: str, *, cached: bool) -> None:
    if not cached:
        reading.state("caching", "none", flag)
    reading.state("prefixes", cached, flag)


def _speculation(reading: Reading, flag: str, value: str) -> None:
    try:
        found = json.loads(value)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{flag}: {value[:SHOWN]!r} is no JSON object") from error
    if not isinstance(found, dict):
        raise UsageError(f"{flag}: {value[:SHOWN]!r} is no JSON object")
    if other := sorted(set(found) - {"method", "num_speculative_tokens"}):
        raise UsageError(f"{flag}: {', '.join(other)[:SHOWN]} does change memory (a second model); it is not modelled")
    method = found.get("method", "mtp")
    if not isinstance(method, str) or not method.endswith("mtp"):
        raise UsageError(
            f"{flag}: only the model's own draft layers (method mtp) are modelled, not {str(method)[:SHOWN]!r}"
        )
    _drafts(reading, flag, str(found.get("num_speculative_tokens", "")))


def _drafts(reading: Reading, flag: str, value: str) -> None:
    reading.state("drafts", whole(flag, value, 1, MOST_DRAFTS), flag)


def _settled(reading: Reading, runtime: str) -> Stated:
    named = reading.named
    serving = Serving(
        memory_share=named.get("share"), batch_tokens=named.get("batch"), max_requests=named.get("requests"),
        state_caching=named.get("caching"), draft_tokens=named.get("drafts", 0), state_type=named.get("state_type"),
        devices=named.get("devices"),
    )  # fmt: skip
    return Stated(
        runtime=runtime, context_tokens=named.get("context"), kv_type=named.get("kv_type"), serving=serving
    )  # fmt: skip


def _only_one(why: str, *spellings: str) -> Flag:
    def read(reading: Reading, flag: str, value: str) -> None:
        del reading
        if whole(flag, value, 1) != 1:
            raise UsageError(f"{flag} {value} does change memory ({why}); it is not modelled")

    return Flag(spellings, "one", read)


COMMON = (
    Flag(("--kv-cache-dtype",), "one", partial(_choice, name="kv_type", choices=KV_TYPES)),
    Flag(("--dtype",), "one", partial(_accepted, choices=MODEL_TYPES)),
    _only_one("stages of layers", "-pp", "--pp-size", "--pipeline-parallel-size"),
    _only_one("copies of the model", "-dp", "--dp-size", "--dp", "--data-parallel-size"),
    *harmless(
        "one", "--host", "--port", "--api-key", "--served-model-name", "--seed", "--chat-template", "--tool-call-parser",
        "--reasoning-parser", "--revision", "--load-format", "--tokenizer", "--tokenizer-mode", "--download-dir",
        "--tokenizer-revision", "--model", "--log-level", "--nnodes", "--node-rank",
    ),
    *harmless("none", "--trust-remote-code", "--enable-metrics"),
)  # fmt: skip
VLLM_READ = table(
    *COMMON,
    Flag(("--gpu-memory-utilization",), "one", _share),
    Flag(("-tp", "--tensor-parallel-size"), "one", partial(_count, name="devices")),
    Flag(("--max-model-len",), "one", partial(_length, name="context")),
    Flag(("--max-num-seqs",), "one", partial(_count, name="requests")),
    Flag(("--max-num-batched-tokens",), "one", partial(_length, name="batch")),
    Flag(("--enable-prefix-caching",), "none", partial(_prefixes, cached=True)),
    Flag(("--no-enable-prefix-caching",), "none", partial(_prefixes, cached=False)),
    Flag(("--mamba-ssm-cache-dtype",), "one", partial(_choice, name="state_type", choices=STATE_TYPES)),
    Flag(("--mamba-cache-dtype",), "one", partial(_accepted, choices={"auto": None})),
    Flag(("--mamba-cache-mode",), "one", partial(_choice, name="caching", choices={"none": "none", "align": "aligned"})),
    Flag(("-sc", "--speculative-config"), "one", _speculation),
    Flag(("--num-speculative-tokens",), "one", _drafts),
    *harmless(
        "one", "--hf-token", "--config-format", "--generation-config", "--override-generation-config", "--uvicorn-log-level",
        "--distributed-executor-backend", "--response-role", "--allowed-origins", "--ssl-keyfile", "--ssl-certfile", "--root-path",
        "--max-log-len", "--moe-backend", "--scheduling-policy", "--structured-outputs-config", "--master-addr", "--master-port",
    ),
    *harmless(
        "none", "--enable-auto-tool-choice", "--enable-log-requests", "--disable-log-requests", "--no-enable-log-requests",
        "--disable-log-stats", "--enable-chunked-prefill", "--disable-custom-all-reduce", "--async-scheduling",
        "--no-async-scheduling", "--headless", "--disable-uvicorn-access-log",
    ),
)  # fmt: skip
VLLM_REFUSED = {
    **dict.fromkeys(("--enforce-eager", "--compilation-config", "-O", "-cc", "--cudagraph-capture-sizes"), "graphs"),
    "--block-size": "pages of another length",
    "--no-enable-chunked-prefill": "whole prompts in one batch",
    **dict.fromkeys(("--cpu-offload-gb", "--swap-space", "--kv-offloading-size"), "memory of the host"),
    **dict.fromkeys(("--kv-cache-memory-bytes", "--num-gpu-blocks-override"), "the pool itself"),
    **dict.fromkeys(("-q", "--quantization"), "other weights than the file holds; name the quantization with --quant"),
    **dict.fromkeys(("-ep", "--enable-expert-parallel"), "whole experts on each device"),
    **dict.fromkeys(
        ("--limit-mm-per-prompt", "--mm-processor-kwargs", "--language-model-only", "--mm-encoder-tp-mode"),
        "the vision tower",
    ),
    **dict.fromkeys(("--enable-lora", "--lora-modules", "--max-loras", "--max-lora-rank"), "weights beside the model"),
    **dict.fromkeys(("--kv-transfer-config", "--calculate-kv-scales"), "the cache"),
    **dict.fromkeys(
        ("-dcp", "--decode-context-parallel-size", "--prefill-context-parallel-size"), "a cache divided by tokens"
    ),
    **dict.fromkeys(("--hf-overrides", "--model-impl"), "it may change the architecture"),
    **dict.fromkeys(("--attention-backend", "--attention-config"), "pages another kernel asks for"),
    "--disable-hybrid-kv-cache-manager": "windows kept in full",
}
SGLANG_READ = table(
    *COMMON,
    Flag(("--mem-fraction-static",), "one", _share),
    Flag(("--tp", "--tensor-parallel-size", "--tp-size"), "one", partial(_count, name="devices")),
    Flag(("--context-length",), "one", partial(_count, name="context")),
    Flag(("--max-running-requests",), "one", partial(_count, name="requests")),
    Flag(("--chunked-prefill-size",), "one", partial(_count, name="batch")),
    *harmless(
        "one", "--model-path", "--tokenizer-path", "--sampling-backend", "--grammar-backend", "--schedule-policy", "--watchdog-timeout",
        "--dist-init-addr", "--nccl-init-addr", "--stream-interval", "--random-seed", "--log-level-http", "--tokenizer-worker-num",
    ),
    *harmless("none", "--skip-server-warmup", "--log-requests", "--enable-cache-report", "--show-time-cost"),
)  # fmt: skip
SGLANG_REFUSED = {
    **dict.fromkeys(("--cuda-graph-max-bs", "--disable-cuda-graph", "--cuda-graph-bs", "--enable-torch-compile"), "graphs"),
    **dict.fromkeys(("--max-total-tokens", "--page-size"), "the pool itself"),
    **dict.fromkeys(("--disable-radix-cache", "--mamba-full-memory-ratio", "--max-mamba-cache-size"), "slots of recurrent state"),
    "--mamba-ssm-dtype": "the type of recurrent state",
    **dict.fromkeys(("--swa-full-tokens-ratio", "--disable-hybrid-swa-memory"), "how windows share the pool"),
    **dict.fromkeys(
        ("--speculative-algorithm", "--speculative-num-steps", "--speculative-eagle-topk", "--speculative-num-draft-tokens",
         "--speculative-draft-model-path"), "speculation",
    ),
    "--quantization": "other weights than the file holds; name the quantization with --quant",
    **dict.fromkeys(("--ep", "--ep-size", "--expert-parallel-size", "--enable-dp-attention", "--moe-dense-tp-size"), "another division"),
    **dict.fromkeys(("--cpu-offload-gb", "--enable-hierarchical-cache", "--hicache-ratio", "--hicache-size"), "memory of the host"),
    **dict.fromkeys(("--lora-paths", "--enable-lora", "--max-loras-per-batch"), "weights beside the model"),
    **dict.fromkeys(("--enable-multimodal", "--json-model-override-args"), "it may change the model"),
    "--attention-backend": "buffers of another kernel",
}  # fmt: skip
VLLM = Grammar(
    "vLLM", (("vllm", "serve"),), VLLM_READ, VLLM_REFUSED, partial(_settled, runtime="vllm"), joined=True, positional=True
)  # fmt: skip
SGLANG = Grammar(
    "SGLang", (("python", "-m", "sglang.launch_server"), ("python3", "-m", "sglang.launch_server"), ("sglang", "serve")),
    SGLANG_READ, SGLANG_REFUSED, partial(_settled, runtime="sglang"), joined=True,
)  # fmt: skip
