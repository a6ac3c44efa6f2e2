-- A change of a plan that a customer confirmed. `key` is the form's, under which the billing system does it once.
-- `state`: asked (the outcome is not known yet), done, refused (`said` tells why), unchanged, elsewhere (the customer
-- was sent to the billing system's own page for it).
CREATE TABLE billing_change (
  key TEXT PRIMARY KEY,
  customer TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  change TEXT NOT NULL,
  state TEXT NOT NULL,
  said TEXT NOT NULL DEFAULT '',
  asked_at BIGINT NOT NULL,
  tried_at BIGINT NOT NULL
);
-- One at a time: a second tab waits until the outcome of the first is known.
CREATE UNIQUE INDEX billing_change_open ON billing_change (customer) WHERE state = 'asked';
CREATE INDEX billing_change_asked_at ON billing_change (asked_at);
-- What was last read of a customer, for the notice about a failed payment. `failed` is JSON, empty when all is paid.
CREATE TABLE billing_known (
  customer TEXT PRIMARY KEY,
  failed TEXT NOT NULL DEFAULT '',
  read_at BIGINT NOT NULL
);
