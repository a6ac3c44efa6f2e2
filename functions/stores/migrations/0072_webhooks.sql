-- A customer's own address that is called with each update; `secret` signs what it is sent. `failing_since` is 0 while
-- it answers.
CREATE TABLE webhook (
  id            TEXT PRIMARY KEY,
  owner         TEXT NOT NULL,
  url           TEXT NOT NULL,
  secret        TEXT NOT NULL,
  failing_since BIGINT NOT NULL DEFAULT 0,
  created_at    BIGINT NOT NULL,
  UNIQUE (owner, url)
);
