"""Migrated stores for tests, which cost them a tenth of a migration."""

import shutil
from pathlib import Path

from functions.stores import Store, connect
from functions.stores.sqlite import SQLite
from scripts.lib.postgresql import Cluster

# Whoever an earlier test left connected.
LEAVE = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()"""
# Every row but the names of the migrations.
EMPTY = """DO $$ DECLARE name text; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migration' LOOP
    EXECUTE format('DELETE FROM %I', name);
  END LOOP;
END $$"""
SHAPE = """SELECT string_agg(concat_ws(' ', relname, relkind, attname, atttypid), ',' ORDER BY relname, attnum) AS text
  FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
  WHERE relnamespace = 'public'::regnamespace AND attnum > 0"""


class Reused:
    """One store on PostgreSQL that tests use after each other, and another once a test has changed its tables."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.address = ""
        self.shape: object = None

    def url(self) -> str:
        """The address of the migrated store, without rows."""
        if not self.address or not self._empty():
            self.address = self.cluster.database()
            store = connect(self.address)
            store.migrate()
            self.shape = store.one(SHAPE)
            store.close()
        return self.address

    def _empty(self) -> bool:
        """Whether the store is as it was migrated; if so it has no rows now."""
        store = connect(self.address)
        store.run(LEAVE)
        same = store.one(SHAPE) == self.shape
        if same:
            store.run(EMPTY)
        store.close()
        return same


def migrate(store: Store, migrated: Path) -> None:
    """Migrate a store; one on SQLite that is not there yet begins as a copy of the file `migrated`."""
    if isinstance(store, SQLite) and not store.file.exists():
        shutil.copyfile(migrated, store.file)
    store.migrate()
