"""Behaviours of writing: results, leave and clear, lost answers, other people's edits, and what one request holds."""

from __future__ import annotations

from connectors.contract import Op
from tests.contract.connector_clients import Client, Ledger
from tests.contract.connector_play import NewWorld, Played, belongs_to
from tests.contract.connector_world import World, people

NEVER_APPLIED = ("conflict", "rejected", "duplicate", "retry")


class WritingBehaviours(Played):
    """One method a behaviour; the names are those of `BEHAVIOURS`."""

    def test_a_result_for_every_op_in_any_mix(self, new_world: NewWorld) -> None:
        world = new_world()
        world.put(people(20))
        ledger = Ledger(world)
        ledger.pull()
        a, b, c, d = list(people(4))
        change, wrong = world.invalid()
        ops = [
            ledger.update_op(a, world.columns({"city": "Kiel"})),
            Op("new", "create", world.columns({"name": "New", "city": "Kiel"}, new=True), guard=world.guard("20001")),
            ledger.update_op(b, world.columns(change)),
            Op("delete", "delete", {}, world.id_of(c)),
            Op("upsert", "upsert", world.columns({"name": "Upserted"}, new=True), guard=world.guard("20002")),
            Op("nobody", "update", world.columns({"city": "Kiel"}), world.id_of("nobody")),
            Op("garbled", "update", world.columns({"city": "Kiel"}), world.malformed_id()),
            ledger.update_op(d, world.columns({"city": world.truth()[d]["city"]})),
            ledger.update_op(d, world.columns({"note": "last"})),
        ]

        results = ledger.write(ops)

        outcomes = [one.outcome for one in results]
        assert outcomes == [
            "updated", "created", "rejected", "deleted", "created", "rejected", "rejected", "unchanged", "updated",
        ]  # fmt: skip
        assert results[2].fields == (world.column(wrong),)
        truth = world.truth()
        assert world.key_of(str(results[1].record_id)) == "20001"
        assert set(truth) == set(people(20)) - {c} | {"20001", "20002"}
        assert (truth[a]["city"], truth["20001"]["city"], truth[d]["note"]) == ("Kiel", "Kiel", "last")

    @belongs_to("create_twice_makes_one")
    def test_upsert_updates_what_is_there(self, world: World) -> None:
        ledger = Ledger(world)
        ledger.pull()
        upsert = Op("upsert", "upsert", world.columns({"name": "New"}, new=True), guard=world.guard("20001"))

        [made] = ledger.write([upsert])
        [changed] = ledger.write([upsert._replace(changes=world.columns({"city": "Kiel"}))])
        [same] = ledger.write([upsert._replace(changes=world.columns({"city": "Kiel"}))])

        assert [made.outcome, changed.outcome, same.outcome] == ["created", "updated", "unchanged"]
        assert made.record_id == changed.record_id == same.record_id
        assert (world.truth()["20001"]["name"], world.truth()["20001"]["city"]) == ("New", "Kiel")

    def test_one_bad_record_does_not_sink_the_batch(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(20))
            client.pull()
            bad, change = next(iter(people(1))), {"note": "edited"}
            client.update({key: change | (world.invalid()[0] if key == bad else {}) for key in people(20)})
            assert {key for key, fields in world.truth().items() if fields["note"] == "edited"} == set(people(20)) - {
                bad
            }

        self.play(new_world, "one_bad_record_does_not_sink_the_batch", scenario)

    def test_update_sends_only_what_changed(self, world: World) -> None:
        ledger, key = Ledger(world), next(iter(people(1)))
        ledger.pull()
        world.edit_by_them(key, {"note": "theirs"})

        same = world.truth()[key]["name"]
        [result] = ledger.write([ledger.update_op(key, world.columns({"city": "Kiel", "name": same}))])

        assert result.outcome == "updated"
        assert (world.truth()[key]["city"], world.truth()[key]["note"]) == ("Kiel", "theirs")
        [(records, _, columns)] = world.written()
        assert records == 1
        assert list(columns[0]) == [world.column("city")]

    def test_leave_and_clear_are_different(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(3))
            client.pull()
            key = next(iter(people(1)))
            client.update({key: {"city": None}})
            after = world.truth()[key]
            assert (after["name"], after["city"], after["note"]) == ("Person 0", "", "note 0")

        self.play(new_world, "leave_and_clear_are_different", scenario)

    def test_create_twice_makes_one(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(3))
            client.pull()
            client.create(people(2, start=100))
            client.create(people(2, start=100))
            assert sorted(world.truth()) == sorted([*people(3), *people(2, start=100)])
            if isinstance(client, Ledger):
                assert [one.outcome for one in client.results.values()] == ["unchanged"] * 2
                assert [world.key_of(str(one.record_id)) for one in client.results.values()] == [*people(2, start=100)]

        self.play(new_world, "create_twice_makes_one", scenario)

    def test_lost_answer_is_resolved_by_reading(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(3))
            client.pull()
            world.lose_answer()
            client.create(people(2, start=100))
            client.deliver()
            assert sorted(world.truth()) == sorted([*people(3), *people(2, start=100)])
            if isinstance(client, Ledger):
                assert client.outbox == []
                assert {one.outcome for one in client.results.values()} <= {"created", "unchanged", "updated"}
                assert {world.key_of(str(one.record_id)) for one in client.results.values()} == set(
                    people(2, start=100)
                )

        self.play(new_world, "lost_answer_is_resolved_by_reading", scenario)

    def test_retry_never_repeats_an_applied_write(self, new_world: NewWorld) -> None:
        """Ours was applied, its answer lost, and they edited the same value: to write again would undo their edit."""

        def scenario(world: World, client: Client) -> None:
            world.put(people(3))
            client.pull()
            key = next(iter(people(1)))
            world.lose_answer(meanwhile=lambda: world.edit_by_them(key, {"note": "theirs"}))
            client.update({key: {"note": "ours"}})
            client.deliver()
            assert world.truth()[key]["note"] == "theirs"

        self.play(new_world, "retry_never_repeats_an_applied_write", scenario)

    @belongs_to("retry_never_repeats_an_applied_write")
    def test_retry_without_a_base_overwrites_nobody_either(self, world: World) -> None:
        ledger, key = Ledger(world), next(iter(people(1)))
        ledger.pull()
        world.lose_answer(meanwhile=lambda: world.edit_by_them(key, {"note": "theirs"}))

        ledger.write([ledger.update_op(key, world.columns({"note": "ours"}))._replace(base=None)])
        ledger.deliver()

        [result] = ledger.results.values()
        assert world.truth()[key]["note"] == "theirs"
        assert result.outcome == "conflict"

    def test_newer_edit_by_them_is_a_conflict_not_a_victim(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(3))
            client.pull()
            key, other = list(people(2))
            world.edit_by_them(key, {"note": "theirs"})
            client.update({key: {"note": "ours"}, other: {"note": "ours"}})
            assert [world.truth()[each]["note"] for each in (key, other)] == ["theirs", "ours"]
            if isinstance(client, Ledger):
                [conflict, updated] = client.results.values()
                assert (conflict.outcome, updated.outcome) == ("conflict", "updated")
                assert conflict.fields == (world.column("note"),)
                assert conflict.found is not None
                assert conflict.found[world.column("note")] == "theirs"

        self.play(new_world, "newer_edit_by_them_is_a_conflict_not_a_victim", scenario)

    @belongs_to("newer_edit_by_them_is_a_conflict_not_a_victim")
    def test_edit_between_reading_and_writing_is_a_conflict_too(self, world: World) -> None:
        ledger, (key, other) = Ledger(world), people(2)
        ledger.pull()
        world.before_write(lambda: world.edit_by_them(key, {"note": "theirs"}))

        ledger.update({each: {"note": "ours"} for each in (key, other)})

        [conflict, updated] = ledger.results.values()
        assert (conflict.outcome, updated.outcome) == ("conflict", "updated")
        assert conflict.found is not None
        assert conflict.found[world.column("note")] == "theirs"
        stands = "theirs" if world.conditional else "ours"
        assert [world.truth()[each]["note"] for each in (key, other)] == [stands, "ours"]
        assert world.conditional or conflict.reason == "overwritten"

    @belongs_to("newer_edit_by_them_is_a_conflict_not_a_victim")
    def test_edit_of_something_else_meanwhile_is_no_conflict(self, world: World) -> None:
        ledger, (key,) = Ledger(world), people(1)
        ledger.pull()
        world.before_write(lambda: world.edit_by_them(key, {"city": "theirs"}))

        ledger.update({key: {"note": "ours"}})
        ledger.deliver()

        [result] = ledger.results.values()
        assert result.outcome == "updated"
        assert (world.truth()[key]["note"], world.truth()[key]["city"]) == ("ours", "theirs")

    def test_duplicate_refusal_names_the_other_record(self, world: World) -> None:
        [key] = people(1)
        ledger = Ledger(world)
        ledger.pull()
        columns = world.columns(world.duplicate_of(key), new=True)
        world.refuse_duplicates()

        [result] = ledger.write([Op("twin", "create", columns, guard=world.guard("20001"))])

        assert (result.outcome, result.other_id) == ("duplicate", world.id_of(key))
        assert "20001" not in world.truth()

    def test_validation_refusal_names_the_field(self, world: World) -> None:
        ledger = Ledger(world)
        ledger.pull()
        change, wrong = world.invalid()

        [updated] = ledger.write([ledger.update_op(next(iter(people(1))), world.columns(change))])
        [created] = ledger.write([Op("new", "create", world.columns(change, new=True), guard=world.guard("20001"))])

        for result in (updated, created):
            assert (result.outcome, result.fields) == ("rejected", (world.column(wrong),))
            assert result.reason
            assert result.detail

    def test_locked_record_is_retried_alone(self, world: World) -> None:
        ledger, (first, second, third) = Ledger(world), people(3)
        ledger.pull()
        changes = {key: {"note": "ours"} for key in (first, second, third)}

        world.lock(second, times=1)
        ledger.update(changes)
        after_one = [world.truth()[key]["note"] for key in changes]
        requests = [records for records, _, _ in world.written()]
        world.lock(third)
        ledger.update({key: {"city": "Kiel"} for key in changes})
        outcomes = {op: one.outcome for op, one in ledger.results.items() if world.column("city") in op}
        world.unlock()
        ledger.deliver()

        assert after_one == ["ours"] * 3
        assert requests == ([3, 1, 1, 1] if world.locks_whole else [3, 1])
        assert sorted(outcomes.values()) == ["retry", "updated", "updated"]
        assert [world.truth()[key]["city"] for key in changes] == ["Kiel"] * 3

    def test_merged_or_deleted_target_is_followed_or_reported(self, world: World) -> None:
        ledger, (merged, survivor, deleted, gone) = Ledger(world), people(4)
        ledger.pull()
        left = world.merge(merged, survivor)
        world.delete(deleted)
        world.remove(gone)

        ledger.update({key: {"city": "Kiel"} for key in (merged, deleted, gone)})

        [of_merged, of_deleted, of_gone] = ledger.results.values()
        truth = world.truth()
        assert not {merged, deleted, gone} & set(truth)
        assert of_merged.record_id == world.id_of(left)
        assert (of_merged.outcome == "updated") == (truth[left]["city"] == "Kiel")
        for result in (of_deleted, of_gone):
            assert result.outcome == "rejected"
            assert result.reason
            assert result.detail
        assert ledger.outbox == []

    def test_own_write_read_back_is_an_echo(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(5))
            client.pull()
            edited, other, *_ = people(5)
            client.update({edited: {"note": "ours", "city": None}})
            client.create(people(1, start=100))
            world.edit_by_them(other, {"note": "theirs"})
            client.pull()
            assert client.changed == {other}

        self.play(new_world, "own_write_read_back_is_an_echo", scenario)

    def test_batches_split_by_count_and_bytes(self, new_world: NewWorld) -> None:
        world = new_world()
        count = world.most_records * 2 + 50
        world.put(people(count))
        ledger = Ledger(world)
        ledger.pull()
        long = "x" * min(30_000, 3 * world.most_bytes // world.most_records)

        ledger.update({key: {"name": long} for key in people(count)})
        ledger.create(people(count, start=5_000))

        assert {one.outcome for one in ledger.results.values()} == {"updated", "created"}
        assert {fields["name"] for key, fields in world.truth().items() if key in people(count)} == {long}
        assert len(world.truth()) == 2 * count
        assert all(records <= world.most_records for records, _, _ in world.written())
        assert all(size <= world.most_bytes for _, size, _ in world.written())
        assert sum(records for records, _, _ in world.written()) == 2 * count
