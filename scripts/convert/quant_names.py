"""Which quantization a label of the input means."""

import re

NOT_ONE = frozenset(
    {
        "APEX-I Balanced GGUF",
        "2-bit experts + NVFP4 attention",
        "4-bit LoRA",
        "BF16 vs FP8",
        "FP8 (as written; Ollama normally ships GGUF q8_0)",
        "GGUF",
        "GPTQ/EXL2 (not restated next to the table)",
        "INT4 (MLC q4f16)",
        "INT8 (convrot) DiT + W4A8 text encoder",
        "NVFP4 transformer + FP8 mixed encoder",
        "NVFP4/FP8/BF16",
        "Ollama default (86 GB artifact)",
        "Ollama default (Q4)",
        "Q4",
        "Q4_K_M GGUF or MXFP4 (not restated per row)",
        "UD-Q3_K_XL or Q3_K_S",
        "Unsloth GGUF (quant not stated in excerpt)",
        "custom mix, 307.2 GiB (llama-bench labels it Q8_0)",
        "not stated (presumably BF16)",
    }
)
"""Labels that state several formats, a format nothing describes, or none: the label is kept, no quantization is claimed."""

SPECIAL = {
    "AWQ": "int4-g128",
    "BF16 (not stated)": "bf16",
    "EXL3 3.0bpw": "exl3-3.00bpw",
    "EXL3 4bpw": "exl3-4.00bpw",
    "F16 (non-expert tensors F16)": "mxfp4-f16",
    "F16 GGUF (MXFP4 experts)": "mxfp4-f16",
    "FP16": "f16",
    "FP4": "nvfp4",
    "FP8 (label)": "fp8",
    "FP8 (three paths)": "fp8",
    "GGUF MXFP4 (post says MXFP8)": "mxfp4",
    "GPTQ": "int4-g128",
    "GPTQ-Int4": "int4-g128",
    "GPTQ-Int8": "int8-g128",
    "INT4": "int4-g128",
    "INT4 AutoRound": "int4-autoround",
    "INT4+FP8 hybrid": "int4-fp8-hybrid",
    "INT4+FP8 hybrid + INT8 LM head v2": "int4-fp8-hybrid-int8-head",
    "INT4-AutoRound": "int4-autoround",
    "INT4-AutoRound experts + FP8 shared experts": "int4-fp8-hybrid",
    "IQ1_S (UD)": "ud-iq1_s",
    "IQ2_KL (2.892 BPW)": "iq2_kl",
    "IQ2_XXS (~80 GB)": "ds4-q2",
    "IQ2_XXS/Q2_K mixed (81 GiB)": "ds4-q2",
    "IQ3_S custom-mix": "iq3_s-custom",
    "IQ6_K (ArtusDev mix, ~212 GB)": "iq6_k",
    "Int4 W4A16": "int4-g128",
    "Int8 W8A16": "int8-w8a16",
    "MXFP4 (GGUF labelled BF16: non-expert tensors BF16)": "mxfp4-bf16",
    "MXFP4 (all layers)": "mxfp4-all",
    "MXFP4 (auto GGUF)": "mxfp4",
    "MXFP4_MOE": "mxfp4",
    "NVFP4 (BF16 LM head)": "nvfp4",
    "NVFP4 (post: FP4)": "nvfp4",
    "NVFP4 + PLE offload": "nvfp4",
    "NVFP4 + PLE tables on NVMe": "nvfp4",
    "NVFP4 GGUF": "nvfp4",
    "NVFP4-MTP-TURBO GGUF": "nvfp4-mtp-turbo",
    "Ollama default (Q4_K_M)": "q4_k_m",
    "Q4-XYZ-v2 (quimmedes)": "q4-xyz-v2",
    "Q4_0 (QAT UD-Q4_K_XL file)": "ud-q4_k_xl",
    "Q4_K": "q4_k-ggml-org",
    "Q4_K (ggml-org)": "q4_k-ggml-org",
    "Q4_K_M (Ollama default or GGUF; not restated per row)": "q4_k_m",
    "Q4_K_M (unsloth)": "q4_k_m",
    "Q6_K (post says Q6)": "q6_k",
    "Q6_K (unsloth, ~193 GB)": "q6_k",
    "QAT NVFP4": "nvfp4",
    "QAT Q4_0": "q4_0-qat",
    "UD-Q8_K_XL (MXFP4 experts)": "ud-q8_k_xl",
    "W4A16": "int4-g128",
    "as shipped (FP8/FP4 checkpoint)": "mxfp4-fp8",
    "autoround-int4": "int4-autoround",
    "awq-int4": "int4-g128",
    "custom IQ4_XS experts, Q5_K attention": "iq4_xs-q5_k-attention",
    "fp8-static": "fp8-tensor",
    "int8-w8a8": "int8",
    "mix-IQ3_K (ubergarm)": "iq3_k-ubergarm",
    "q2 (ds4)": "ds4-q2",
}
"""Label → id where the label is not simply the id in other letters."""

PLAIN = frozenset(
    """
    f32 f16 bf16 q1_0 q2_0 q4_0 q4_1 q5_0 q5_1 q8_0 q2_k q2_k_s q3_k_s q3_k_m q3_k_l q4_k_s q4_k_m q5_k_s q5_k_m q6_k
    iq1_s iq1_m iq2_xxs iq2_xs iq2_s iq2_m iq3_xxs iq3_xs iq3_s iq3_m iq4_xs iq4_nl tq1_0 tq2_0 mxfp4 nvfp4 fp8
    q4_k_l q5_k_l q6_k_l q2_k_p ud-iq1_s ud-iq1_m ud-iq2_xxs ud-iq2_m ud-iq3_xxs ud-iq3_s ud-iq4_xs ud-iq4_nl
    ud-q2_k_xl ud-q3_k_s ud-q3_k_m ud-q3_k_xl ud-q4_k_s ud-q4_k_m ud-q4_k_xl ud-q5_k_s ud-q5_k_m ud-q5_k_xl ud-q6_k
    ud-q6_k_xl ud-q8_k_xl
    """.split()  # noqa: SIM905 - a table
)
"""Ids that a label matches letter for letter, case apart."""

UNSLOTH_XL = re.compile(r"q[2-8]_k_xl")
EXL3 = re.compile(r"exl3 (\d\.\d\d)bpw")
MLX = re.compile(r"mlx-(\d)bit")
PREFIXES = ("gguf-", "i1-")
TENSOR_SCALED = ("nvidia/",)
SHIPPED_FP4 = "deepseek-v4"


def quant_id(
    label: str | None, runtime: str | None = None, repo: str | None = None, model: str | None = None
) -> str | None:
    """Catalog id of the quantization; None where none is stated or the label names several.

    `runtime` is accepted because labels are only comparable within one. Raises KeyError for a label nobody has
    decided on.
    """
    if label is None or label in NOT_ONE:
        return None
    found = _by_label(label)
    if found is None:
        message = f"no quantization for label {label!r} (runtime {runtime!r}, repository {repo!r})"
        raise KeyError(message)
    return _by_repository(found, repo or "", model or "")


def _by_label(label: str) -> str | None:
    if label in SPECIAL:
        return SPECIAL[label]
    name = label.lower()
    for prefix in PREFIXES:
        name = name.removeprefix(prefix)
    if name in PLAIN or MLX.fullmatch(name):
        return name
    if UNSLOTH_XL.fullmatch(name):
        return f"ud-{name}"
    found = EXL3.fullmatch(name)
    return f"exl3-{found[1]}bpw" if found else None


def _by_repository(quant: str, repo: str, model: str) -> str:
    """Tell apart layouts that share a label."""
    if quant == "fp8" and SHIPPED_FP4 in f"{repo} {model}".lower():
        return "mxfp4-fp8"
    if quant == "fp8" and repo.startswith(TENSOR_SCALED):
        return "fp8-tensor"
    if quant == "q4_0" and "qat" in f"{repo} {model}".lower():
        return "q4_0-qat"
    return quant
