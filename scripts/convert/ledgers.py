"""What became of every input row: kept under an id, merged into another row, or refused with the reason."""

import csv
import io
from dataclasses import dataclass, field


@dataclass
class Ledger:
    """One line an input row; rows count from 0, as their lists do."""

    lines: list[tuple[str, int, str, str]] = field(default_factory=list)

    def kept(self, listed_in: str, row: int, record: str) -> None:
        """The row stands in the catalog as `record`."""
        self.lines.append((listed_in, row, "kept", record))

    def merged(self, listed_in: str, row: int, record: str) -> None:
        """The row says what `record` says already, and is named there as a second source."""
        self.lines.append((listed_in, row, "merged", record))

    def refused(self, listed_in: str, row: int, reason: str) -> None:
        """The row is not in the catalog, for `reason`."""
        self.lines.append((listed_in, row, "refused", reason))

    def text(self) -> str:
        """The ledger as CSV, by list and row."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("list", "row", "outcome", "id_or_reason"))
        writer.writerows(sorted(self.lines))
        return out.getvalue()
