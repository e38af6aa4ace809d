"""PostgreSQL and Valkey without installing them, and the supervisor behind ``make run``.

``home`` says where one checkout keeps them, ``postgres`` and ``valkey`` how each is run, ``keeper`` keeps both alive while anybody uses
them, ``supervisor`` runs Hubbub itself beside them. Where DATABASE_URL and REDIS_URL are given, nothing here is used.
"""
