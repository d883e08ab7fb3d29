"""What docs/splink.md tells people to type and to run, as it stands there."""

from __future__ import annotations

import re
import shlex
import shutil
from contextlib import chdir
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.journeys.conftest import Place, clean_environment

PAGE = (REPOSITORY / "docs" / "splink.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(sh|python)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)

pytest.importorskip("splink", reason="the page is about Splink (extra `splink`)")


@pytest.fixture
def synced(tmp_path: Path, exports: Path) -> Place:
    """A place where three exports became customers."""
    shutil.copytree(exports, tmp_path / "exports")
    place = Place(tmp_path, clean_environment(tmp_path))
    assert place.unsilo("init", "exports", "--yes").code == 0
    assert place.unsilo("sync").code == 3
    return place


def test_a_model_goes_to_splink_is_trained_there_and_comes_back(synced: Place) -> None:
    (_, out), (_, train), (_, back), (_, cluster) = BLOCKS[:4]

    (exported,) = [synced.unsilo(*shlex.split(line)[1:]) for line in out.splitlines()]
    said: dict[str, object] = {}
    with chdir(synced.folder):
        exec(train, said)  # noqa: S102 the page is ours
        exec(cluster, said)  # noqa: S102
    take, use = (shlex.split(line)[1:] for line in back.splitlines())
    imported, used = synced.unsilo(*take), synced.unsilo(*use, "--yes")

    assert exported.code == 0, exported.err
    assert {path.name for path in synced.folder.glob("*.html")} == {"training.html", "weights.html", "waterfall.html"}
    assert imported.code == 0, imported.err
    assert "not trained, the former weight stays" in imported.out
    assert used.code == 0, used.out + used.err
    assert len(said["clusters"].as_record_list()) > 100  # type: ignore[attr-defined]


def test_splinks_weights_of_the_stores_pairs_are_those_that_explain_adds_up(synced: Place) -> None:
    import pyarrow.parquet
    import splink

    synced.unsilo(*shlex.split(BLOCKS[0][1])[1:])
    with chdir(synced.folder):
        db = splink.DuckDBAPI()
        linker = splink.Linker(db.register(pyarrow.parquet.read_table("pairs.parquet")), settings="splink.json")  # type: ignore[arg-type]
    top = sorted(linker.inference.predict().as_record_list(), key=lambda pair: -pair["match_weight"])[:20:5]

    told = [synced.unsilo("explain", pair["record_l"], pair["record_r"], "--json") for pair in top]

    for pair, outcome in zip(top, told, strict=True):
        assert outcome.code == 0, outcome.err
        assert outcome.json["weight"] == pytest.approx(1000 * pair["match_weight"], abs=10)
