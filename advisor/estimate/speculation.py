"""Speculative decoding: a drafter proposes k tokens, one step of the model checks them, and what it accepts counts.

    tokens a step = ( 1 − a^(k+1) ) / ( 1 − a )
    t_step = checking k + 1 tokens of one sequence + k passes of the drafter

a is the share of drafted tokens accepted, each as likely as the next (Leviathan, Kalman and Matias 2023, equation 1). A
check reads the weights once, more experts the more tokens it routes, and the one cache once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.estimate.concurrency import parts, weights_read

if TYPE_CHECKING:
    from advisor.catalog.schema.model import Model
    from advisor.estimate.concurrency import Costs, Moved, Scaling
    from advisor.estimate.weights import Weights


def tokens_a_step(acceptance: float, draft_tokens: int) -> float:
    """Tokens one checking step yields on average: 1 where nothing is accepted, k + 1 where everything is."""
    return float(sum(acceptance**accepted for accepted in range(draft_tokens + 1)))


def checking_s(found: Moved, costs: Costs, scaling: Scaling, draft_tokens: int) -> float:
    """Seconds of the step that checks so many drafted tokens of one sequence and adds one: its cache is read once."""
    check = parts(found, costs, scaling, draft_tokens + 1)
    cache_s = costs.kv_s * found.kv_bytes + costs.attention_s
    return float(check.total_s - check.kv_s + cache_s)


def drafting_s(model: Model, weights: Weights, found: Moved, costs: Costs) -> float:
    """Seconds of one pass of a multi-token-prediction layer: a layer like the model's others, and the head."""
    layers = len(model.layer_names)
    head = weights.head_bytes + (weights.embedding_bytes if weights.tied else 0)
    each = (weights_read(found, 1, 1.0) - head) / layers
    return float(costs.weight_s * (each + head) + costs.fixed_s / layers)
