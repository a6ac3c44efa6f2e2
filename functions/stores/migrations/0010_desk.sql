-- The built-in help desk: tickets and their messages, answered with scripts.desk.
CREATE TABLE desk_ticket (
  id         TEXT PRIMARY KEY,
  key        TEXT NOT NULL UNIQUE,
  reference  TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  account    TEXT,
  email      TEXT NOT NULL,
  name       TEXT NOT NULL,
  topic      TEXT NOT NULL,
  subject    TEXT NOT NULL,
  status     TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX desk_ticket_subject ON desk_ticket (subject_id, updated_at);
CREATE TABLE desk_message (
  id         TEXT PRIMARY KEY,
  ticket_id  TEXT NOT NULL REFERENCES desk_ticket (id),
  author     TEXT NOT NULL,
  is_public  BIGINT NOT NULL,
  body       TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX desk_message_ticket ON desk_message (ticket_id, created_at);
