-- What is due of each kind, while thousands of another kind wait.
CREATE INDEX outbox_lane ON outbox (kind, next_at) WHERE done_at IS NULL AND failed_at IS NULL;
