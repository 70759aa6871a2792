"""advisor's plan against llama.cpp's own: everything on one device, on two, half the layers or the experts on the host."""

from statistics import median, quantiles

import pytest

from advisor.catalog.contents import Catalog
from advisor.estimate.layered import Kept, proportional_uses
from tests.estimate.llama_cpp_rows import FIT, PAIR, Comparison, Errors, comparison, described, rows


@pytest.fixture(scope="module")
def compared(catalog: Catalog) -> Comparison:
    return comparison(catalog)


def within(errors: Errors, *, middle: float = 1.0, p90: float = 1.0, p99: float = 1.0, worst: float = 1.0) -> None:
    """Each bound on the relative error holds; a failure prints the rows that are furthest off."""
    sizes = sorted(abs(error) for error, _ in errors)
    cuts = quantiles(sizes, n=100)
    table = "\n".join(f"{error:+8.2%}  {row}" for error, row in sorted(errors, key=lambda pair: -abs(pair[0]))[:12])
    found = f"median {median(sizes):.3%}, 90th {cuts[89]:.2%}, 99th {cuts[98]:.2%}, worst {sizes[-1]:.2%}\n{table}"
    assert median(sizes) <= middle, found
    assert cuts[89] <= p90, found
    assert cuts[98] <= p99, found
    assert sizes[-1] <= worst, found


def test_cache_and_state_equal_llama_cpps(compared: Comparison) -> None:
    within(compared.cache_and_state, middle=1e-4, worst=1e-3)


def test_device_total_equals_llama_cpps_plan(compared: Comparison) -> None:
    assert len(compared.on_one_device) == 2984
    within(compared.on_one_device, middle=1e-5, p90=1e-3, p99=5e-3, worst=0.045)


@pytest.mark.parametrize("kv_type", ["f16", "q8_0"])
def test_compute_buffer_at_server_defaults_equals_llama_cpps(compared: Comparison, kv_type: str) -> None:
    within(compared.buffers_at_server_defaults(kv_type), middle=1e-4, p90=0.01, worst=0.02)


def test_host_buffer_equals_llama_cpps(compared: Comparison) -> None:
    errors = []
    for name, weights, row in rows("gpu"):
        found = compared.loaded(name, weights, row)
        logits = 4 * (found.model.vocabulary or 0) * row["seq"]
        errors.append(((found.host_buffer() - logits) / row["host_compute"] - 1, described(name, row)))
    within(tuple(errors), middle=1e-3, p90=0.01)


def test_two_devices_hold_the_layers_llama_cpp_gives_them(compared: Comparison) -> None:
    for name, weights, row in rows("gpu2"):
        found = compared.loaded(name, weights, row)
        uses = proportional_uses(found, Kept(found.weights.layer_bytes), PAIR)
        for use, (model_bytes, context_bytes, _) in zip(uses, row["per_device"], strict=True):
            assert use.weights_bytes == pytest.approx(model_bytes, rel=1e-3), described(name, row)
            assert use.kv_cache_bytes + use.state_bytes == pytest.approx(context_bytes, rel=1e-3), described(name, row)
    assert len(compared.on_two_devices) == 178
    within(compared.on_two_devices, middle=1e-5, p90=0.03, worst=0.045)


def test_half_the_layers_on_the_host(compared: Comparison) -> None:
    assert len(compared.half_on_the_host) == 178
    within(compared.half_on_the_host, middle=2e-3, p90=0.03)


def test_experts_on_the_host(compared: Comparison) -> None:
    assert len(compared.experts_on_the_host) == 92
    within(compared.experts_on_the_host, middle=1e-4, p90=0.03, worst=0.03)


def test_fits_fully_where_llama_fit_params_says_so(compared: Comparison) -> None:
    assert len(FIT["rows"]) == 342
    assert len(compared.fit_disagreements) <= 0.03 * len(FIT["rows"]), compared.fit_disagreements


def test_context_llama_cpp_settles_on_by_itself(compared: Comparison) -> None:
    errors = compared.settled_contexts
    assert len(errors) == 28
    assert max(error for error, _ in errors) <= 0.05
    within(errors, middle=0.03, worst=0.05)
