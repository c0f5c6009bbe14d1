"""The database, if it is PostgreSQL."""
