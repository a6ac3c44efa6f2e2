-- Who heard of an incident, and who was spared it: `who` is a subscriber's id, or `subject:` and a customer's.
CREATE TABLE status_heard (
  incident_id TEXT NOT NULL,
  who         TEXT NOT NULL,
  heard       BIGINT NOT NULL,
  at          BIGINT NOT NULL,
  PRIMARY KEY (incident_id, who)
);
CREATE INDEX status_heard_at ON status_heard (at);
-- Until now the rate limits knew it: `status-mail:INCIDENT WHO` and `status-silent:INCIDENT WHO`.
INSERT INTO status_heard (incident_id, who, heard, at)
SELECT substr(pair, 1, length(pair) - length(ltrim(pair, replace(pair, ' ', '')))),
  substr(ltrim(pair, replace(pair, ' ', '')), 2), min(heard), max(span)
FROM (
  SELECT substr(who, 13) AS pair, 1 AS heard, span FROM rate WHERE substr(who, 1, 12) = 'status-mail:'
  UNION ALL
  SELECT substr(who, 15) AS pair, 0 AS heard, span FROM rate WHERE substr(who, 1, 14) = 'status-silent:'
) AS told
GROUP BY pair;
