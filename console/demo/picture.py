"""Pictures for a terminal: how much the silos overlap (an UpSet plot), and bars for shares."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

BAR = 36
KNOWN, UNKNOWN = "●", "·"


def overlap(combinations: Sequence[tuple[frozenset[str], int]], systems: Sequence[str]) -> list[Text]:
    """A row for each combination of systems: who knows them, how many they are. The most systems first."""
    widths = [max(len(name), 3) for name in systems]
    most = max((count for _, count in combinations), default=1)
    lines = [Text("  " + "   ".join(f"{name:^{width}}" for name, width in zip(systems, widths, strict=True)), "bold")]
    for known, count in sorted(combinations, key=lambda one: (-len(one[0]), -one[1])):
        line = Text("  ")
        for name, width in zip(systems, widths, strict=True):
            line.append(f"{KNOWN if name in known else UNKNOWN:^{width}}   ", "cyan" if name in known else "dim")
        line.append(bar(count / most), "cyan" if len(known) > 1 else "blue")
        line.append(f" {count:,}")
        lines.append(line)
    return lines


def bar(share: float, width: int = BAR) -> str:
    """A bar of eighths of a character."""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    return "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()


def gauge(name: str, share: float, note: str = "") -> Text:
    """One measured share as a bar with its figure."""
    filled = bar(share, 24)
    line = Text(f"  {name:<28}")
    line.append(filled, "green")
    line.append("░" * (24 - len(filled)), "dim")
    line.append(f" {share:6.1%}", "bold")
    line.append(f"  {note}", "dim")
    return line
