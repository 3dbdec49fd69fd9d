"""Tables and queries: SQLAlchemy models, one module per aggregate."""
