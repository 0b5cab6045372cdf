-- What is promised of a target's engines; the promise for all is a setting.
ALTER TABLE target ADD COLUMN slo jsonb;

-- How many minutes of each ten kept the promise of an engine. Made like a roll-up, and made again where that is set back.
CREATE TABLE sla_minutes (
  at_ms bigint NOT NULL,
  subject_id integer NOT NULL REFERENCES subject (id) ON DELETE CASCADE ON UPDATE CASCADE,
  met integer NOT NULL,
  missed integer NOT NULL,
  unknown integer NOT NULL,
  PRIMARY KEY (at_ms, subject_id)
);
INSERT INTO rollup_state (name, done_until_ms, version) VALUES ('sla_minutes', 0, 0);
