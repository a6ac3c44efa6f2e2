-- Webhooks of the billing system that were taken in, by the hash of their id.
CREATE TABLE billing_event (
  id TEXT PRIMARY KEY,
  seen_at BIGINT NOT NULL
);
-- What each subscription was and since when, as its webhooks told: customers who pay are counted from it.
CREATE TABLE billing_state (
  subscription TEXT NOT NULL,
  at BIGINT NOT NULL,
  customer TEXT NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (subscription, at)
);
CREATE INDEX billing_state_at ON billing_state (at);
