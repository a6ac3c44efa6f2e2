-- Addresses that confirmed they want to be told; `components` is a JSON list of ids, [] is all of them.
CREATE TABLE subscriber (
  id         TEXT PRIMARY KEY,
  address    TEXT NOT NULL UNIQUE,
  components TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
-- Each update is told once, whether the store or a build had it first.
CREATE TABLE status_told (
  update_id TEXT PRIMARY KEY,
  at        BIGINT NOT NULL
);
CREATE INDEX status_told_at ON status_told (at);
