"""An image or video pipeline by component."""

from dataclasses import dataclass
from typing import Annotated

from advisor.catalog.schema.common import STRICT, Count, NotNegative, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One network of a pipeline."""

    __pydantic_config__ = STRICT

    component: Text
    parameters: Annotated[Count, "of one copy"]
    count: Annotated[Count, "how many such networks the pipeline holds"] = 1
    dtype: Text = "bf16"
    how: str | None = None
    verified_against: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """catalog/pipelines/<id>.yaml: an image or video model."""

    __pydantic_config__ = STRICT

    id: Annotated[Text, "the file's name"]
    name: Annotated[Text, "display name"]
    repository: str | None = None
    aliases: tuple[Text, ...] = ()
    components: tuple[Component, ...]
    native_resolution: str | None = None
    default_steps: Count | None = None
    default_guidance: NotNegative | None = None
    sources: Annotated[tuple[Text, ...], "source ids"]
    notes: str | None = None
