-- Signing in by mail. `id` is the hash of what the asking page knows, `token_hash` of what the mail's link knows;
-- without a mail (the limits) both hashes stay empty, so that the page looks the same.
CREATE TABLE verify (
  id         TEXT PRIMARY KEY,
  address    TEXT NOT NULL,
  back       TEXT NOT NULL,
  nonce      TEXT NOT NULL,
  token_hash TEXT,
  code_hash  TEXT,
  attempts   BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX verify_token ON verify (token_hash);
CREATE INDEX verify_expires ON verify (expires_at);
-- When the last three mails went to an address (a keyed hash): one in ten minutes, three a day.
CREATE TABLE verify_mailed (
  who TEXT PRIMARY KEY,
  at1 BIGINT NOT NULL,
  at2 BIGINT NOT NULL,
  at3 BIGINT NOT NULL
);
-- Solved puzzles of the bot check; each counts once.
CREATE TABLE bot_used (
  id         TEXT PRIMARY KEY,
  expires_at BIGINT NOT NULL
);
