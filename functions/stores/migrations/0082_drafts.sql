-- Who may send a draft without its token: the address that was typed with it, or of the customer who opened it signed
-- in. `page_key` is the form's own key, under which a second press replaces the first one's text.
ALTER TABLE draft ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE draft ADD COLUMN page_key TEXT NOT NULL DEFAULT '';
CREATE INDEX draft_owner ON draft (owner);
