"""llama-server's flags: which change what is allocated, and how (llama.cpp, common/arg.cpp)."""

import re
import shlex
from functools import partial

from advisor.errors import UsageError
from advisor.estimate.arrays import ceil_to
from advisor.estimate.flags import SHOWN, Flag, Grammar, Reading, Stated, harmless, one_of, table, whole
from advisor.estimate.kv_cache import CELL_PADDING
from advisor.estimate.layout import DENSE_TENSORS, EXPERT_TENSORS, Layout, Override, first_layers
from advisor.units import MIB

BATCH = 2048
"""-b by default, which bounds the micro-batch."""
UBATCH = 512
SLOTS = 4
"""-np -1: so many slots over one cache."""
MOST_LAYERS = 4096
CACHE_TYPES = ("f32", "f16", "bf16", "q8_0", "q4_0", "q4_1", "iq4_nl", "q5_0", "q5_1")
SWITCH = {
    "on": True,
    "enabled": True,
    "true": True,
    "1": True,
    "off": False,
    "disabled": False,
    "false": False,
    "0": False,
}
FLASH = {**SWITCH, "auto": True, "-1": True, "": True}
DEVICE = re.compile(r"(?:CUDA|ROCm|Vulkan|SYCL|MTL|Metal|MUSA|CANN)(\d*)")


def _context(reading: Reading, flag: str, value: str) -> None:
    tokens = whole(flag, value, 0)
    if tokens == 0:
        raise UsageError(f"{flag} 0 means the model's trained length: write it out")
    reading.state("context", tokens, flag)


def _number(reading: Reading, flag: str, value: str, *, name: str, low: int) -> None:
    reading.state(name, whole(flag, value, low, 2**22), flag)


def _slots(reading: Reading, flag: str, value: str) -> None:
    slots = whole(flag, value, -1, 256)
    if slots == 0:
        raise UsageError(f"{flag}: at least 1 slot, or -1")
    reading.state("slots", SLOTS if slots < 0 else slots, flag)
    if slots < 0:
        reading.state("unified", value=True, flag=flag)


def _cache_type(reading: Reading, flag: str, value: str, *, name: str) -> None:
    reading.state(name, one_of(flag, value, {known: known for known in CACHE_TYPES}), flag)


def _switch(reading: Reading, flag: str, _: str, *, name: str, to: bool) -> None:
    reading.state(name, to, flag)


def _flash(reading: Reading, flag: str, value: str) -> None:
    reading.state("flash", one_of(flag, value, FLASH), flag)


def _layers(reading: Reading, flag: str, value: str) -> None:
    if value in {"auto", "-1"}:
        return
    all_of_them = value in {"all", "-2"}
    reading.state("layers", MOST_LAYERS if all_of_them else min(whole(flag, value, 0), MOST_LAYERS), flag)


def _split(reading: Reading, flag: str, value: str) -> None:
    try:
        shares = tuple(float(part) for part in re.split(r"[,/]+", value))
    except ValueError:
        shares = ()
    if not shares or any(not 0 <= part < float("inf") for part in shares):
        raise UsageError(f"{flag}: {value[:SHOWN]!r} is not a list of proportions such as 24,16")
    reading.state("shares", shares, flag)


def _override(reading: Reading, flag: str, value: str) -> None:
    for one in value.split(","):
        pattern, equals, buffer = one.partition("=")
        if not equals or not pattern:
            raise UsageError(f"{flag}: {one[:SHOWN]!r} is not PATTERN=BUFFER; a comma begins the next one")
        device = DEVICE.fullmatch(buffer)
        if buffer != "CPU" and not device:
            raise UsageError(f"{flag}: no buffer {buffer[:SHOWN]!r}; it is CPU, or a device such as CUDA0")
        try:
            re.compile(pattern)
        except re.error as reason:
            raise UsageError(f"{flag}: {pattern[:SHOWN]!r} is no regular expression: {reason}") from reason
        reading.overrides.append(Override(pattern, int(device[1] or 0) if device else None, f"-ot {shlex.quote(one)}"))


def _experts(reading: Reading, _flag: str, _value: str) -> None:
    reading.overrides.append(Override(EXPERT_TENSORS, flag="--cpu-moe"))


def _first(reading: Reading, flag: str, value: str, *, tensors: str, name: str) -> None:
    if count := whole(flag, value, 0, MOST_LAYERS):
        reading.overrides.append(first_layers(count, tensors, f"{name} {count}"))


def _fit(reading: Reading, flag: str, value: str) -> None:
    reading.state("fit", one_of(flag, value, SWITCH), flag)


def _fit_target(reading: Reading, flag: str, value: str) -> None:
    reading.state("margin", whole(flag, value, 0, 2**22) * MIB, flag)


def _only(reading: Reading, flag: str, value: str, *, allowed: str, why: str) -> None:
    """A flag of which one value alone is modelled."""
    del reading
    if value != allowed:
        raise UsageError(f"{flag} {value[:SHOWN]} does change memory ({why}); only {allowed} is modelled")


def settle(reading: Reading) -> Stated:
    """The settings as llama-server would settle them: the context is shared out over the slots, -b bounds -ub."""
    named = reading.named
    slots: int | None = named.get("slots")
    context: int | None = named.get("context")
    if context is not None:
        each, left = divmod(context, slots or 1)
        context = int(ceil_to(context, CELL_PADDING)) // (slots or 1) if left else each
    fits_itself = named.get("fit", True)
    ubatch = named.get("ubatch")
    if ubatch is not None or "batch" in named:
        ubatch = min(ubatch or UBATCH, named.get("batch", BATCH))
    key, value = named.get("keys"), named.get("values")
    kv_type = None
    if key or value:
        key, value = key or CACHE_TYPES[1], value or CACHE_TYPES[1]
        kv_type = key if key == value else f"{key},{value}"
    return Stated(
        runtime="llama.cpp", context_tokens=context, concurrency=slots, kv_type=kv_type, flash_attention=named.get("flash"),
        ubatch=ubatch, full_windows=named.get("full_windows", False), unified=named.get("unified"),
        layout=Layout(
            offloaded=named.get("layers", None if fits_itself else MOST_LAYERS), shares=named.get("shares", ()),
            overrides=tuple(reading.overrides), margin_bytes=named.get("margin"),
        ),
    )  # fmt: skip


READ = table(
    Flag(("-c", "--ctx-size"), "one", _context),
    Flag(("-np", "--parallel"), "one", _slots),
    Flag(("-b", "--batch-size"), "one", partial(_number, name="batch", low=1)),
    Flag(("-ub", "--ubatch-size"), "one", partial(_number, name="ubatch", low=1)),
    Flag(("-ctk", "--cache-type-k"), "one", partial(_cache_type, name="keys")),
    Flag(("-ctv", "--cache-type-v"), "one", partial(_cache_type, name="values")),
    Flag(("-fa", "--flash-attn"), "maybe", _flash),
    Flag(("--swa-full",), "none", partial(_switch, name="full_windows", to=True)),
    Flag(("-kvu", "--kv-unified"), "none", partial(_switch, name="unified", to=True)),
    Flag(("-no-kvu", "--no-kv-unified"), "none", partial(_switch, name="unified", to=False)),
    Flag(("-ngl", "--gpu-layers", "--n-gpu-layers"), "one", _layers),
    Flag(("-ts", "--tensor-split"), "one", _split),
    Flag(("-ot", "--override-tensor"), "one", _override),
    Flag(("-cmoe", "--cpu-moe"), "none", _experts),
    Flag(("-ncmoe", "--n-cpu-moe"), "one", partial(_first, tensors=EXPERT_TENSORS, name="--n-cpu-moe")),
    Flag(("-ncffn", "--n-cpu-ffn"), "one", partial(_first, tensors=DENSE_TENSORS, name="--n-cpu-ffn")),
    Flag(("-fit", "--fit"), "one", _fit),
    Flag(("-fitt", "--fit-target"), "one", _fit_target),
    Flag(("-sm", "--split-mode"), "one", partial(_only, allowed="layer", why="how devices share each layer")),
    *harmless(
        "one", "-m", "--model", "-mu", "--model-url", "-hf", "-hfr", "--hf-repo", "-hff", "--hf-file", "-hft", "--hf-token", "-dr",
        "--docker-repo", "-a", "--alias", "--tags", "-t", "--threads", "-tb", "--threads-batch", "-C", "--cpu-mask", "-Cr", "--cpu-range",
        "--cpu-strict", "--prio", "--poll", "-Cb", "--cpu-mask-batch", "-Crb", "--cpu-range-batch", "--cpu-strict-batch", "--prio-batch",
        "--poll-batch", "-n", "--predict", "--n-predict", "--keep", "-s", "--seed", "--samplers", "--sampler-seq", "--sampling-seq",
        "--temp", "--temperature", "--top-k", "--top-p", "--min-p", "--top-nsigma", "--top-n-sigma", "--xtc-probability",
        "--xtc-threshold", "--typical", "--typical-p", "--repeat-last-n", "--repeat-penalty", "--presence-penalty",
        "--frequency-penalty", "--dry-multiplier", "--dry-base", "--dry-allowed-length", "--dry-penalty-last-n",
        "--dry-sequence-breaker", "--adaptive-target", "--adaptive-decay", "--dynatemp-range", "--dynatemp-exp", "--mirostat",
        "--mirostat-lr", "--mirostat-ent", "-l", "--logit-bias", "--grammar", "--grammar-file", "-j", "--json-schema", "-jf",
        "--json-schema-file", "--rope-scaling", "--rope-scale", "--rope-freq-base", "--rope-freq-scale", "--yarn-orig-ctx",
        "--yarn-ext-factor", "--yarn-attn-factor", "--yarn-beta-slow", "--yarn-beta-fast", "--numa", "-mg", "--main-gpu", "-fitc",
        "--fit-ctx", "-lm", "--load-mode", "--host", "--port", "--path", "--api-prefix", "--api-key", "--api-key-file",
        "--ssl-key-file", "--ssl-cert-file", "--chat-template", "--chat-template-file", "--chat-template-kwargs", "-to", "--timeout",
        "--threads-http", "--cache-reuse", "--slot-save-path", "--media-path", "--reasoning-format", "--reasoning-effort",
        "--reasoning-budget", "--reasoning-budget-message", "-sps", "--slot-prompt-similarity", "--log-file", "--log-colors", "-lv",
        "--verbosity", "--log-verbosity", "-r", "--reverse-prompt", "--defrag-thold", "-dt", "-cms", "--checkpoint-min-step",
    ),
    *harmless("maybe", "-rea", "--reasoning"),
    *harmless(
        "none", "--mmap", "--no-mmap", "--mlock", "-dio", "--direct-io", "--repack", "-nr", "--no-repack", "-kvo", "--kv-offload",
        "--op-offload", "--warmup", "--no-warmup", "--perf", "--no-perf", "-e", "--escape", "--no-escape", "-sp", "--special",
        "--ignore-eos", "--context-shift", "--no-context-shift", "-cb", "--cont-batching", "-nocb", "--no-cont-batching", "--jinja",
        "--no-jinja", "--cache-prompt", "--no-cache-prompt", "--metrics", "--props", "--slots", "--no-slots", "--ui", "--webui",
        "--no-ui", "--no-webui", "--no-mmproj", "--no-mmproj-auto", "--check-tensors", "--offline", "-v", "--verbose", "--log-verbose",
        "--log-disable", "--log-prefix", "--no-log-prefix", "--log-timestamps", "--no-log-timestamps", "--prefill-assistant",
        "--no-prefill-assistant", "--skip-chat-parsing", "--no-skip-chat-parsing", "--reasoning-preserve", "--no-reasoning-preserve",
    ),
)  # fmt: skip
REFUSED = {
    **dict.fromkeys(("-nkvo", "--no-kv-offload"), "the cache stands in host memory"),
    "--no-op-offload": "weights on the host are computed there in large batches too",
    "--no-host": "host buffers are of another kind",
    **dict.fromkeys(("-lzm", "--lazy-mode"), "lookup tables stay on disk"),
    "--kv-unified-per-slot": "it sizes the cache; state -c and -np",
    **dict.fromkeys(("-dev", "--device"), "it leaves devices out; name those used as the machine"),
    "--rpc": "it adds devices of other boxes; name them as the machine",
    **dict.fromkeys(
        ("-md", "--model-draft", "--spec-draft-model", "-hfd", "-hfrd", "--hf-repo-draft", "--spec-draft-hf"),
        "a second model",
    ),
    **dict.fromkeys(
        ("--spec-type", "--draft", "--draft-n", "--draft-max", "--spec-draft-n-max", "--spec-default"), "speculation"
    ),
    **dict.fromkeys(("-mm", "--mmproj", "-mmu", "--mmproj-url", "--mmproj-auto"), "a vision projector"),
    **dict.fromkeys(
        ("--lora", "--lora-scaled", "--control-vector", "--control-vector-scaled"), "weights beside the model"
    ),
    **dict.fromkeys(("--embedding", "--embeddings", "--rerank", "--reranking", "--pooling"), "outputs for every token"),
    **dict.fromkeys(("-cram", "--cache-ram"), "prompts kept in host memory"),
    **dict.fromkeys(("-ctxcp", "--ctx-checkpoints", "--swa-checkpoints"), "states kept in host memory"),
    **dict.fromkeys(("--override-kv",), "it may change the architecture"),
    **dict.fromkeys(("-bs", "--backend-sampling"), "sampling buffers on the device"),
    **dict.fromkeys(("-gan", "--grp-attn-n", "-gaw", "--grp-attn-w"), "the cache is used otherwise"),
}
GRAMMAR = Grammar(
    "llama.cpp", (("llama-server",), ("llama-server.exe",), ("llama-cli",)), READ, REFUSED, settle
)  # fmt: skip
