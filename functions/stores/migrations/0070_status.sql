-- Incidents that no build knows yet: what the checks opened and what on-call posted, as portal.status.Incident in JSON,
-- with what automation has seen of each component since. Git is the record as soon as a build has them.
CREATE TABLE status_incident (
  id         TEXT PRIMARY KEY,
  data       TEXT NOT NULL,
  seen       TEXT NOT NULL,
  is_over    BIGINT NOT NULL,
  revision   BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX status_incident_over ON status_incident (is_over, updated_at);
-- One row for each check, for four days: the day's figures are made from them.
CREATE TABLE status_sample (
  component_id TEXT NOT NULL,
  at           BIGINT NOT NULL,
  result       TEXT NOT NULL,
  ms           BIGINT NOT NULL,
  PRIMARY KEY (component_id, at)
);
CREATE INDEX status_sample_at ON status_sample (at);
-- How many of the bad checks in a row failed, and were not only slow.
ALTER TABLE status_live ADD COLUMN fails BIGINT NOT NULL DEFAULT 0;
