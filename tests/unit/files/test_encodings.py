"""Encodings: UTF-8 proves itself, everything else is judged by its letters, and what is doubtful is said to be."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest

from connectors.files.encoding import decide_encoding
from tests.unit.files.exports import as_text, naive_rows, opened, read_all, write

NAMES = {
    "cp1250": [
        "Łukasz",
        "Małgorzata",
        "Paweł",
        "Zofia",
        "Dąbrowska",
        "Kozłowski",
        "Michał",
        "Łódź",
        "Kraków",
        "Gdańsk",
        "Żaneta",
        "Ćwik",
        "Wójcik",
    ],
    "cp1251": ["Иван", "Петров", "Анна", "Сидорова", "Москва", "Сергей", "Кузнецов", "Дмитрий", "Елена", "Ромашка"],
    "cp1252": [
        "Müller",
        "Jürgen",
        "Groß",
        "Böhm",
        "Käthe",
        "Süß",
        "München",
        "Köln",
        "Jäger",
        "Löwe",
        "Hélène",
        "François",
        "Jérôme",
    ],
    "cp1254": ["Şahin", "Yılmaz", "Çelik", "Öztürk", "Doğan", "Kılıç", "Ağaoğlu", "İstanbul", "Işık"],
    "koi8-r": ["Иван", "Петров", "Анна", "Сидорова", "Москва", "Сергей", "Кузнецов", "Дмитрий", "Елена", "Ромашка"],
    "gb18030": ["王伟", "李娜", "张伟", "刘洋", "陈杰", "杨勇", "赵敏", "北京", "上海", "广州市天河区", "有限公司"],
    "shift_jis": ["田中太郎", "佐藤花子", "東京都", "株式会社", "山田", "すずき", "タナカ", "渡辺"],
    "euc-kr": ["김철수", "이영희", "박지성", "서울특별시", "최민수", "정우성", "삼성전자", "주식회사"],
}


def _people(names: list[str]) -> str:
    return as_text([(str(number), name, "x", "y") for number, name in enumerate(names)])


@pytest.mark.parametrize("encoding", NAMES)
def test_names_come_out_in_the_letters_they_were_written_in(encoding: str, tmp_path: Path) -> None:
    path = write(tmp_path, _people(NAMES[encoding]), encoding=encoding)

    records, rejects = read_all(opened(path))

    assert [record.payload["name"] for record in records] == NAMES[encoding]
    assert not rejects


@pytest.mark.parametrize("encoding", [name for name in NAMES if name != "cp1252"])
def test_taking_cp1252_for_all_of_them_gives_wrong_letters(encoding: str, tmp_path: Path) -> None:
    path = write(tmp_path, _people(NAMES[encoding]), encoding=encoding)

    read = path.read_bytes().decode("cp1252", "replace")

    assert not all(name in read for name in NAMES[encoding])


@pytest.mark.parametrize("encoding", ["cp1250", "cp1251", "cp1252", "gb18030", "shift_jis"])
def test_one_name_alone_is_never_certain(encoding: str, tmp_path: Path) -> None:
    name = {"cp1252": "Muñoz"}.get(encoding, NAMES[encoding][0])
    path = write(tmp_path, _people([name]), encoding=encoding)

    preview = opened(path).preview("people")

    assert preview.encoding is not None
    assert preview.encoding.doubtful
    readings = {candidate.samples[0] for candidate in preview.encoding.candidates}
    assert name in readings
    assert len(readings) > 1


def test_letters_that_all_candidates_share_are_certain(tmp_path: Path) -> None:
    path = write(tmp_path, _people(NAMES["cp1252"][:8] * 3), encoding="cp1252")

    source = opened(path)

    assert source.doubts("people") is None
    assert source.preview("people").encoding.certainty >= 0.95  # type: ignore[union-attr]


def test_a_guess_marks_the_source_doubtful_and_check_says_so(tmp_path: Path) -> None:
    path = write(tmp_path, _people(["Иван"]), encoding="cp1251")

    source = opened(path)

    assert "guessed" in (source.doubts("people") or "")
    assert any(one.level == "warning" and 'encoding = "cp1251"' in one.remedy for one in source.check())


def test_a_declared_encoding_is_not_doubted(tmp_path: Path) -> None:
    path = write(tmp_path, _people(["Łukasz"]), encoding="cp1250")

    source = opened(path, encoding="windows-1250")
    records, _ = read_all(source)

    assert records[0].payload["name"] == "Łukasz"
    assert source.doubts("people") is None


def test_declaring_another_encoding_reads_the_file_again(tmp_path: Path) -> None:
    path = write(tmp_path, _people(["Łukasz"]), encoding="cp1250")
    [page] = opened(path, encoding="cp1252").read("people", None)

    records, _ = read_all(opened(path, encoding="cp1250"), cursor=page.cursor)

    assert [record.payload["name"] for record in records] == ["Łukasz"]


def test_what_the_declared_encoding_does_not_know_is_set_aside_with_its_bytes(tmp_path: Path) -> None:
    path = write(tmp_path, b"id,name\n1,ok\n2,bad\x81\n")

    [record], [reject] = read_all(opened(path, encoding="cp1252"))

    assert record.record_id == "1"
    assert (reject.reason, reject.raw) == ("bad_encoding", "2,bad\\x81\n")
    assert "\ufffd" in naive_rows(path)[1]["name"]


def test_valid_utf8_with_a_few_bad_lines_stays_utf8(tmp_path: Path) -> None:
    good = _people(NAMES["cp1251"] * 3).encode()
    path = write(tmp_path, good + b"900,Zo\xeb,x,y\n")

    records, [reject] = read_all(opened(path))

    assert [record.payload["name"] for record in records] == NAMES["cp1251"] * 3
    assert reject.raw == "900,Zo\\xeb,x,y\n"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encodings_are_read_line_by_line(encoding: str, tmp_path: Path) -> None:
    mark = {"utf-16-le": "\ufeff", "utf-16-be": "\ufeff"}.get(encoding, "")
    path = write(tmp_path, mark + _people(NAMES["gb18030"] * 50), encoding=encoding)

    records, rejects = read_all(opened(path))

    assert [record.payload["name"] for record in records] == NAMES["gb18030"] * 50
    assert not rejects


def test_a_broken_character_in_utf16_costs_its_line_alone(tmp_path: Path) -> None:
    broken = "2,B".encode("utf-16-le") + b"\x00\xd8" + "ad\n".encode("utf-16-le")
    content = "\ufeffid,name\n1,Ann\n".encode("utf-16-le") + broken + "3,Zoë\n".encode("utf-16-le")
    path = write(tmp_path, content)

    records, [reject] = read_all(opened(path))

    assert [record.payload["name"] for record in records] == ["Ann", "Zoë"]
    assert reject.reason == "bad_encoding"


@pytest.mark.parametrize("encoding", ["CP1250", "GB18030", "SHIFT_JIS", "UTF-16", "KOI8-R"])
def test_what_iconv_writes_is_read(encoding: str, tmp_path: Path) -> None:
    names = NAMES.get(encoding.lower(), NAMES["cp1251"])
    try:
        done = subprocess.run(
            ["iconv", "-f", "UTF-8", "-t", encoding], input=_people(names).encode(), capture_output=True, check=True
        )
    except FileNotFoundError:
        pytest.skip("no iconv on this machine")
    path = write(tmp_path, done.stdout)

    records, rejects = read_all(opened(path))

    assert [record.payload["name"] for record in records] == names
    assert not rejects


def test_ascii_is_utf8_and_needs_no_guess() -> None:
    decision = decide_encoding(lambda: io.BytesIO(b"id,name\n1,Ann\n"))

    assert (decision.encoding, decision.certainty) == ("utf-8", 1.0)
