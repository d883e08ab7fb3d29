"""What a piece of work costs: CPU and wall seconds and peak memory, each taken in a process of its own."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[1]


class Laps:
    """CPU and wall seconds a named stage, summed up. CPU is what to compare on a machine that others use too."""

    def __init__(self) -> None:
        self.cpu: dict[str, float] = {}
        self.wall: dict[str, float] = {}

    @contextmanager
    def lap(self, stage: str) -> Iterator[None]:
        """Add the block's seconds to a stage."""
        cpu, wall = time.process_time(), time.perf_counter()
        try:
            yield
        finally:
            self.cpu[stage] = self.cpu.get(stage, 0.0) + time.process_time() - cpu
            self.wall[stage] = self.wall.get(stage, 0.0) + time.perf_counter() - wall

    def as_dict(self) -> dict[str, dict[str, float]]:
        """Plain data for JSON."""
        return {"cpu": self.cpu, "wall": self.wall}


def peak_mb() -> float:
    """The most memory this process has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def tell(answer: Mapping[str, Any]) -> None:
    """Hand a child's answer to `in_child`, with the memory it took."""
    print(json.dumps({**answer, "peak_mb": round(peak_mb(), 1)}))


def in_child(module: str, *arguments: str | Path | int) -> dict[str, Any]:
    """Run a module as a process of its own; gives the last line it prints, read as JSON."""
    child = _child(module, *arguments)
    return _answer(child, None)


@contextmanager
def beside(module: str, *arguments: str | Path | int) -> Iterator[dict[str, Any]]:
    """Run a module beside the block, until its input ends; its answer is there when the block is over."""
    child = _child(module, *arguments)
    answer: dict[str, Any] = {}
    yield answer
    answer.update(_answer(child, "\n"))


def _child(module: str, *arguments: str | Path | int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _answer(child: subprocess.Popen[str], said: str | None) -> dict[str, Any]:
    out, _ = child.communicate(said)
    if child.returncode:
        raise SystemExit(f"{child.args!r} ended with {child.returncode}; see above.")
    answer: dict[str, Any] = json.loads(out.strip().rpartition("\n")[2])
    return answer


def generate(*arguments: str | Path | int) -> None:
    """Let the simulators write files; says the command, so that anybody can repeat it."""
    print(f"    python -m simulators {' '.join(map(str, arguments))}", flush=True)
    in_child("simulators", *arguments)
