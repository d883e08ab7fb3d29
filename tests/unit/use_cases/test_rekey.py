"""Keys of other rules are made anew before anything is matched by them."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from tests.builders import World, contact, new_world
from unified_model.use_cases.verify import verify


def keys_held(world: World) -> list[tuple[int, int]]:
    with world.store.read() as conn:
        return [tuple(row) for row in conn.execute(text("select key, record from blocking_key order by key, record"))]


def customers(world: World) -> list[tuple[str, str]]:
    with world.store.read() as conn:
        found = conn.execute(text("select record_id, customer_id from crosswalk order by record_id"))
        return [tuple(row) for row in found]


def rekeyed(world: World) -> int:
    with world.store.read() as conn:
        return int(conn.execute(text("select count(*) from audit where action = 'store.rekey'")).scalar_one())


def test_a_store_whose_keys_other_rules_made_notices_and_makes_them_anew(tmp_path: Path) -> None:
    with new_world(tmp_path) as world:
        world.land("emea", contact("1", First="Ann", Last="Smith", Email="ann.smith@acme.com"))
        world.resolve()
        keys, ids = keys_held(world), customers(world)
        with world.store.begin() as work:
            work.conn.execute(text("delete from blocking_key where key > 0"))
            work.conn.execute(text("insert into blocking_key values (8, 1)"))
            work.conn.execute(text("""update setting set value = '"1"' where name = 'blocking_keys'"""))
            work.commit()
        broken = [check.name for check in verify(world.store) if not check.held]
        world.land("emea", contact("2", First="Anne", Last="Smith", Email="ann.smith@acme.com"))

        world.resolve()

        assert broken == ["blocking keys are those of the present rules"]
        assert set(keys) <= set(keys_held(world))
        assert (8, 1) not in keys_held(world)
        assert [customer for _, customer in customers(world)] == [ids[0][1]] * 2
        assert [check.name for check in verify(world.store) if not check.held] == []
        assert rekeyed(world) == 1


def test_a_new_store_makes_its_keys_once(tmp_path: Path) -> None:
    with new_world(tmp_path) as world:
        world.land("emea", contact("1", First="Ann", Last="Smith", Email="ann.smith@acme.com"))
        world.resolve()

        assert rekeyed(world) == 0
        assert all(check.held for check in verify(world.store))
