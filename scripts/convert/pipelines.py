"""Image and video pipelines by component, with the defaults of the library that runs them."""

import re
from pathlib import Path
from typing import Any

from scripts.convert.common import Output, Sources, read_yaml, without_empty
from scripts.convert.names import Names

NAMES = {
    "flux.1-dev": "FLUX.1 [dev]",
    "flux.1-schnell": "FLUX.1 [schnell]",
    "flux.2-dev": "FLUX.2 [dev]",
    "flux.2-klein-4b": "FLUX.2 [klein] 4B",
    "flux.2-klein-9b": "FLUX.2 [klein] 9B",
    "flux.2-klein-base-4b": "FLUX.2 [klein] base 4B",
    "sdxl-base-1.0": "Stable Diffusion XL base 1.0",
    "sd3.5-large": "Stable Diffusion 3.5 Large",
    "sd3.5-medium": "Stable Diffusion 3.5 Medium",
}
"""Pipeline → display name, where it is not the repository's."""

NOTES = {
    "flux.1-dev": "The pipeline's default is 28 steps; 50 on the model card was not checked.",
    "flux.2-dev": "NVIDIA is quoted with 90 GB; the components sum to 112.6 GB in bf16: not reconciled.",
    "flux.2-klein-4b": "Distilled. The base model has the same size but needs 50 steps with guidance.",
    "qwen-image": "True guidance runs the transformer twice a step.",
    "qwen-image-edit": "True guidance runs the transformer twice a step. Needs a source image.",
    "qwen-image-layered": "True guidance runs the transformer twice a step.",
    "pixart-sigma-xl": "The text encoder is 88 % of its memory.",
    "wan2.2-t2v-a14b": "Both experts must be resident or swapped once a generation; one is active a step.",
    "wan2.2-ti2v-5b": "The native resolution was not checked.",
    "sd3.5-large": "Matches the advertised 8.1B.",
}

LIBRARY = "diffusers 0.42.1"
_FILE = re.compile(r"pipelines/(\S+/(pipeline_\w+)\.py)")
_INDEX = re.compile(r"(?:find_string )?ids? (\d+)(?:, (\d+))?")
_ASIDE = re.compile(r" \((?:un?verified|card example[^)]*)\)")
EXO = {
    "title": "exo: resources/image_model_cards",
    "publisher": "exo-explore",
    "url": "https://github.com/exo-explore/exo/tree/main/resources/image_model_cards",
    "tier": 3,
    "family": "github.com/exo-explore",
    "notes": "Sizes in bytes of the same components: half of them is the parameter count.",
}


def convert(data: Path, sources: Sources, out: Output) -> None:
    """Queue catalog/pipelines/<id>.yaml for every pipeline of the input."""
    names = Names.from_data(data)
    page = None
    for pipeline in read_yaml(data / "diffusion_components.yaml")["pipelines"]:
        page = _library_page(pipeline["source"]) or page
        assert page, pipeline["id"]
        out.put(f"pipelines/{pipeline['id']}.yaml", _pipeline(pipeline, page, names, sources))


def _pipeline(pipeline: dict[str, Any], page: str, names: Names, sources: Sources) -> dict[str, Any]:
    guidance = re.search(r"\d+\.\d+", str(pipeline["default_guidance"]))
    assert guidance, pipeline["id"]
    components = [_component(component) for component in pipeline["components"]]
    cited = [_add_library(page, sources)]
    if any("verified_against" in component for component in components):
        cited.append(sources.add("exo-image-model-cards", **EXO))
    cited += [_add_reimplementation(number, sources) for number in dict.fromkeys(_numbers(pipeline))]
    name = pipeline["repo"].rpartition("/")[2].removesuffix("-Diffusers")
    return {
        "name": NAMES.get(pipeline["id"], name),
        "repository": pipeline["repo"],
        "aliases": _aliases(pipeline, names),
        "components": components,
        "native_resolution": _ASIDE.sub("", pipeline["native_resolution"]),
        "default_steps": pipeline["default_steps"],
        "default_guidance": float(guidance[0]),
        "sources": cited,
        "notes": NOTES.get(pipeline["id"]),
    }


def _component(component: dict[str, Any]) -> dict[str, Any]:
    verified = component.get("verified_against")
    return without_empty(
        {
            "component": component["component"],
            "parameters": component["params"],
            "count": component.get("count"),
            "dtype": component["dtype"],
            "how": _how(component["how"]),
            "verified_against": "bytes of exo's image model card, halved" if verified else None,
        }
    )


def _how(words: str) -> str:
    if words.startswith("param_counts.json"):
        return "counted from the text model's configuration" + _reason(words)
    words = words.replace("diffusers/transformers class on torch meta device", "counted in the library's own class")
    return re.sub(r"[;,]? ?(?:dims:|dims from) .*", "; dimensions from public reimplementations", words)


def _reason(words: str) -> str:
    if "caption_channels" in words:
        return "; caption_channels 3840 is the width of Gemma 3 12B"
    return "; which encoder it is, from a public reimplementation" if _INDEX.search(words) else ""


def _numbers(pipeline: dict[str, Any]) -> list[str]:
    words = [*(component["how"] for component in pipeline["components"]), pipeline["source"]]
    return [number for text in words for found in _INDEX.finditer(text) for number in found.groups() if number]


def _aliases(pipeline: dict[str, Any], names: Names) -> list[str]:
    spelt = names.spellings.get(pipeline["id"], [])
    known = {pipeline["id"], pipeline["repo"].lower()}
    return [label for label in sorted(set(spelt)) if label.lower() not in known]


def _library_page(words: str) -> str | None:
    found = _FILE.search(words)
    return found[1] if found else None


def _add_library(page: str, sources: Sources) -> str:
    return sources.add(
        f"{LIBRARY}-{page.rpartition('/')[2].removesuffix('.py')}",
        title=f"{LIBRARY}, pipelines/{page}",
        publisher="Hugging Face",
        locator=f"PyPI {LIBRARY}",
        tier=1,
        family="diffusers",
    )


def _add_reimplementation(number: str, sources: Sources) -> str:
    return sources.add(
        f"public-reimplementation-{number}",
        title="Public reimplementation of an image or video pipeline",
        locator=f"GitHub-index file {number}",
        tier=3,
    )
