"""The app in a real terminal: runs it in tmux at three sizes, presses keys, and prints or keeps what the screen shows.

    python scripts/tui_screens.py [--out FOLDER] [--size 80x24] [--keys "3 ?"] [--ascii]

It needs tmux, and leaves no session behind. Without --keys it visits every screen.
"""

import argparse
import os
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SIZES = ("80x24", "120x36", "200x60")
VISITS = {
    "fit": "", "fit-aggregate": "= = v v", "fit-filter": "/ moe Space hw:spark,rtx Enter", "why": "e", "help": "?", "export": "x",
    "memory": "Enter", "speed": "Enter Right", "many": "Enter Right Right", "facts": "Enter Right Right Right",
    "formats": "Enter Right Right Right Right", "evidence": "3", "compare": "4", "decide-empty": "5", "decide": "5 C-o Down Down Enter",
    "decide-typing": "5 C-o Down Down Enter Down Down Enter", "decide-compared": "5 C-o Down Down Enter c d", "gaps": "6",
    "gaps-of-need": "5 C-o Down Down Enter 6", "new-row": "6 n",
}  # fmt: skip
STILL_S, MOST_S = 0.3, 20.0


class Terminal:
    """A tmux server of its own with one session of the app."""

    def __init__(self, size: str, home: Path, arguments: str) -> None:
        self.socket = str(home / f"tmux-{time.monotonic_ns()}")
        columns, lines = size.split("x")
        command = f"cd {shlex.quote(str(ROOT))} && HOME={shlex.quote(str(home))} COLORTERM=truecolor {sys.executable} -m advisor tui {arguments}; sleep 5"
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", columns, "-y", lines, "sh", "-c", command)

    def _tmux(self, *words: str) -> str:
        done = subprocess.run(["tmux", "-S", self.socket, *words], capture_output=True, text=True, check=True, env=os.environ)  # noqa: S603, S607  # fmt: skip
        return done.stdout

    def screen(self) -> str:
        """What the terminal shows, once it has stopped changing."""
        end, before, since = time.monotonic() + MOST_S, "", time.monotonic()
        while time.monotonic() < end:
            now = self._tmux("capture-pane", "-p")
            if now != before:
                before, since = now, time.monotonic()
            elif now.strip() and time.monotonic() - since > STILL_S:
                return now
            time.sleep(0.05)
        return before

    def press(self, keys: str) -> None:
        """Press these, as tmux names them; anything longer is typed."""
        for key in keys.split():
            self._tmux("send-keys", key)
            self.screen()

    def close(self) -> None:
        """End the session."""
        self._tmux("kill-server")


def visited(size: str, keys: str, home: Path, arguments: str = "") -> str:
    """The screen of that size after the keys, from a fresh start."""
    terminal = Terminal(size, home, arguments)
    try:
        terminal.screen()
        terminal.press(keys)
        return terminal.screen()
    finally:
        terminal.close()
        (home / ".local" / "state" / "advisor" / "state.json").unlink(missing_ok=True)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="folder to keep the screens in")
    parser.add_argument("--size", action="append", help="columns x lines; several times for several")
    parser.add_argument("--keys", help="keys to press, as tmux names them")
    parser.add_argument("--ascii", action="store_true", help="as on a terminal that shows nothing else")
    asked = parser.parse_args()
    visits = {"asked": asked.keys} if asked.keys is not None else VISITS
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for size in asked.size or SIZES:
            for name, keys in visits.items():
                shown = visited(size, keys, home, "--glyphs ascii" if asked.ascii else "")
                if asked.out:
                    asked.out.mkdir(parents=True, exist_ok=True)
                    (asked.out / f"{name}-{size}.txt").write_text(shown, encoding="utf-8")
                else:
                    print(f"--- {name}, {size}\n{shown}")


if __name__ == "__main__":
    main()
