-- The provider's tokens, encrypted, so that claims can be read again; who may ask just now; logout tokens seen.
ALTER TABLE session ADD COLUMN tokens TEXT;
ALTER TABLE session ADD COLUMN asked_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX session_sid ON session (sid);
CREATE TABLE logout_token (
  jti     TEXT PRIMARY KEY,
  seen_at BIGINT NOT NULL
);
