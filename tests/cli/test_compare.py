"""`advisor compare` over the shipped catalog: what it answers, and how it ends."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.asking import DESKTOP, best

if TYPE_CHECKING:
    from tests.cli.conftest import Advisor

QUESTION = ("compare", "spark", DESKTOP, "--models", "glm-4.7-flash,gpt-oss-120b,llama-3.3-70b", "--context", "8k,112k")


def compared(advisor: Advisor, *arguments: str) -> dict[str, Any]:
    answered = advisor("compare", *arguments, "--json")
    assert (answered.code, answered.err) == (0, ""), answered.err
    document: dict[str, Any] = json.loads(answered.out)
    assert document["schema"] == "advisor.compare/1"
    return document


def cell_of(document: dict[str, Any], hardware: str, model: str, context: int) -> dict[str, Any]:
    found: dict[str, Any] = next(
        each
        for each in document["cells"]
        if (each["hardware"], each["model"], each["context_tokens"]) == (hardware, model, context)
    )
    return found


def races(document: dict[str, Any], model: str, over: str) -> list[dict[str, Any]]:
    return [
        each
        for named in document["models"]
        if named["model"] == model
        for each in named["races"]
        if each["over"] == over
    ]


def test_a_spark_beside_the_desktop(advisor: Advisor) -> None:
    found = compared(advisor, *QUESTION[1:])
    assert len(found["cells"]) == 2 * 3 * 2
    flash, spark = cell_of(found, DESKTOP, "glm-4.7-flash", 8192), cell_of(found, "dgx-spark", "glm-4.7-flash", 8192)
    assert flash["verdict"] == spark["verdict"] == "fits"
    assert flash["decode"]["predicted"]["mid"] > 1.7 * spark["decode"]["predicted"]["mid"]
    assert cell_of(found, "dgx-spark", "gpt-oss-120b", 8192)["verdict"] == "fits"
    assert cell_of(found, DESKTOP, "gpt-oss-120b", 8192)["short_bytes"] > 15 * 2**30
    dense = cell_of(found, "dgx-spark", "llama-3.3-70b", 8192)
    assert dense["decode"]["predicted"]["mid"] < 7


def test_every_cell_says_what_fit_says(advisor: Advisor) -> None:
    found = compared(advisor, "spark", "rtx-5090", "--models", "gpt-oss-20b", "--context", "16k", "--concurrency", "4")
    for name in ("dgx-spark", "rtx-5090"):
        cell, fit = (
            cell_of(found, name, "gpt-oss-20b", 16384),
            best(advisor, "gpt-oss-20b", "--hw", name, "--context", "16k", "--concurrency", "4"),
        )
        assert (cell["verdict"], cell["quant"], cell["runtime"]) == (fit["verdict"], fit["quant"], fit["runtime"])
        assert cell["decode"]["predicted"]["mid"] == fit["decode"]["tok_s"]
        assert cell["decode_at_context"]["predicted"]["low"] == fit["decode_at_context"]["low_tok_s"]
        assert cell["aggregate_tok_s"]["mid"] == fit["aggregate"]["tok_s"]
        assert cell["most_context_tokens_asked"] == fit["limits"]["most_context_tokens_asked"]


def test_the_context_at_which_only_one_holds_it_is_where_fit_says_so(advisor: Advisor) -> None:
    found = compared(advisor, "spark", DESKTOP, "--models", "glm-4.7-flash", "--quant", "q8_0")
    (race,) = races(found, "glm-4.7-flash", "tokens")
    assert race["alone"]["holder"] == "dgx-spark"
    last = race["alone"]["first_tokens"] - 1
    holds, too_long = (
        best(
            advisor,
            "glm-4.7-flash",
            "--hw",
            DESKTOP,
            "--quant",
            "q8_0",
            "--runtime",
            "llama.cpp",
            "--context",
            str(tokens),
        )
        for tokens in (last, last + 256)
    )
    assert holds["verdict"] == "fits"
    assert too_long["verdict"] != "fits"


def test_at_the_crossover_fit_predicts_both_alike(advisor: Advisor) -> None:
    found = compared(
        advisor, "spark", "apple-m3-ultra-256", "--models", "glm-4.7-flash", "--quant", "q8_0", "--runtime", "llama.cpp"
    )
    (race,) = races(found, "glm-4.7-flash", "tokens")
    assert race["crossovers"], "the Mac starts ahead and slows down faster"
    for crossing in race["crossovers"]:
        at = str(crossing["at"])
        both = [
            best(
                advisor,
                "glm-4.7-flash",
                "--hw",
                name,
                "--quant",
                "q8_0",
                "--runtime",
                "llama.cpp",
                "--context",
                "200000",
                "--depth",
                at,
            )
            for name in ("spark", "apple-m3-ultra-256")
        ]
        rates = [each["decode_at_context"]["tok_s"] for each in both]
        assert rates[0] == pytest.approx(rates[1], rel=1e-3)
        assert crossing["earliest"] <= crossing["at"]
    assert race["leader"] is None


def test_tables_are_readable_at_80_and_at_120_columns(advisor: Advisor) -> None:
    four = (
        "compare",
        "spark",
        "apple-m3-ultra-256",
        "strix-halo-128",
        "rtx-5090",
        "--models",
        "gpt-oss-20b,llama-3.3-70b",
    )
    for width, arguments in ((80, ()), (120, ("--width", "120"))):
        shown = advisor(*four, *arguments).out
        assert max(map(len, shown.splitlines())) <= width
        assert "★" in shown
        assert "○" in shown
        assert "where one starts to win" in shown
    assert "apple-m3-ultra-256  " in advisor(*four, "--width", "120").out


def test_models_nobody_named_are_six_that_fit(advisor: Advisor) -> None:
    found = compared(advisor, "spark", "rtx-5090")
    assert len(found["models"]) == 6
    assert found["models"][0]["model"] == "gpt-oss-120b"
    for each in found["models"]:
        assert "fits" in {cell["verdict"] for cell in found["cells"] if cell["model"] == each["model"]}


def test_csv_has_a_line_a_cell(advisor: Advisor) -> None:
    lines = list(csv.DictReader(io.StringIO(advisor(*QUESTION, "--format", "csv").out)))
    assert len(lines) == 12
    spark = next(line for line in lines if line["hardware"] == "dgx-spark")
    assert float(spark["price_low"]) <= float(spark["price"]) <= float(spark["price_high"])
    assert spark["price_date"].startswith("20")
    assert "### GLM-4.7-Flash, context 8,192" in advisor(*QUESTION, "--format", "markdown").out


def test_prices_are_of_the_day_region_and_condition_asked_for(advisor: Advisor) -> None:
    asked = ("spark", "rtx-4090", "--models", "gpt-oss-20b")
    now = compared(advisor, *asked, "--currency", "eur", "--condition", "used")
    assert now["market"] == {"region": "EU", "currency": "EUR", "condition": "used", "as_of": None}
    then = compared(advisor, *asked, "--prices-as-of", "2026-02-05")
    for machine in then["machines"]:
        assert machine["price"] is None or machine["price_date"] <= "2026-02-05"
        assert (machine["price"] is None) == (machine["price_reason"] is not None)
    owned = compared(advisor, *asked, "--host", "owned")
    assert {part["what"] for part in owned["machines"][1]["parts"]} == {"rtx-4090"}


def test_a_price_older_than_six_months_says_its_age(advisor: Advisor) -> None:
    shown = advisor("compare", "spark", "apple-m3-ultra-256", "--models", "gpt-oss-20b").out
    assert "days old" in shown
    assert "days before the day asked about" in " ".join(shown.split())


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("spark",), 2, "name two machines"),
        (("spark", "dgx-spark"), 2, "name two machines"),
        (("spark", "rtx-5909"), 4, "did you mean rtx-5090"),
        (("spark", "rtx-5090", "--models", "gpt-os-120b"), 4, "did you mean gpt-oss-120b"),
        (("spark", "rtx-5090", "--models", ","), 2, "names no model"),
        (("spark", "rtx-5090", "--context", "8k,lots"), 2, "is not a number of tokens"),
        (("spark", "rtx-5090", "--context", "8k,"), 2, "is not a number of tokens"),
        (("spark", "rtx-5090", "--currency", "SEK"), 2, "--region is needed"),
        (("spark", "rtx-5090", "--models", "gpt-oss-20b", "--context", "8k", "--depth", "16k"), 2, "--depth is longer"),
        (("spark", "rtx-5090", "--os", "macos"), 2, "does not run macOS"),
    ],
)
def test_what_means_nothing_is_refused_in_a_line(
    advisor: Advisor, arguments: tuple[str, ...], code: int, words: str
) -> None:
    answered = advisor("compare", *arguments)
    assert (answered.code, answered.out) == (code, "")
    assert words in answered.err
    assert "Traceback" not in answered.err


def test_nothing_that_runs_is_an_answer_and_a_code_where_one_was_asked_for(advisor: Advisor) -> None:
    asked = ("compare", "rtx-4090", "rtx-5090", "--models", "deepseek-r1")
    assert advisor(*asked).code == 0
    assert advisor(*asked, "--exit-code").code == 1
    assert advisor(*QUESTION, "--exit-code").code == 0
