-- What the metrics count, by the hour and the day (unix ms) in which a visit began, as portal/insights/counts.py numbers
-- it. It stays when the visits themselves are forgotten.
CREATE TABLE visit_hour (
  start   BIGINT NOT NULL,
  measure SMALLINT NOT NULL,
  bucket  INTEGER NOT NULL,
  n       INTEGER NOT NULL,
  PRIMARY KEY (start, measure, bucket)
);
CREATE TABLE visit_day (
  start   BIGINT NOT NULL,
  measure SMALLINT NOT NULL,
  bucket  INTEGER NOT NULL,
  n       INTEGER NOT NULL,
  PRIMARY KEY (start, measure, bucket)
);
-- Up to which time they were counted.
CREATE TABLE visit_counted (
  name TEXT PRIMARY KEY,
  at   BIGINT NOT NULL
);
