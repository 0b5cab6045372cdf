-- History is asked for by when alerts ended. When a silence last matched follows from the alerts themselves.
CREATE INDEX alert_resolved_idx ON alert (resolved_at_ms DESC) WHERE resolved_at_ms IS NOT NULL;
ALTER TABLE silence DROP COLUMN last_matched_ms;
