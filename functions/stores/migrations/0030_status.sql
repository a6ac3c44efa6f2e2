-- What the checks of each monitored component say; overwritten at every check (portal.status.Live).
-- revision makes the write a compare-and-set: of two pollers the later one gives way.
CREATE TABLE status_live (
  component_id TEXT PRIMARY KEY,
  state        TEXT NOT NULL,
  since        BIGINT NOT NULL,
  checked_at   BIGINT NOT NULL,
  ok_at        BIGINT NOT NULL,
  ok           BIGINT NOT NULL,
  run          BIGINT NOT NULL,
  run_since    BIGINT NOT NULL,
  error        TEXT NOT NULL,
  revision     BIGINT NOT NULL
);
