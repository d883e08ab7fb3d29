"""Which encoding a file's text is in: decided once for the whole file, with how certain that is and why.

UTF-8 proves itself: text in another encoding hardly ever happens to be valid. Where it is not valid, nothing proves
anything, and the candidates are judged by the letters they give. A guess is a proposal: what is doubtful is said to be.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from connectors.files.letters import Plausibility, foreign_words, plausibility
from connectors.files.lines import Oversize, line_blocks

MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks; the longer one first where one begins another."""

CANDIDATES = ("cp1252", "cp1250", "cp1254", "cp1251", "shift_jis", "cp932", "euc-kr", "gb18030")
"""In the order in which a tie is broken. gb18030 comes last: it decodes nearly everything."""

CERTAIN = 0.95
_PROPOSED = 0.9
"""What is only a library's guess must be better by so much."""
_FAMILIES = ("iso8859", "koi8", "cp125", "cp8", "big5", "euc", "cp949", "tis")
"""Encodings worth a look when a library proposes them."""
_EVIDENCE_LINES = 2_000
_EVIDENCE_BYTES = 400_000
_SAMPLES = 5


class Bytes(Protocol):
    """Something to read bytes from."""

    def read(self, size: int, /) -> bytes: ...


class Stream(Bytes, Protocol):
    """Bytes to read once, to be closed."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """An encoding that could be meant, and what some values would read as."""

    encoding: str
    score: float
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EncodingDecision:
    """The encoding a file is read in. `candidates`: those that differ on letters, for a person to choose."""

    encoding: str
    certainty: float
    reason: str
    candidates: tuple[Candidate, ...] = ()

    @property
    def doubtful(self) -> bool:
        """Whether a person should be asked."""
        return self.certainty < CERTAIN


def decide_encoding(open_stream: Callable[[], Stream], declared: str = "") -> EncodingDecision:
    """Read the stream once or twice and decide. What a person declared counts; only a byte order mark is above it."""
    with open_stream() as stream:
        start = stream.read(4)
        marked = next((encoding for mark, encoding in MARKS if start.startswith(mark)), None)
        if marked:
            return EncodingDecision(marked, 1.0, "byte order mark")
        if declared:
            return EncodingDecision(declared, 1.0, "declared in the settings")
        if _is_utf8(stream, start):
            return EncodingDecision("utf-8", 1.0, "valid UTF-8")
    with open_stream() as stream:
        evidence = _gather(stream)
    return _decide(evidence)


def _is_utf8(stream: Stream, start: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(start)
        while data := stream.read(1 << 20):
            decoder.decode(data)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


@dataclass(slots=True)
class _Evidence:
    """The lines beyond ASCII: how many are valid UTF-8, how many are not, and some of the latter."""

    valid: int = 0
    invalid: int = 0
    lines: list[bytes] | None = None


def _gather(stream: Stream) -> _Evidence:
    found, size = _Evidence(lines=[]), 0
    assert found.lines is not None
    for line in _foreign_lines(stream):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            found.invalid += 1
            if len(found.lines) < _EVIDENCE_LINES and size < _EVIDENCE_BYTES:
                found.lines.append(line)
                size += len(line)
        else:
            found.valid += 1
    return found


def _foreign_lines(stream: Stream) -> Iterator[bytes]:
    for block in line_blocks(stream.read):
        if isinstance(block, Oversize) or block.isascii():
            continue
        yield from (line for line in block.splitlines() if not line.isascii())


def _decide(evidence: _Evidence) -> EncodingDecision:
    if evidence.valid and evidence.valid >= evidence.invalid:
        share = evidence.valid / (evidence.valid + evidence.invalid)
        reason = (
            f"UTF-8, but for {evidence.invalid:,} of {evidence.valid + evidence.invalid:,} lines with other letters"
        )
        return EncodingDecision("utf-8", round(share**0.5 if share < 0.9 else 1.0, 2), reason)
    lines = evidence.lines or []
    judged = [(name, *_judge(name, lines)) for name in CANDIDATES]
    judged += [
        (name, _PROPOSED * score, verdict) for name in _proposals(lines) for score, verdict in [_judge(name, lines)]
    ]
    ranked = sorted((entry for entry in judged if entry[2].words), key=lambda entry: -entry[1])
    if not ranked:
        return EncodingDecision("cp1252", 0.0, "no encoding fits the text")
    best, score, verdict = ranked[0]
    spelled = _letters(best, lines)
    rivals = [entry for entry in ranked[1:] if _letters(entry[0], lines) != spelled]
    # What only the library proposed counts as a rival if it comes near: nearly every text has some distant reading.
    serious = [entry for entry in rivals if entry[0] in CANDIDATES or entry[1] > score / 2]
    certainty = min((_certainty(score, other, rival) for _, other, rival in serious), default=0.99)
    if verdict.faulty * 2 > verdict.words:
        certainty = min(certainty, 0.3)
    reason = f"no valid UTF-8; {best} gives the most plausible letters ({certainty:.0%} certain)"
    return EncodingDecision(best, round(certainty, 2), reason, _shown([ranked[0], *rivals], lines))


def _judge(encoding: str, lines: list[bytes]) -> tuple[float, Plausibility]:
    """Score of an encoding on the lines. Lines it can't decode count much: they would all be set aside."""
    decoded = [text for line in lines if (text := _decoded(encoding, line)) is not None]
    failed = 1 - len(decoded) / len(lines)
    if failed > 0.2:
        return 0.0, Plausibility(0.0, 0, 0)
    verdict = plausibility(decoded)
    return verdict.score * (1 - 5 * failed), verdict


def _certainty(score: float, other: float, rival: Plausibility) -> float:
    """How sure the best is against one rival.

    A rival that puts signs inside words is out, the more words the surer; one with clean letters is never quite out.
    """
    by_faults = 1 - 0.5**rival.faulty if rival.faulty * 10 > rival.words else 0.0
    by_score = 0.5 + 0.4 * min(1.0, max(0.0, score - other) / 0.5)
    return max(by_faults, by_score)


def _decoded(encoding: str, line: bytes) -> str | None:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return None


def _letters(encoding: str, lines: list[bytes]) -> tuple[str | None, ...]:
    return tuple(None if (text := _decoded(encoding, line)) is None else "".join(foreign_words(text)) for line in lines)


def _proposals(lines: list[bytes]) -> list[str]:
    """What a library of guesses adds to the candidates: single-byte and East Asian encodings only."""
    from charset_normalizer import from_bytes

    names = []
    for match in list(from_bytes(b"\n".join(lines)[:100_000]))[:5]:
        name = codecs.lookup(match.encoding).name
        known = {codecs.lookup(candidate).name for candidate in CANDIDATES}
        if name not in known and name.startswith(
            ("iso8859", "koi8", "mac-", "cp125", "cp8", "big5", "euc", "cp949", "tis")
        ):
            names.append(name)
    return names


def _shown(ranked: list[tuple[str, float, Plausibility]], lines: list[bytes]) -> tuple[Candidate, ...]:
    """The best candidates with the words on which a person can tell them apart; equal readings are shown once."""
    shown: dict[tuple[str | None, ...], Candidate] = {}
    for name, score, _ in ranked:
        spelled = _letters(name, lines)
        if spelled not in shown and len(shown) < 4:
            words = dict.fromkeys(word for line in lines[:50] for word in foreign_words(_decoded(name, line) or ""))
            shown[spelled] = Candidate(name, round(score, 3), tuple(words)[:_SAMPLES])
    return tuple(shown.values())


def _mark(error: UnicodeError) -> tuple[str, int]:
    """Error handler: a byte that can't be decoded becomes a lone surrogate that carries it, and the next is tried."""
    assert isinstance(error, UnicodeDecodeError)
    return chr(0xDC00 + error.object[error.start]), error.start + 1


def _mark_all(error: UnicodeError) -> tuple[str, int]:
    """The same for encodings of two or four bytes a character, where going on at the next byte would lose step."""
    assert isinstance(error, UnicodeDecodeError)
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error("unsilo-mark", _mark)
codecs.register_error("unsilo-mark-all", _mark_all)


def decode_marking(data: bytes, encoding: str) -> str:
    """Text in which bytes that can't be decoded stand as lone surrogates."""
    return data.decode(encoding, "unsilo-mark")


def keeps_ascii(encoding: str) -> bool:
    """Whether line ends can be looked for in the bytes: every ASCII byte means itself."""
    plain = bytes(range(128))
    try:
        return plain.decode(encoding) == plain.decode("ascii")
    except UnicodeDecodeError:
        return False


class Recoded:
    """A stream in UTF-16, EBCDIC and the like as UTF-8, so that everything behind can look for line ends in bytes.

    What can't be decoded comes out as bytes that are no valid UTF-8 either, so that its line is set aside.
    """

    def __init__(self, stream: Bytes, encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="unsilo-mark-all")
        self._ready = b""
        self._ended = False

    def read(self, size: int) -> bytes:
        while len(self._ready) < size and not self._ended:
            data = self._stream.read(size)
            self._ended = not data
            text = self._decoder.decode(data, final=self._ended)
            self._ready += text.encode("utf-8", "surrogatepass")
        taken, self._ready = self._ready[:size], self._ready[size:]
        return taken
