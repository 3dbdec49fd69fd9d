"""The floor: a Flask view that commits one row through SQLAlchemy, and nothing else.

`python -m benchmarks.floor FILE PORT` serves it under waitress, with as many threads as Countersign has.
"""

from __future__ import annotations

import sys
from pathlib import Path

import sqlalchemy as sa
from flask import Flask, jsonify, request
from sqlalchemy import event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Row(Base):
    __tablename__ = "row"
    id: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str]


def engine(path: Path) -> sa.Engine:
    """Return SQLite as durable as ours: WAL, synchronous=FULL."""
    made = sa.create_engine(f"sqlite:///{path}")

    @event.listens_for(made, "connect")
    def _durable(connection, _record):
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    Base.metadata.create_all(made)
    return made


def app(path: Path) -> Flask:
    flask, database = Flask("floor"), engine(path)

    @flask.get("/readyz")
    def ready():
        return jsonify(ready=True)

    @flask.post("/rows")
    def add():
        with Session(database) as session, session.begin():
            row = Row(body=request.get_data(as_text=True))
            session.add(row)
            session.flush()
            number = row.id
        return jsonify(id=number)

    return flask


if __name__ == "__main__":
    from waitress import serve

    serve(app(Path(sys.argv[1])), host="127.0.0.1", port=int(sys.argv[2]), threads=8, ident=None)
