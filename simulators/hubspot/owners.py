"""People who own records."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Owner:
    """One owner; an inactive one is archived. Times are epoch milliseconds."""

    id: int
    user_id: int
    email: str
    first_name: str
    last_name: str
    created: int
    updated: int
    archived: bool = False
    teams: tuple[tuple[str, str, bool], ...] = ()
    """Id, name, and whether it is the owner's primary team."""

    def deactivated(self, now: int) -> "Owner":
        return replace(self, archived=True, updated=now)
