"""Errors named by what the caller shall do next; each message is a sentence that ends in a remedy."""

from __future__ import annotations


class UnsiloError(Exception):
    """Base of every error a person may see. `remedy` says what to do; neither part holds a secret or customer data."""

    exit_code = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class UsageError(UnsiloError):
    """The call or the settings are wrong: nothing was begun (exit code 2)."""

    exit_code = 2


class Retry(UnsiloError):
    """The source or the store is busy or unreachable: the same call may go through later."""

    def __init__(self, message: str, remedy: str = "", after_s: float | None = None) -> None:
        super().__init__(message, remedy)
        self.after_s = after_s


class Rejected(UnsiloError):
    """One record cannot be taken: set it aside as a dead letter and go on."""


class NeedsOperator(UnsiloError):
    """A person must act before this source (or the store) can go on; other sources are not concerned."""


class CursorExpired(UnsiloError):
    """The source no longer knows our place: read everything, then compare."""
