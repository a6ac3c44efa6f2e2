-- What a ticket needs to be delivered exactly once, answered, and shown from our own record meanwhile.
-- tried_at is written before every call of the desk, first_tried_at tells how old a vendor's memory of the key is.
ALTER TABLE ticket ADD COLUMN facts TEXT NOT NULL DEFAULT '{}';
ALTER TABLE ticket ADD COLUMN follows TEXT NOT NULL DEFAULT '';
ALTER TABLE ticket ADD COLUMN tried_at BIGINT;
ALTER TABLE ticket ADD COLUMN first_tried_at BIGINT;
ALTER TABLE ticket ADD COLUMN delivered_at BIGINT;
ALTER TABLE ticket ADD COLUMN erased_at BIGINT;
-- What the desk said last, and what the customer did since.
ALTER TABLE ticket ADD COLUMN desk_status TEXT;
ALTER TABLE ticket ADD COLUMN desk_at BIGINT;
ALTER TABLE ticket ADD COLUMN looked_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ticket ADD COLUMN agent_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ticket ADD COLUMN own_status TEXT;
ALTER TABLE ticket ADD COLUMN own_at BIGINT;
-- The customer's answer to "Did we solve it?".
ALTER TABLE ticket ADD COLUMN good TEXT;
ALTER TABLE ticket ADD COLUMN good_reason TEXT;
ALTER TABLE ticket ADD COLUMN good_at BIGINT;
CREATE INDEX ticket_subject ON ticket (subject_id, updated_at);
CREATE INDEX ticket_account ON ticket (account, updated_at);
CREATE INDEX ticket_desk ON ticket (desk_ref);
CREATE INDEX ticket_looked ON ticket (looked_at) WHERE desk_ref IS NOT NULL;
-- What customers added to a ticket: a message, with `status` a change of state, or both. `n` is the order.
CREATE TABLE ticket_reply (
  id             TEXT PRIMARY KEY,
  ticket_id      TEXT NOT NULL REFERENCES ticket (id),
  n              BIGINT NOT NULL,
  key            TEXT NOT NULL,
  body           TEXT NOT NULL,
  status         TEXT NOT NULL,
  state          TEXT NOT NULL,
  created_at     BIGINT NOT NULL,
  tried_at       BIGINT,
  first_tried_at BIGINT,
  delivered_at   BIGINT,
  erased_at      BIGINT,
  UNIQUE (ticket_id, key),
  UNIQUE (ticket_id, n)
);
-- Files from the form to their delivery, in base64; `data` is emptied afterwards. `reply_id` is '' for the ticket's own.
CREATE TABLE ticket_file (
  id        TEXT PRIMARY KEY,
  ticket_id TEXT NOT NULL REFERENCES ticket (id),
  reply_id  TEXT NOT NULL,
  n         BIGINT NOT NULL,
  name      TEXT NOT NULL,
  type      TEXT NOT NULL,
  size      BIGINT NOT NULL,
  data      TEXT NOT NULL
);
CREATE INDEX ticket_file_ticket ON ticket_file (ticket_id, reply_id, n);
-- The list of a customer's tickets as the desk had it last, shown with its time when the desk is down.
CREATE TABLE ticket_list (
  subject_id TEXT PRIMARY KEY,
  threads    TEXT NOT NULL,
  at         BIGINT NOT NULL
);
-- Webhooks that were seen; a repeated one does nothing.
CREATE TABLE desk_delivery (
  id      TEXT PRIMARY KEY,
  seen_at BIGINT NOT NULL
);
-- Files of the built-in desk, in base64.
CREATE TABLE desk_file (
  id         TEXT PRIMARY KEY,
  message_id TEXT NOT NULL REFERENCES desk_message (id),
  n          BIGINT NOT NULL,
  name       TEXT NOT NULL,
  type       TEXT NOT NULL,
  size       BIGINT NOT NULL,
  data       TEXT NOT NULL
);
CREATE INDEX desk_file_message ON desk_file (message_id, n);
ALTER TABLE desk_message ADD COLUMN key TEXT NOT NULL DEFAULT '';
ALTER TABLE draft ADD COLUMN facts TEXT NOT NULL DEFAULT '{}';
ALTER TABLE draft ADD COLUMN files TEXT NOT NULL DEFAULT '[]';
