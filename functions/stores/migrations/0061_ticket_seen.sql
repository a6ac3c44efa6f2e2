-- Up to which answer of ours the customer has read: agent_at as it was when they last opened the ticket.
ALTER TABLE ticket ADD COLUMN seen_at BIGINT NOT NULL DEFAULT 0;
UPDATE ticket SET seen_at = agent_at;
