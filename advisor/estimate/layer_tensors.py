"""Tensors of one layer of each kind, by name and shape, as a GGUF conversion writes them; shapes put the row length first."""

from collections.abc import Iterator

from advisor.catalog.schema.model import (
    Attention,
    Block,
    Dense,
    DraftLayers,
    GatedDelta,
    Indexer,
    LatentAttention,
    Mamba1,
    Mamba2,
    Moe,
    ShortConv,
)

Named = tuple[str, tuple[int, ...]]
NORM_NAMES = ("attn_norm", "ffn_norm", "post_attention_norm", "post_ffw_norm")


def _attention(a: Attention, hidden: int) -> Iterator[Named]:
    query, key, value = a.heads * a.head_width, a.kv_heads * a.head_width, a.kv_heads * a.value_head_width
    if a.fused_qkv:
        yield "attn_qkv.weight", (hidden, query + key + value)
    else:
        yield "attn_q.weight", (hidden, query * (2 if a.gate == "per-channel" else 1))
        if not a.cached_by_earlier_layer:
            yield "attn_k.weight", (hidden, key)
            if not a.value_from_key:
                yield "attn_v.weight", (hidden, value)
    yield "attn_output.weight", (a.heads * a.value_head_width, hidden)
    if a.qkv_bias:
        yield "attn_q.bias", (query,)
        yield "attn_k.bias", (key,)
        yield "attn_v.bias", (value,)
    if a.output_bias:
        yield "attn_output.bias", (hidden,)
    yield from _attention_extras(a, hidden, query, key)


def _attention_extras(a: Attention, hidden: int, query: int, key: int) -> Iterator[Named]:
    """Norms, gates, sinks and the indexer of an attention layer."""
    if a.query_key_norm != "none":
        wide = a.query_key_norm == "full-width"
        yield "attn_q_norm.weight", (query if wide else a.head_width,)
        if not a.cached_by_earlier_layer:
            yield "attn_k_norm.weight", (key if wide else a.head_width,)
    if a.gate == "per-head":
        yield "attn_gate.weight", (hidden, a.heads)
    if a.sinks:
        yield "attn_sinks.weight", (a.heads,)
    if a.indexer:
        yield from _indexer(a.indexer, hidden, hidden)


def _indexer(x: Indexer, hidden: int, query_from: int) -> Iterator[Named]:
    yield "indexer.attn_k.weight", (hidden, x.width)
    yield "indexer.attn_q_b.weight", (query_from, x.heads * x.width)
    yield "indexer.proj.weight", (hidden, x.heads)
    yield "indexer.k_norm.weight", (x.width,)
    yield "indexer.k_norm.bias", (x.width,)


def _latent_attention(a: LatentAttention, hidden: int) -> Iterator[Named]:
    query = a.heads * (a.nope_width + a.rope_width)
    if a.query_rank:
        yield "attn_q_a_norm.weight", (a.query_rank,)
        yield "attn_q_a.weight", (hidden, a.query_rank)
        yield "attn_q_b.weight", (a.query_rank, query)
    else:
        yield "attn_q.weight", (hidden, query)
    yield "attn_kv_a_norm.weight", (a.kv_rank,)
    yield "attn_kv_a_mqa.weight", (hidden, a.kv_rank + a.rope_width)
    yield "attn_k_b.weight", (a.nope_width, a.kv_rank, a.heads)
    yield "attn_v_b.weight", (a.kv_rank, a.value_width, a.heads)
    yield "attn_output.weight", (a.heads * a.value_width, hidden)
    if a.gate == "per-channel":
        yield "attn_gate.weight", (hidden, a.heads * a.value_width)
    elif a.gate == "per-head":
        yield "attn_gate.weight", (hidden, a.heads)
    if a.indexer:
        yield from _indexer(a.indexer, hidden, a.query_rank or hidden)


def _gated_delta(g: GatedDelta, hidden: int) -> Iterator[Named]:
    if g.projections == "listed":
        return
    inner = g.value_heads * g.value_width
    convolved = 2 * g.key_heads * g.key_width + inner
    yield "attn_qkv.weight", (hidden, convolved)
    yield "attn_gate.weight", (hidden, inner)
    yield "ssm_conv1d.weight", (g.conv_kernel, convolved)
    yield "ssm_dt.bias", (g.value_heads,)
    yield "ssm_a", (g.value_heads,)
    if g.projections == "fused-ba":
        yield "ssm_ba.weight", (hidden, 2 * g.value_heads)
    else:
        yield "ssm_beta.weight", (hidden, g.value_heads)
        yield "ssm_alpha.weight", (hidden, g.value_heads)
    yield "ssm_norm.weight", (g.value_width,)
    yield "ssm_out.weight", (inner, hidden)


def _mamba2(m: Mamba2, hidden: int) -> Iterator[Named]:
    inner = m.heads * m.head_width
    convolved = inner + 2 * m.groups * m.state
    yield "ssm_in.weight", (hidden, inner + convolved + m.heads)
    yield "ssm_conv1d.weight", (m.conv_kernel, convolved)
    if m.conv_bias:
        yield "ssm_conv1d.bias", (convolved,)
    yield "ssm_dt.bias", (m.heads,)
    yield "ssm_a", (1, m.heads)
    yield "ssm_d", (1, m.heads)
    if m.grouped_norm:
        yield "ssm_norm.weight", (inner // m.groups, m.groups)
    yield "ssm_out.weight", (inner, hidden)


def _mamba1(m: Mamba1, hidden: int) -> Iterator[Named]:
    yield "ssm_in.weight", (hidden, 2 * m.inner)
    yield "ssm_conv1d.weight", (m.conv_kernel, m.inner)
    yield "ssm_conv1d.bias", (m.inner,)
    yield "ssm_x.weight", (m.inner, m.dt_rank + 2 * m.state)
    yield "ssm_dt.weight", (m.dt_rank, m.inner)
    yield "ssm_dt.bias", (m.inner,)
    yield "ssm_a", (m.state, m.inner)
    yield "ssm_d", (m.inner,)
    yield "ssm_out.weight", (m.inner, hidden)
    if m.inner_norms:
        yield "ssm_dt_norm.weight", (m.dt_rank,)
        yield "ssm_b_norm.weight", (m.state,)
        yield "ssm_c_norm.weight", (m.state,)


def _short_conv(c: ShortConv, hidden: int) -> Iterator[Named]:
    yield "shortconv.conv.weight", (c.kernel, c.width)
    yield "shortconv.in_proj.weight", (hidden, 3 * c.width)
    yield "shortconv.out_proj.weight", (c.width, hidden)


def _dense(d: Dense, hidden: int) -> Iterator[Named]:
    if d.gated and not d.fused:
        yield "ffn_gate.weight", (hidden, d.width)
    yield "ffn_up.weight", (hidden, d.width * (2 if d.fused else 1))
    yield "ffn_down.weight", (d.width, hidden)
    if d.bias:
        yield "ffn_up.bias", (d.width,)
        yield "ffn_down.bias", (hidden,)


def _moe(m: Moe, hidden: int) -> Iterator[Named]:
    inside = m.latent or hidden
    yield "ffn_gate_inp.weight", (hidden, m.experts)
    if m.router_bias:
        yield "exp_probs_b.bias", (m.experts,)
    if m.latent:
        yield "ffn_latent_down.weight", (hidden, m.latent)
        yield "ffn_latent_up.weight", (m.latent, hidden)
    if m.fused:
        yield "ffn_gate_up_exps.weight", (inside, 2 * m.width, m.experts)
    else:
        if m.gated:
            yield "ffn_gate_exps.weight", (inside, m.width, m.experts)
        yield "ffn_up_exps.weight", (inside, m.width, m.experts)
    yield "ffn_down_exps.weight", (m.width, inside, m.experts)
    if m.bias:
        yield "ffn_gate_inp.bias", (m.experts,)
        yield "ffn_gate_exps.bias", (m.width, m.experts)
        yield "ffn_up_exps.bias", (m.width, m.experts)
        yield "ffn_down_exps.bias", (inside, m.experts)
    yield from _shared_experts(m, hidden)


def _shared_experts(m: Moe, hidden: int) -> Iterator[Named]:
    if not m.shared_width:
        return
    if m.shared_gate:
        yield "ffn_gate_inp_shexp.weight", (hidden,)
    if m.gated:
        yield "ffn_gate_shexp.weight", (hidden, m.shared_width)
    yield "ffn_up_shexp.weight", (hidden, m.shared_width)
    yield "ffn_down_shexp.weight", (m.shared_width, hidden)


def block_tensors(block: Block, hidden: int) -> Iterator[Named]:
    """Every tensor of one layer: norms, mixers, the feed-forward half, and what else the catalog lists of it."""
    for index in range(block.norms):
        yield (f"{NORM_NAMES[index]}.weight" if index < len(NORM_NAMES) else f"norm_{index}.weight"), (hidden,)
    if block.attention:
        yield from _attention(block.attention, hidden)
    if block.latent_attention:
        yield from _latent_attention(block.latent_attention, hidden)
    if block.gated_delta:
        yield from _gated_delta(block.gated_delta, hidden)
    if block.mamba2:
        yield from _mamba2(block.mamba2, hidden)
    if block.mamba1:
        yield from _mamba1(block.mamba1, hidden)
    if block.short_conv:
        yield from _short_conv(block.short_conv, hidden)
    if block.dense:
        yield from _dense(block.dense, hidden)
    if block.moe:
        yield from _moe(block.moe, hidden)
    yield from block.tensors.items()


def draft_tensors_of(draft: DraftLayers, hidden: int, vocabulary: int) -> Iterator[Named]:
    """What a multi-token-prediction layer has beside a layer of its kind."""
    yield "nextn.eh_proj.weight", (2 * hidden, hidden)
    yield "nextn.enorm.weight", (hidden,)
    yield "nextn.hnorm.weight", (hidden,)
    yield "nextn.shared_head_norm.weight", (hidden,)
    if draft.own_embeddings:
        yield "nextn.embed_tokens.weight", (hidden, vocabulary)
        yield "nextn.shared_head_head.weight", (hidden, vocabulary)
