-- Each webhook of a customer has a place, from 1, so that the limit holds when several are added at once.
ALTER TABLE webhook ADD COLUMN slot BIGINT NOT NULL DEFAULT 0;

UPDATE webhook SET slot = (
    SELECT count(*) FROM webhook AS other
    WHERE other.owner = webhook.owner
    AND (other.created_at < webhook.created_at OR (other.created_at = webhook.created_at AND other.id <= webhook.id))
);

CREATE UNIQUE INDEX webhook_slot ON webhook (owner, slot);
