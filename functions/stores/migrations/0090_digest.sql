-- Addresses that confirmed they want the weekly email of what changed.
CREATE TABLE digest_subscriber (
  id         TEXT PRIMARY KEY,
  address    TEXT NOT NULL UNIQUE,
  created_at BIGINT NOT NULL
);
-- Each week is sent once; `week` is its Monday.
CREATE TABLE digest_sent (
  week TEXT PRIMARY KEY,
  at   BIGINT NOT NULL
);
