"""The one MetaData all tables share, and short forms for columns that occur everywhere."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, MetaData
from sqlalchemy.types import TypeEngine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def column(name: str, type_: Any, comment: str, *, null: bool = False, key: bool = False, **extra: Any) -> Column[Any]:
    """A commented column; NOT NULL unless said otherwise. Keys are never numbered by the database."""
    if key:
        extra.update(primary_key=True, autoincrement=False)
    type_engine: TypeEngine[Any] = type_
    return Column(name, type_engine, nullable=null, comment=comment, **extra)
