"""One spelling for every benchmark, so that a ranking by name does not split silently."""

import re

CANONICAL = {
    "acebench": "AceBench",
    "aider polyglot": "Aider polyglot",
    "aider polyglot edit": "Aider polyglot (edit)",
    "aime24": "AIME 2024",
    "aime 2024": "AIME 2024",
    "aime 2025": "AIME 2025",
    "aime 2025 no tools": "AIME 2025",
    "aime 2026 no tools": "AIME 2026",
    "arena hard": "Arena Hard",
    "arena hard v2": "Arena Hard v2",
    "bfcl v3": "BFCL v3",
    "claw eval": "ClawEval",
    "gpqa": "GPQA",
    "gpqa no tools": "GPQA",
    "hle": "Humanity's Last Exam",
    "hmmt25": "HMMT 2025",
    "hmmt 2025": "HMMT 2025",
    "humaneval plus": "HumanEval+",
    "ifeval": "IFEval",
    "include": "INCLUDE",
    "livebench": "LiveBench",
    "livebench 20241125": "LiveBench 2024-11-25",
    "livebench 241125": "LiveBench 2024-11-25",
    "livecodebench": "LiveCodeBench",
    "math 500": "MATH-500",
    "mathvision": "MATH-Vision",
    "mbpp plus": "MBPP+",
    "mbpp pass@1": "MBPP",
    "mmlu": "MMLU",
    "mmlu benchmark": "MMLU",
    "mmlu pro": "MMLU-Pro",
    "multiif": "Multi-IF",
    "multi if": "Multi-IF",
    "multilingual mgsm (cot)": "MGSM",
    "omnidocbench 1.5 (lower better)": "OmniDocBench 1.5 (edit distance, lower is better)",
    "polymath": "PolyMATH",
    "polymath en": "PolyMATH-en",
    "simpleqa": "SimpleQA",
    "supergpqa": "SuperGPQA",
    "swe atlas qna": "SWE-Atlas Codebase QnA",
    "swe bench multilingual": "SWE-bench Multilingual",
    "swe bench pro": "SWE-bench Pro",
    "swe bench pro (artificial analysis hard subset)": "SWE-bench Pro (Artificial Analysis hard subset)",
    "swe bench verified": "SWE-bench Verified",
    "swe bench verified (agentic coding)": "SWE-bench Verified",
    "swe bench verified (agentless)": "SWE-bench Verified (Agentless)",
    "tau bench airline": "tau-bench Airline",
    "tau bench retail": "tau-bench Retail",
    "tau bench retail benchmark": "tau-bench Retail",
    "tau1 airline": "tau-bench Airline",
    "tau1 retail": "tau-bench Retail",
    "tau2 airline": "tau2-bench Airline",
    "tau2 retail": "tau2-bench Retail",
    "tau2 telecom": "tau2-bench Telecom",
    "tau3 bench": "tau3-bench",
    "terminal bench": "Terminal-Bench",
    "terminal bench 2.0": "Terminal-Bench 2.0",
    "terminal bench 2.0 (terminus)": "Terminal-Bench 2.0 (Terminus)",
    "tool decathlon": "Toolathlon",
}
"""Spelling, lower-case and with spaces for hyphens → the name used. A name not listed here is spelt one way already."""

BY_SETTINGS = (
    ("GPQA", re.compile(r"\bdiamond\b", re.IGNORECASE), "GPQA Diamond"),
    ("BFCL", re.compile(r"^v3$"), "BFCL v3"),
    ("LiveCodeBench", re.compile(r"^v5\b"), "LiveCodeBench v5"),
    ("LiveCodeBench", re.compile(r"^v6\b"), "LiveCodeBench v6"),
    ("LiveCodeBench v6", re.compile(r"^25\.02-25\.05$"), "LiveCodeBench v6 (02/2025-05/2025)"),
    ("Terminal-Bench", re.compile(r"\bversion 2\.1\b"), "Terminal-Bench 2.1"),
    ("Humanity's Last Exam", re.compile(r"\(with tools\)"), "Humanity's Last Exam (with tools)"),
    ("Humanity's Last Exam", re.compile(r"text[ -](only|based)", re.IGNORECASE), "Humanity's Last Exam (text only)"),
    ("SWE-bench Pro", re.compile(r"\bdataset hard-aa\b"), "SWE-bench Pro (Artificial Analysis hard subset)"),
)
"""Where the settings and not the name say which edition it was."""


def canonical(label: str, settings: str | None = None) -> str:
    """The one name of the benchmark a source calls `label`; tools, subsets and harnesses it names stay part of it."""
    name = CANONICAL.get(label.lower().replace("-", " "), label)
    for plain, pattern, edition in BY_SETTINGS:
        if name == plain and settings and pattern.search(settings):
            return edition
    return name
