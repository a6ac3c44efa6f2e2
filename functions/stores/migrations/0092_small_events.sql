-- What visitors did, in less than half the space: of a UUID the last eight bytes as a number (of a view and a query,
-- which only have to differ within a visit, the last four), words by the numbers of portal/insights/events.py, paths and
-- builds by their number in event_word, which knows since when a word was last used to within a day.
CREATE TABLE event_word (
  id      INTEGER PRIMARY KEY,
  word    TEXT NOT NULL UNIQUE,
  used_at BIGINT NOT NULL
);
CREATE TEMPORARY TABLE event_known (
  word   TEXT PRIMARY KEY,
  number SMALLINT NOT NULL
);
INSERT INTO event_known (word, number) VALUES
  ('name page', 1), ('name engage', 2), ('name search', 3), ('name search_zero', 4), ('name search_click', 5),
  ('name vote', 6), ('name suggest_show', 7), ('name suggest_click', 8), ('name suggest_solved', 9),
  ('name help_open', 10), ('name ticket_start', 11), ('name ticket_submit', 12), ('name ticket_abandon', 13),
  ('name contact_other', 14), ('name billing_open', 15), ('name account_open', 16), ('name status_view', 17),
  ('name changelog_view', 18), ('name notfound', 19),
  ('kind home', 1), ('kind article', 2), ('kind topic', 3), ('kind search', 4), ('kind ask', 5), ('kind status', 6),
  ('kind incident', 7), ('kind changelog', 8), ('kind release', 9), ('kind billing', 10), ('kind account', 11),
  ('kind hub', 12), ('kind tickets', 13), ('kind ticket', 14), ('kind feedback', 15), ('kind unavailable', 16),
  ('kind notfound', 17), ('kind other', 18),
  ('referrer none', 1), ('referrer internal', 2), ('referrer search_engine', 3), ('referrer other', 4),
  ('vote no', 1), ('vote yes', 2),
  ('reason missing_info', 1), ('reason inaccurate', 2), ('reason unclear', 3), ('reason broken', 4),
  ('reason not_my_question', 5);
-- Neither engine reads hexadecimal digits as the other does, so four of them are looked up at a time.
CREATE TEMPORARY TABLE event_digits (
  digits TEXT PRIMARY KEY,
  number BIGINT NOT NULL
);
INSERT INTO event_digits (digits, number)
WITH RECURSIVE place (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM place WHERE n < 15),
digit AS (SELECT n, substr('0123456789abcdef', n + 1, 1) AS d FROM place)
SELECT a.d || b.d || c.d || e.d, ((a.n * 16 + b.n) * 16 + c.n) * 16 + e.n
FROM digit AS a CROSS JOIN digit AS b CROSS JOIN digit AS c CROSS JOIN digit AS e;
DROP INDEX event_at;
DROP INDEX event_visit;
ALTER TABLE event RENAME TO event_before;
INSERT INTO event_word (id, word, used_at)
SELECT row_number() OVER (ORDER BY word), word, max(at)
FROM (SELECT path AS word, at FROM event_before UNION ALL SELECT build, at FROM event_before WHERE build IS NOT NULL)
  AS used
GROUP BY word;
CREATE TABLE event (
  id         BIGINT PRIMARY KEY,
  visit      BIGINT NOT NULL,
  at         BIGINT NOT NULL,
  view       INTEGER NOT NULL,
  seq        INTEGER NOT NULL,
  path       INTEGER NOT NULL,
  build      INTEGER,
  query_id   INTEGER,
  engaged_ms INTEGER,
  results    INTEGER,
  name       SMALLINT NOT NULL,
  kind       SMALLINT NOT NULL,
  referrer   SMALLINT,
  rank       SMALLINT,
  vote       SMALLINT,
  reason     SMALLINT,
  scroll     SMALLINT,
  query      TEXT
);
INSERT INTO event (id, visit, at, view, seq, path, build, query_id, engaged_ms, results, name, kind, referrer, rank,
  vote, reason, scroll, query)
SELECT
  ((SELECT number FROM event_digits WHERE digits = substr(event_id, 20, 4)) << 48)
  | ((SELECT number FROM event_digits WHERE digits = substr(event_id, 25, 4)) << 32)
  | ((SELECT number FROM event_digits WHERE digits = substr(event_id, 29, 4)) << 16)
  | (SELECT number FROM event_digits WHERE digits = substr(event_id, 33, 4)),
  ((SELECT number FROM event_digits WHERE digits = substr(visit, 20, 4)) << 48)
  | ((SELECT number FROM event_digits WHERE digits = substr(visit, 25, 4)) << 32)
  | ((SELECT number FROM event_digits WHERE digits = substr(visit, 29, 4)) << 16)
  | (SELECT number FROM event_digits WHERE digits = substr(visit, 33, 4)),
  at,
  (SELECT number FROM event_digits WHERE digits = substr(view, 29, 4)) * 65536 - 2147483648
  + (SELECT number FROM event_digits WHERE digits = substr(view, 33, 4)),
  seq,
  (SELECT id FROM event_word WHERE word = path),
  (SELECT id FROM event_word WHERE word = build),
  (SELECT number FROM event_digits WHERE digits = substr(query_id, 29, 4)) * 65536 - 2147483648
  + (SELECT number FROM event_digits WHERE digits = substr(query_id, 33, 4)),
  engaged_ms,
  results,
  (SELECT number FROM event_known WHERE word = 'name ' || name),
  (SELECT number FROM event_known WHERE word = 'kind ' || kind),
  (SELECT number FROM event_known WHERE word = 'referrer ' || referrer),
  rank,
  (SELECT number FROM event_known WHERE word = 'vote ' || vote),
  (SELECT number FROM event_known WHERE word = 'reason ' || reason),
  scroll,
  query
FROM event_before WHERE true
ON CONFLICT (id) DO NOTHING;
DROP TABLE event_before;
DROP TABLE event_known;
DROP TABLE event_digits;
CREATE INDEX event_at ON event (at);
