"""Which runtime a label of the input means."""

RUNTIMES: dict[str, str | None] = {
    "llama.cpp": "llama.cpp",
    "llamacpp": "llama.cpp",
    "llama.cpp RPC": "llama.cpp",
    "llama.cpp (conda-forge)": "llama.cpp",
    "llama.cpp (Docker Model Runner, WSL2)": "llama.cpp",
    "llama.cpp (aicss-genai fork)": "llama.cpp",
    "llama.cpp fork": "llama.cpp",
    "IPEX-LLM llama.cpp": "llama.cpp",
    "LM Studio": "llama.cpp",
    "ik_llama.cpp": "ik-llama.cpp",
    "ollama": "ollama",
    "Ollama": "ollama",
    "vllm": "vllm",
    "vLLM": "vllm",
    "vLLM (fork mxfp4_v2)": "vllm",
    "vLLM + FlashQLA": "vllm",
    "vLLM + FlashQLA fusion": "vllm",
    "vLLM-Omni": "vllm",
    "SGLang": "sglang",
    "TensorRT-LLM": "tensorrt-llm",
    "NIM": "nim",
    "NIM/vLLM": "nim",
    "exllamav3": "exllamav3",
    "ExLlamaV2": None,
    "mlx": "mlx",
    "MLC-LLM": None,
    # Several runtimes under one label, or only presumed: the label is kept, no runtime is claimed.
    "Ollama or llama.cpp (Vulkan); see linked issue": None,
    "llama.cpp or Ollama (README mixes both; see issue #34)": None,
    "vLLM + Ray / TRT-LLM": None,
    "vLLM (presumed)": None,
    "not stated in the copy (Marlin W4A16 path)": None,
    "not stated in the excerpt (serving engine)": None,
    # Programs whose memory and formats nothing in the input describes.
    "Atlas (Atlas-Inf/atlas)": None,
    "Atlas (Rust)": None,
    "CUDA 13.0": None,
    "ComfyUI": None,
    "Lucebox": None,
    "PyTorch": None,
    "SparkInfer": None,
    "SparkLab": None,
    "TensorRT": None,
    "Unsloth": None,
    "cuBLAS": None,
    "ds4": None,
    "ds4 (antirez)": None,
    "exo": None,
    "pegainfer": None,
}


def runtime_id(label: str | None) -> str | None:
    """Catalog id of the runtime; None where none is stated, several are, or the program is not in the catalog.

    Raises KeyError for a label nobody has decided on.
    """
    return None if label is None else RUNTIMES[label]
