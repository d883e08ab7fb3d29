"""Law 3 for changes of models: killed at any commit, the next resolve ends where an undisturbed change would have."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.builders import World, new_store_file
from tests.laws.deaths import When, die_at_commit
from tests.laws.picture import assert_same_picture, picture
from tests.unit.use_cases.models.population import populate, shifted
from unified_model.store.engine import open_store
from unified_model.use_cases.models.using import paused, use_model
from unified_model.use_cases.verify import verify

MOST = 60


def change(world: World) -> None:
    """Put the other model in use and resolve."""
    use_model(world.store, "strict", actor="ann", clock=world.clock)
    world.resolve()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_any_commit_a_change_of_models_ends_as_if_nothing_had_happened(tmp_path: Path, when: When) -> None:
    start = new_store_file(tmp_path, "start.db")
    with open_store(f"sqlite:///{start}") as store:
        populate(World(store), people=40, seed=3).put("strict", shifted(+4))
    calm = Path(shutil.copyfile(start, tmp_path / "calm.db"))
    with open_store(f"sqlite:///{calm}") as store:
        former = picture(store)
        change(World(store))
        expected = picture(store)

    deaths = 0
    while deaths < MOST:
        file = Path(shutil.copyfile(start, tmp_path / "killed.db"))
        if not die_at_commit(file, change, deaths + 1, when):
            break
        deaths += 1
        with open_store(f"sqlite:///{file}") as store:
            World(store).resolve()
            assert_same_picture(picture(store), expected if paused(store) else former)
            assert [check for check in verify(store) if not check.held] == []
        for rest in tmp_path.glob("killed.db*"):
            rest.unlink()

    assert 3 <= deaths < MOST
    assert former.clusters != expected.clusters
