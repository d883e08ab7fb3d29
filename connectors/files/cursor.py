"""How far an object has been read: which files whole, which in part. Opaque to everybody else, versioned."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.files.opening import Fingerprint
from unified_model.errors import CursorExpired

VERSION = 1


@dataclass(frozen=True, slots=True)
class Place:
    """In the middle of a file: everything in lines before `line` has been handed over, `records` rows and rejects."""

    file: str
    fingerprint: Fingerprint
    line: int
    records: int


@dataclass(frozen=True, slots=True)
class Cursor:
    """`reading` names the way the files were read (key, encoding ...): another way means reading them again."""

    reading: str
    done: Mapping[str, Fingerprint] = field(default_factory=dict)
    at: Place | None = None

    def dumps(self) -> str:
        """As text."""
        document: dict[str, object] = {
            "v": VERSION,
            "reading": self.reading,
            "done": {name: [print_.size, print_.sha256] for name, print_ in sorted(self.done.items())},
        }
        if self.at is not None:
            document["at"] = [self.at.file, *self.at.fingerprint, self.at.line, self.at.records]
        return json.dumps(document, separators=(",", ":"))


def load_cursor(text: str, object: str) -> Cursor:
    """A cursor from its text. CursorExpired when it is not one of ours, or of a version we no longer know."""
    try:
        document = json.loads(text)
        if document["v"] != VERSION:
            raise ValueError("version")
        at = document.get("at")
        return Cursor(
            str(document["reading"]),
            {str(name): Fingerprint(int(size), str(sha)) for name, (size, sha) in document["done"].items()},
            Place(str(at[0]), Fingerprint(int(at[1]), str(at[2])), int(at[3]), int(at[4])) if at else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise CursorExpired(
            f"The place up to which {object} was read is not one this version knows.", "It is read from the start."
        ) from error
