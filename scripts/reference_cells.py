"""The cells of docs/reference-report.md: today's answer to each conclusion and each gap, and the rows and intervals it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.present.formats import as_printed, gib, share
from scripts.reference_scene import DESKTOP, SPARK

if TYPE_CHECKING:
    from collections.abc import Callable

    from advisor.evidence.finding import Finding
    from scripts.reference_scene import Scene

REPORT_DAY = "2026-02-13"
RESIDENT_GIB = 3.25
"""What else lies in the desktop's cards: the least with which Ollama's plan offloads as its log says it did."""


def _pools(found: Finding) -> str:
    assert found.footprint is not None
    placement = found.footprint.placement
    words = {
        "fits": "fits both cards",
        "fits-offloaded": "runs partly from main memory",
        "does-not-fit": "does not fit",
    }
    return f"{words.get(found.verdict, found.verdict)}, {gib(sum(use.used_bytes for use in placement.uses))} in all"


def _times(value: float) -> str:
    return f"{value:.1f}"


def _desktop_wins(scene: Scene) -> tuple[str, str]:
    desktop, spark = "desktop-glm47flash-llama.cpp-q8-0-64k", "lcpp-b7941-glm-4.7-flash-q8-0-tg32-d0"
    factor = scene.value(desktop) / scene.value(spark)
    long = "GLM-4.7-Flash at its whole length"
    coder = "Qwen3-Coder 30B"
    rows = ("seed4-qwen3-coder-30b-q8-d0", "lcpp-b6989-qwen3-coder-30b-a3b-instruct-q8-0-tg32-d0")
    rates = [scene.on(machine, coder).decode_tok_s for machine in (DESKTOP, SPARK)]
    other = rates[0].mid / rates[1].mid if rates[0] and rates[1] else 0.0
    today = (
        f"**Holds, a little less.** GLM-4.7-Flash Q8_0 is {_times(factor)} times as fast on the desktop, row against row of the same model; "
        f"Qwen3-Coder 30B Q8_0 is expected to be {_times(other)} times as fast. Software of the Spark has caught up since."
    )
    evidence = [
        f"desktop {scene.measured(desktop, 'desktop-glm47flash-llama.cpp-q4-k-m-202k')}",
        f"Spark {scene.measured(spark, 'lcpp-b7941-glm-4.7-flash-q8-0-tg32-d4096')}",
        f"Qwen3-Coder 30B on a Spark, a month apart: {scene.measured(*rows)}",
        f"whole length: desktop {scene.predicted(scene.on(DESKTOP, long))}, Spark {scene.predicted(scene.on(SPARK, long))}",
        f"Qwen3-Coder 30B: desktop {scene.predicted(scene.on(DESKTOP, coder))}, Spark {scene.predicted(scene.on(SPARK, coder))}",
    ]
    return today, "<br>".join(evidence)


def _too_large(scene: Scene) -> tuple[str, str]:
    own, next_one = scene.on(DESKTOP, "gpt-oss-120b"), scene.on(DESKTOP, "Qwen3-Coder-Next at 256k")
    assert own.finding
    assert own.finding.footprint
    host = own.finding.footprint.placement.uses[-1]
    today = (
        "**Holds for memory, moved for speed.** gpt-oss-120b does not fit the desktop's cards: at 32k of context "
        f"{gib(host.used_bytes)} of it must run from main memory. The Spark gives about 59 now, not 38–41. With experts in "
        "main memory the desktop is expected to come near the 30 tok/s that are asked for; nobody has measured it, and the purchase turns on it."
    )
    evidence = [
        f"Spark {scene.measured('lcpp-b7941-gpt-oss-120b-mxfp4-tg32-d0', 'lcpp-b6989-gpt-oss-120b-mxfp4-tg32-d0', 'seed4-gpt-oss-120b-llamacpp')}",
        f"desktop with experts on a host of 51.2 GB/s: {scene.predicted(own)}",
        f"gap {scene.worth(DESKTOP, 'gpt-oss-120b')}",
        f"Qwen3-Coder-Next at 256k: Spark {scene.predicted(scene.on(SPARK, 'Qwen3-Coder-Next at 256k'))}, desktop {scene.predicted(next_one)}",
    ]
    return today, "<br>".join(evidence)


def _dense(scene: Scene) -> tuple[str, str]:
    today = (
        "**Holds.** 70B dense is read at the speed of memory: 4–5 tok/s on the Spark in four bits, and no more on the desktop, "
        "where part of it runs from main memory."
    )
    evidence = [
        f"Spark {scene.measured('ollama-blog-llama-3.1-70b-q4-k-m', 'lmsys-llama-3.1-70b-fp8-sglang-b1')}",
        f"Spark {scene.predicted(scene.on(SPARK, 'Llama 70B'))}",
        f"desktop on a host of 51.2 GB/s: {scene.predicted(scene.on(DESKTOP, 'Llama 70B'))}",
        f"TensorRT-LLM as the report relays it: {scene.measured('seed4-llama70b-trtllm-fp4')}",
    ]
    return today, "<br>".join(evidence)


def _training(scene: Scene) -> tuple[str, str]:
    first, later = "nvidia-train-v1-llama-3.3-70b", "nvidia-train-v2-llama-3.3-70b"
    factor = (scene.facts.records[first].train_tok_s or 0) / (scene.facts.records[later].train_tok_s or 1)
    ours, theirs = scene.facts.records["proxpc-ft-gpt-oss-20b"], scene.facts.records["proxpc-ft-gpt-oss-20b-5090"]
    slower = float(ours.other["duration_min"]) / float(theirs.other["duration_min"])
    today = (
        "**Memory holds, the figures do not.** The rate printed for 70B takes more operations than the chip has; the vendor later "
        f"printed {_times(factor)} times less, and even that is above the rate anybody measured on the chip. Training is named in the "
        "need and not yet answered."
    )
    evidence = [
        f"disputed: {scene.arithmetic(first)}",
        f"doubted: {scene.arithmetic(later)}",
        f"one job timed on both kinds of machine: a fine-tune of gpt-oss-20b took {_times(slower)} times as long on the Spark as on an "
        f"RTX 5090, measured ({scene.cite('proxpc-ft-gpt-oss-20b')}; {scene.cite('proxpc-ft-gpt-oss-20b-5090')})",
    ]
    return today, "<br>".join(evidence)


ENGINES = (
    ("llama.cpp", "lcpp-b7941-gpt-oss-120b-mxfp4-tg32-d0"), ("vLLM", "arena17-gpt-oss-120b"),
    ("vLLM without CUDA graphs", "conselara-gpt-oss-120b-eager"), ("SGLang", "corti-gpt-oss-120b-sglang"),
    ("Ollama", "ollama-blog-gpt-oss-120b-mxfp4"),
)  # fmt: skip


def _runtimes(scene: Scene) -> tuple[str, str]:
    rates = [scene.value(row) for _, row in ENGINES]
    lcpp, first = scene.value(ENGINES[0][1]), scene.value("seed4-gpt-oss-120b-llamacpp")
    today = (
        f"**Turned round.** For gpt-oss-120b llama.cpp now keeps up with the fastest engine ({as_printed(max(rates))} tok/s), and SGLang's "
        f"newest row is still at 50. Version and setting matter more than the engine: llama.cpp's own rows rose {_times(lcpp / first)} times, and one switch "
        "halves vLLM's."
    )
    return today, "<br>".join(f"{name}: {scene.measured(row)}" for name, row in ENGINES)


def _ollama(scene: Scene) -> tuple[str, str]:
    free, taken = (scene.memory("ollama", REPORT_DAY, gib_taken) for gib_taken in (0.0, RESIDENT_GIB))
    now, llama = scene.memory("ollama", scene.facts.date, 0.0), scene.memory("llama.cpp", REPORT_DAY, 0.0)
    slow, fast = "desktop-glm47flash-ollama-q8-0-112k", "desktop-glm47flash-llama.cpp-q8-0-112k"
    today = (
        f"**Holds.** The same model at the same context is {_times(scene.value(fast) / scene.value(slow))} times as fast where all of it is on the "
        "cards. Ollama's cache of that time kept keys and values of every head; later versions run llama.cpp's server and take as little. "
        f"That it offloaded is explained only where some {RESIDENT_GIB} GiB of the cards were taken already, which the report does not say."
    )
    evidence = [
        scene.measured(slow, fast),
        f"memory at 112k, predicted: Ollama of {REPORT_DAY} {_pools(free)}, and with {RESIDENT_GIB} GiB taken {_pools(taken)}; "
        f"llama.cpp of that day {_pools(llama)}; Ollama of {scene.facts.date} {_pools(now)}",
    ]
    return today, "<br>".join(evidence)


def _next_gap(scene: Scene) -> tuple[str, str]:
    one = scene.on(SPARK, "Qwen3-Coder-Next at 256k")
    eight = scene.ask("qwen3-coder-next", quants=("fp8",), prompt_tokens=4096, context_tokens=32768)
    today = "**Still open for llama-bench**, closed in part in FP8: a forum's figure, and two Sparks. In four bits it is predicted alone."
    evidence = [
        scene.measured("seed4-fp8-qwen3-coder-next-forum", "arena-qwen3-coder-next-fp8-2node"),
        f"one Spark {scene.predicted(eight)}", f"one Spark {scene.predicted(one)}",
        f"impact today {scene.worth(SPARK, 'Qwen3-Coder-Next at 256k')}",
    ]  # fmt: skip
    return today, "<br>".join(evidence)


def _flash_gap(scene: Scene) -> tuple[str, str]:
    name = "lcpp-b7941-glm-4.7-flash-q8-0-tg32-d"
    today = (
        "**Closed** eight days before the report was written: depths up to 32k. Its stand-in was a good one for short "
        "prompts; with 32k in the cache the row is already under the 40 tok/s that were expected at 112k."
    )
    return today, scene.measured(*(f"{name}{depth}" for depth in (0, 4096, 32768)))


def _mistral_gap(scene: Scene) -> tuple[str, str]:
    today = "**Closed in part**: an 8B, a 12B and a mixture of 119B. The dense 24B model nobody has measured there."
    one = scene.ask("mistral-small-3.2-24b", quants=("q4_k_m",), prompt_tokens=4096)
    evidence = [
        scene.measured("devreng-ministral-3-8b-instruct-bf16-01-pp1024-c1", "stravica-mistral-nemo-12b", "devreng-mistral-small-4-119b-nvfp4-01-pp1024-c1"),
        f"Mistral Small 3.2 24B: {scene.predicted(one)}",
    ]  # fmt: skip
    return today, "<br>".join(evidence)


def _training_gap(scene: Scene) -> tuple[str, str]:
    held = {record.hardware for record in scene.facts.records.values() if record.kind == "training"}
    others = sorted(held - {SPARK, "asus-gx10"})
    today = "**Still open for the desktop's cards.** No row of the catalog trains on an RTX 4090; one page times the same job on a Spark and an RTX 5090."
    return today, (
        f"training rows beside the Spark's are of: {', '.join(others)}; measured 4.62 and 3.45 minutes "
        f"({scene.cite('proxpc-ft-gpt-oss-20b')}; {scene.cite('proxpc-ft-gpt-oss-20b-5090')})"
    )


def _wan_gap(scene: Scene) -> tuple[str, str]:
    videos = [record for record in scene.facts.records.values() if record.model and record.model.startswith("wan")]
    today = (
        "**Still open**: no row of any WAN model on any machine. Another video model was timed on the Spark."
        if not videos
        else "**Closed.**"
    )
    return (
        today,
        f"measured {scene.facts.records['proxpc-hunyuan-video-1.5'].other['per_video_s']:,.0f} s a video, HunyuanVideo 1.5 ({scene.cite('proxpc-hunyuan-video-1.5')})",
    )


def _software_gap(scene: Scene) -> tuple[str, str]:
    rows = (
        "seed4-gpt-oss-120b-llamacpp",
        "lhl-relay-gpt-oss-120b-tg32-d0",
        "lcpp-b6918-gpt-oss-120b-mxfp4-tg32-d0",
        "lcpp-b7941-gpt-oss-120b-mxfp4-tg32-d0",
    )
    today = "**Closed for llama.cpp**: most of the gain came within three weeks, and little since. **Open for Ollama**: its newest row is of that October."
    return today, f"{scene.measured(*rows)}; Ollama {scene.measured('ollama-blog-gpt-oss-120b-mxfp4')}"


def _long_gap(scene: Scene) -> tuple[str, str]:
    one = scene.ask("qwen3-coder-next", quants=("q4_k_m",), context_tokens=262144, prompt_tokens=262144)
    short = scene.on(SPARK, "Qwen3-Coder-Next at 256k").decode_tok_s
    lost = 1 - one.decode_tok_s.mid / short.mid if one.decode_tok_s and short else 0.0
    today = f"**Closed in part**: other models up to 237k tokens. A full cache is expected to cost Qwen3-Coder-Next {share(lost)} of its speed."
    evidence = [
        scene.measured("bakeer-ling3-flash-q5km-p237095", "atlas-qwen36-35b-fp8-vllm-depth-p160826", "atlas-qwen38-flashnext-nvfp4-vllm-depth-p160868"),
        f"Qwen3-Coder-Next with 256k in its cache: {scene.predicted(one)}",
    ]  # fmt: skip
    return today, "<br>".join(evidence)


def _tensorrt_gap(scene: Scene) -> tuple[str, str]:
    today = "**Still open for one Spark**: TensorRT-LLM's only mixture there ran on two; its other rows are of dense models of seven to fourteen billion parameters."
    return today, scene.measured("nvidia-inf-qwen3-235b-a22b", "nvidia-inf-qwen3-14b", "nvidia-inf-llama-3.1-8b")


CELLS: dict[str, Callable[[Scene], tuple[str, str]]] = {
    "desktop wins": _desktop_wins, "too large": _too_large, "dense": _dense, "training": _training, "runtimes": _runtimes,
    "ollama": _ollama, "next gap": _next_gap, "flash gap": _flash_gap, "mistral gap": _mistral_gap,
    "training gap": _training_gap, "wan gap": _wan_gap, "software gap": _software_gap, "long gap": _long_gap,
    "tensorrt gap": _tensorrt_gap,
}  # fmt: skip
"""Row of the page → today's answer, and the rows and intervals it rests on."""
