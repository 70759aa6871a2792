"""The shape of every catalog file, and at the same time the frozen value used inside.

Plain dataclasses: `validate` holds a file against them with pydantic, the snapshot rebuilds them without it.
A field keeps the unit its source prints (`memory_gb`); properties that end in `_bytes` convert once.
The strings in `Annotated` describe the fields; `docs/catalog-format.md` is generated from them.
"""
