-- Which mails of the portal someone wants; `kind` is ticket_mail, changelog_digest or incident_mail:COMPONENT.
CREATE TABLE preference (
  subject_id TEXT NOT NULL,
  kind       TEXT NOT NULL,
  wanted     BIGINT NOT NULL,
  email      TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (subject_id, kind)
);
CREATE INDEX preference_kind ON preference (kind, wanted);
