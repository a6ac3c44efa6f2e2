-- The time of the last tick, and since when ticks have gone on from each other without a jump (0: always); `moved` is
-- the last jump in milliseconds.
CREATE TABLE clock (
  name    TEXT PRIMARY KEY,
  seen_at BIGINT NOT NULL,
  since   BIGINT NOT NULL,
  ticks   BIGINT NOT NULL,
  moved   BIGINT NOT NULL
);
