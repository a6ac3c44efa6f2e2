-- What visitors did: no IP address, no user agent, no e-mail address, no cookie's id, no ticket's reference.
CREATE TABLE event (
  event_id   TEXT PRIMARY KEY,
  at         BIGINT NOT NULL,
  visit      TEXT NOT NULL,
  view       TEXT NOT NULL,
  seq        BIGINT NOT NULL,
  name       TEXT NOT NULL,
  path       TEXT NOT NULL,
  kind       TEXT NOT NULL,
  referrer   TEXT,
  query_id   TEXT,
  query      TEXT,
  results    BIGINT,
  rank       BIGINT,
  vote       TEXT,
  reason     TEXT,
  engaged_ms BIGINT,
  scroll     BIGINT,
  build      TEXT
);
CREATE INDEX event_at ON event (at);
CREATE INDEX event_visit ON event (visit, at, seq);
CREATE TABLE feedback_comment (
  event_id   TEXT PRIMARY KEY,
  at         BIGINT NOT NULL,
  article    TEXT NOT NULL,
  vote       TEXT NOT NULL,
  reason     TEXT,
  comment    TEXT NOT NULL,
  build      TEXT
);
CREATE INDEX feedback_comment_article ON feedback_comment (article, at);
