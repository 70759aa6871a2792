"""A runtime's command line read again: what each flag says, what is refused, and whose flags they are."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.errors import UsageError
from advisor.estimate.case import Demand
from advisor.estimate.command_line import GRAMMARS, Asked, completed, stated, told
from advisor.estimate.kv_cache import CacheQuestion
from advisor.estimate.layout import Override
from advisor.estimate.plan_flags import llama_cpp_server, sglang_server, vllm_server
from advisor.estimate.serving import Serving


def llama(text: str) -> object:
    return stated(text, "llama.cpp")


def test_the_context_is_shared_out_over_the_slots() -> None:
    assert stated("-c 32768 -np 4", "llama.cpp").context_tokens == 8192
    assert stated("--ctx-size 32768 --parallel 4", "llama.cpp").concurrency == 4
    # 1,000 cells become 1,024, of which each of three slots gets 341.
    assert stated("-c 1000 -np 3", "llama.cpp").context_tokens == 341


def test_slots_left_to_the_server_are_four_over_one_cache() -> None:
    said = stated("-np -1 -c 8192", "llama.cpp")
    assert (said.concurrency, said.unified, said.context_tokens) == (4, True, 2048)


def test_short_and_long_spellings_say_the_same() -> None:
    short = stated("-c 4096 -ub 1024 -ctk q8_0 -ctv q8_0 -fa on -ngl 20 -ncmoe 3 -ts 3,1 -kvu", "llama.cpp")
    long = stated(
        "--ctx_size 4096 --ubatch-size 1024 --cache-type-k q8_0 --cache-type-v q8_0 --flash-attn on --gpu-layers 20 --n-cpu-moe 3 "
        "--tensor-split 3/1 --kv-unified",
        "llama.cpp",
    )  # fmt: skip
    assert short == long


def test_the_batch_bounds_the_micro_batch() -> None:
    assert stated("-ub 4096", "llama.cpp").ubatch == 2048
    assert stated("-ub 4096 -b 4096", "llama.cpp").ubatch == 4096
    assert stated("-b 256", "llama.cpp").ubatch == 256
    assert stated("-c 4096", "llama.cpp").ubatch is None


def test_keys_and_values_are_kept_apart() -> None:
    assert stated("-ctk q8_0", "llama.cpp").kv_type == "q8_0,f16"
    assert stated("-ctk q8_0 -ctv q8_0", "llama.cpp").kv_type == "q8_0"


def test_flash_attention_without_a_value_is_on() -> None:
    assert stated("-fa -c 4096", "llama.cpp").flash_attention is True
    assert stated("-fa off", "llama.cpp").flash_attention is False
    assert stated("-fa", "llama.cpp").flash_attention is True


def test_overrides_keep_their_order_and_their_buffers() -> None:
    overrides = stated("-ot blk\\.1\\.=CUDA1,exps=CPU --cpu-moe", "llama.cpp").layout.overrides
    assert overrides[:2] == (Override("blk.1.", 1, "-ot blk.1.=CUDA1"), Override("exps", None, "-ot exps=CPU"))
    assert overrides[2].matches("blk.7.ffn_down_exps.weight")
    quoted = stated(r'-ot "blk\.(2[0-9]|3[0-5])\.ffn_.*=CPU"', "llama.cpp").layout.overrides
    assert quoted[0].matches("blk.23.ffn_up.weight")
    assert not quoted[0].matches("blk.36.ffn_up.weight")


def test_all_and_auto_layers() -> None:
    assert stated("-ngl auto", "llama.cpp").layout.offloaded is None
    assert stated("-ngl -1", "llama.cpp").layout.offloaded is None
    assert stated("-ngl all", "llama.cpp").layout.stated
    assert not stated("-c 8192 -fitt 512", "llama.cpp").layout.stated
    assert stated("-fit off", "llama.cpp").layout.stated


def test_a_whole_command_may_be_pasted() -> None:
    text = (
        "./build/bin/llama-server -m models/x.gguf \\\n  -c 8192 --host 0.0.0.0 --port 8080 -t 16 --jinja --temp -0.5"
    )
    assert stated(text, None).context_tokens == 8192
    served = stated("vllm serve Qwen/Qwen3-8B --max-model-len 32k --gpu_memory_utilization=0.85 -tp 2", None)
    assert (served.runtime, served.context_tokens, served.serving.devices) == ("vllm", 32000, 2)
    launched = stated("python -m sglang.launch_server --model-path x --mem-fraction-static 0.8 --tp 4", None)
    assert (launched.runtime, launched.serving.memory_share) == ("sglang", 0.8)


def test_settings_of_a_pooled_server() -> None:
    config = json.dumps({"method": "mtp", "num_speculative_tokens": 3})
    said = stated(
        f"--max-num-seqs 64 --kv-cache-dtype fp8_e4m3 --max-num-batched-tokens 8192 --speculative-config '{config}' "
        "--no-enable-prefix-caching --mamba-ssm-cache-dtype float32",
        "vllm",
    )  # fmt: skip
    assert said.kv_type == "fp8"
    assert said.serving == Serving(
        batch_tokens=8192, max_requests=64, draft_tokens=3, state_caching="none", state_type="f32"
    )


@pytest.mark.parametrize(
    ("text", "runtime", "words"),
    [
        ("--frobnicate", "llama.cpp", "no flag --frobnicate; those that matter to memory are --ctx-size, --parallel"),
        ("-nkvo", "llama.cpp", "does change memory"),
        ("--lora x", "llama.cpp", "does change memory"),
        ("-sm row", "llama.cpp", "only layer is modelled"),
        ("--tensor-parallel-size 2", "llama.cpp", "a flag of vLLM and SGLang, not of llama.cpp"),
        ("-ngl 99", "vllm", "-ngl is a flag of llama.cpp, not of vLLM"),
        ("-ngl 99", "ollama", "takes no flags"),
        ("-c 0", "llama.cpp", "write it out"),
        ("-c", "llama.cpp", "needs a value"),
        ("-c many", "llama.cpp", "not a whole number"),
        ("-c 4096 -c 8192", "llama.cpp", "an earlier flag says otherwise"),
        ("-ts a,b", "llama.cpp", "not a list of proportions"),
        ("-ot exps", "llama.cpp", "not PATTERN=BUFFER"),
        ("-ot exps=GPU", "llama.cpp", "no buffer 'GPU'"),
        ("-ot '(=CPU'", "llama.cpp", "no regular expression"),
        ("-ctk q3_k", "llama.cpp", "none of f32"),
        ("stray -c 1", "llama.cpp", "'stray' is no flag"),
        ("-m 'open", "llama.cpp", "no closing quotation"),
        ("--kv-cache-dtype fp8", None, "vllm or sglang"),
        ("--unheard-of", None, "no runtime has them"),
        ("--enforce-eager", "vllm", "graphs"),
        ("--gpu-memory-utilization 1.5", "vllm", "between 0 and 1"),
        ("--kv-cache-dtype nvfp4", "vllm", "none of auto"),
        ("-pp 2", "vllm", "stages of layers"),
        ('--speculative-config \'{"model": "x"}\'', "vllm", "a second model"),
        ("--speculative-config nonsense", "vllm", "no JSON object"),
        ("--speculative-config '[1]'", "vllm", "no JSON object"),
        ('--speculative-config \'{"method": "ngram"}\'', "vllm", "only the model's own draft layers"),
        ("--dtype float32", "vllm", "does change memory"),
        ("--gpu-memory-utilization all", "vllm", "between 0 and 1"),
        ("-np 0", "llama.cpp", "at least 1 slot"),
        ("-c " + "1" * 21_000, "llama.cpp", "longer than"),
        ("--enable-prefix-caching=yes", "vllm", "takes no value"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(text: str, runtime: str | None, words: str) -> None:
    with pytest.raises(UsageError, match=words.replace("(", "\\(")):
        stated(text, runtime)


def test_lengths_may_have_units() -> None:
    assert stated("--max-model-len 32K --max-num-batched-tokens 8k", "vllm").context_tokens == 32768
    assert (
        stated("--mamba-cache-mode align --enable-prefix-caching --dtype auto -pp 1", "vllm").serving.state_caching
        == "aligned"
    )
    assert stated("--num-speculative-tokens 2 --kv-cache-dtype auto", "vllm").kv_type is None


def test_contradictions_of_question_and_flags_are_refused() -> None:
    said = stated("-c 8192 -ctk q8_0 -ctv q8_0 -fa on -ub 256", "llama.cpp")
    for asked in (
        Asked(context_tokens=4096), Asked(kv_type="f16"), Asked(flash_attention=False), Asked(ubatch=512),
    ):  # fmt: skip
        with pytest.raises(UsageError, match="--flags say"):
            completed(asked, said)
    assert completed(Asked(context_tokens=8192, kv_type="q8_0", concurrency=3), said).concurrency == 3


def test_more_requests_than_the_server_lets_run_are_refused() -> None:
    said = stated("--max-num-seqs 8", "vllm")
    assert told(Demand(concurrency=8), said).serving.max_requests == 8
    with pytest.raises(UsageError, match="let 8 requests run at once"):
        told(Demand(concurrency=9), said)


def test_no_spelling_has_two_meanings() -> None:
    for grammar in GRAMMARS.values():
        assert not set(grammar.flags) & set(grammar.refused)
        assert all(spelling in flag.spellings for spelling, flag in grammar.flags.items())


QUESTIONS = st.builds(
    CacheQuestion, context_tokens=st.integers(1, 300_000), sequences=st.integers(1, 64), key_type=st.sampled_from(["f16", "q8_0", "q4_0"]),
    value_type=st.sampled_from(["f16", "q8_0"]), ubatch=st.integers(32, 8192), flash_attention=st.booleans(), unified=st.booleans(),
    full_windows=st.booleans(),
)  # fmt: skip


@given(QUESTIONS)
def test_a_servers_flags_read_again_give_the_same_question(q: CacheQuestion) -> None:
    said = stated(llama_cpp_server(q), "llama.cpp")
    kv_type = said.kv_type or "f16"
    assert CacheQuestion(
        context_tokens=said.context_tokens, sequences=said.concurrency or 0, key_type=kv_type.partition(",")[0],
        value_type=kv_type.rpartition(",")[2], ubatch=said.ubatch or 512, flash_attention=said.flash_attention is not False,
        unified=bool(said.unified), full_windows=said.full_windows,
    ) == q  # fmt: skip


SERVINGS = st.builds(
    Serving, memory_share=st.none() | st.floats(0.05, 1.0), batch_tokens=st.none() | st.integers(256, 32768), max_requests=st.none() | st.integers(1, 512),
)  # fmt: skip


@given(SERVINGS, st.integers(1, 200_000), st.sampled_from([None, "bf16", "f16", "fp8"]), st.integers(1, 8))
def test_a_pooled_servers_flags_read_again_say_the_same(
    serving: Serving, context: int, kept: str | None, devices: int
) -> None:
    demand = Demand(context_tokens=context, kv_type=kept, serving=serving)
    for text, runtime in (
        (vllm_server(demand, devices, serving.memory_share), "vllm"), (sglang_server(demand, devices), "sglang"),
    ):  # fmt: skip
        said = stated(text, runtime)
        assert (said.context_tokens, said.kv_type) == (context, kept)
        assert said.serving.devices == (devices if devices > 1 else None)
        assert (said.serving.memory_share, said.serving.batch_tokens) == (serving.memory_share, serving.batch_tokens)
        assert said.serving.max_requests == serving.max_requests
