"""Build hook: the wheel ships a snapshot of catalog and calibration, so that the first question is as quick as the next."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def snapshot(root: Path) -> bytes:
    """The snapshot of the checkout's catalog, keyed as the installed package will key it."""
    sys.path.insert(0, str(root))
    try:
        from advisor.catalog import fingerprint  # noqa: PLC0415 - the checkout's own package
        from advisor.catalog.snapshot import make  # noqa: PLC0415
        from advisor.cli.options import extras  # noqa: PLC0415

        folders = (root / "catalog",)
        return make(folders, fingerprint.key(folders), extras)
    finally:
        sys.path.remove(str(root))


class SnapshotHook(BuildHookInterface[Any]):
    """Adds advisor/catalog/snapshot.json to the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the snapshot; an editable install keeps its own in the user's cache."""
        if version == "editable":
            return
        folder = Path(tempfile.mkdtemp(prefix="advisor-snapshot-"))
        path = folder / "snapshot.json"
        path.write_bytes(snapshot(Path(self.root)))
        build_data["force_include"][str(path)] = "advisor/catalog/snapshot.json"
