-- Sessions, the ticket ledger, drafts, the outbox, rate limits and the tick's jobs.
CREATE TABLE session (
  id         TEXT PRIMARY KEY,
  subject_id TEXT NOT NULL,
  requester  TEXT NOT NULL,
  claims     TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at    BIGINT NOT NULL,
  claims_at  BIGINT NOT NULL,
  sid        TEXT
);
CREATE INDEX session_subject ON session (subject_id);
CREATE INDEX session_seen ON session (seen_at);
CREATE TABLE ticket (
  id         TEXT PRIMARY KEY,
  reference  TEXT NOT NULL UNIQUE,
  key        TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  account    TEXT,
  email      TEXT NOT NULL,
  name       TEXT NOT NULL,
  topic      TEXT NOT NULL,
  subject    TEXT NOT NULL,
  body       TEXT NOT NULL,
  context    TEXT NOT NULL,
  state      TEXT NOT NULL,
  desk_ref   TEXT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  UNIQUE (subject_id, key)
);
CREATE INDEX ticket_created ON ticket (created_at);
CREATE TABLE draft (
  token_hash TEXT PRIMARY KEY,
  topic      TEXT NOT NULL,
  subject    TEXT NOT NULL,
  body       TEXT NOT NULL,
  context    TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE TABLE outbox (
  id           TEXT PRIMARY KEY,
  kind         TEXT NOT NULL,
  payload      TEXT NOT NULL,
  subject_id   TEXT NOT NULL,
  attempts     BIGINT NOT NULL,
  next_at      BIGINT NOT NULL,
  leased_until BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  done_at      BIGINT,
  failed_at    BIGINT,
  error        TEXT
);
CREATE INDEX outbox_due ON outbox (next_at) WHERE done_at IS NULL AND failed_at IS NULL;
CREATE TABLE rate (
  who     TEXT NOT NULL,
  span    BIGINT NOT NULL,
  n       BIGINT NOT NULL,
  PRIMARY KEY (who, span)
);
CREATE TABLE job (
  name         TEXT PRIMARY KEY,
  due_at       BIGINT NOT NULL,
  leased_until BIGINT NOT NULL,
  finished_at  BIGINT,
  failed_at    BIGINT
);
