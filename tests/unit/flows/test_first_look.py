"""A first look at exports: what becomes a source, and settings that read back as they were meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.drafts import settings_text
from flows.first_look import Found, look_at
from flows.settings import Settings, load_settings
from flows.wiring import opened
from unified_model.errors import UsageError

CONTACTS = "Id,FirstName,LastName,Email,AccountId,MailingCity\n003a,Ann,Lee,ann@lee.example,001a,Ulm\n"
ACCOUNTS = "Id,Name,BillingCity,BillingCountry,Industry\n001a,Lee Ltd,Ulm,DE,Toys\n"
LIST = "Nr;Name;E-Mail;Geändert\n" + "".join(
    f"K{n};Ann Lee{n};ann{n}@lee.example;{n}.03.2026 10:00\n" for n in range(1, 29)
)


def folder_with(tmp_path: Path, **files: str) -> Path:
    folder = tmp_path / "exports"
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def settings_from(found: Found, tmp_path: Path) -> Settings:
    """The drafts, written and read back."""
    path = tmp_path / "unsilo.toml"
    path.write_text(settings_text("sqlite:///unsilo.db", found.drafts, "2026-03-02"), encoding="utf-8")
    return load_settings(path)


def test_objects_of_one_vendor_are_one_source_so_that_contacts_find_their_accounts(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, contacts=CONTACTS, accounts=ACCOUNTS)

    settings = settings_from(look_at([folder], tmp_path), tmp_path)

    (source,) = settings.sources.values()
    assert source.label == "salesforce"
    with opened(settings, source, source.label) as one:
        kinds = {capability.object: capability.kind for capability in one.connector.describe()}
    assert kinds == {"accounts": "organization", "contacts": "person"}


def test_files_with_the_same_columns_are_parts_of_one_object(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, january=LIST, february=LIST.replace("K", "L"))

    settings = settings_from(look_at([folder], tmp_path), tmp_path)

    (source,) = settings.sources.values()
    assert source.options["object"] == "exports"
    assert source.options["files"] == ["february.csv", "january.csv"]


def test_an_unknown_file_gets_key_order_and_mapping(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, messe=LIST)

    settings = settings_from(look_at([folder / "messe.csv"], tmp_path), tmp_path)

    options = settings.source("messe").options
    assert (options["key"], options["date_order"]) == ("Nr", "dmy")
    assert options["mapping"]["Name"] == "full_name"
    with opened(settings, settings.source("messe"), "messe") as one:
        assert one.mapping("messe").modified == "Geändert"


def test_a_known_export_is_called_by_its_object_so_that_its_file_may_be_renamed(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, contacts_2026_03=CONTACTS)

    (draft,) = look_at([folder / "contacts_2026_03.csv"], tmp_path).drafts

    assert (draft.label, draft.object) == ("contacts_2026_03", "Contact")


def test_a_guessed_encoding_makes_the_source_doubtful(tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_bytes("Nr;Name;E-Mail\n1;Łukasz Dąbrowski;l@d.example\n2;Jürgen Groß;j@g.example\n".encode("cp1250"))

    (draft,) = look_at([path], tmp_path).drafts

    assert draft.choices["encoding"].certainty < 0.95
    assert draft.doubtful is not None
    assert len(draft.choices["encoding"].others) > 1
    assert draft.choose("encoding", "cp1250").doubtful is None


def test_two_files_of_one_name_get_two_labels(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "List 1.csv").write_text(LIST, encoding="utf-8")

    found = look_at([tmp_path / "a" / "List 1.csv", tmp_path / "b" / "List 1.csv"], tmp_path)

    assert [draft.label for draft in found.drafts] == ["list_1", "list_1_2"]


def test_a_folder_passes_over_what_it_cannot_read_and_says_so(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, messe=LIST, empty="")

    found = look_at([folder], tmp_path)

    assert [draft.label for draft in found.drafts] == ["messe"]
    assert [name for name, why in found.skipped if "empty" in why] == ["empty.csv"]


def test_nothing_readable_at_all_is_wrong_usage(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, empty="")

    with pytest.raises(UsageError, match="can be a source"):
        look_at([folder], tmp_path)


def test_each_sheet_of_a_workbook_is_a_source_of_its_own(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, header in (("Kunden", ["Nr", "Name", "E-Mail"]), ("Firmen", ["Nr", "Firma", "Webseite"])):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, header)
            for row in range(1, 30):
                sheet.write_row(row, 0, [f"K{row}", f"Ann Lee{row}", f"ann{row}@lee.example"])

    settings = settings_from(look_at([path], tmp_path), tmp_path)

    assert {source.options["sheet"] for source in settings.sources.values()} == {"Kunden", "Firmen"}
    for source in settings.sources.values():
        with opened(settings, source, source.label) as one:
            pages = list(one.connector.read(str(source.options["object"]), None))
        assert sum(len(page.records) for page in pages) == 29
