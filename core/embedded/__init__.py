"""PostgreSQL and Valkey without installing them, and the supervisor behind make run."""
