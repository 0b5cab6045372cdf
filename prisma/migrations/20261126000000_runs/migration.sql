-- Runs and their batches. Models of prisma/schema.prisma.

CREATE TABLE run (
  id serial PRIMARY KEY,
  name text NOT NULL,
  kind text NOT NULL,
  origin text NOT NULL,
  engine_ids integer[] NOT NULL,
  labels jsonb NOT NULL DEFAULT '{}',
  notes text NOT NULL DEFAULT '',
  expected_rps double precision,
  expected_vram_bytes double precision,
  started_at_ms bigint NOT NULL,
  finished_at_ms bigint,
  verdict jsonb,
  created_by text NOT NULL,
  created_at_ms bigint NOT NULL,
  removed_at_ms bigint
);
CREATE INDEX run_started_idx ON run (started_at_ms DESC, id DESC) WHERE removed_at_ms IS NULL;

CREATE TABLE run_batch (
  run_id integer NOT NULL REFERENCES run (id) ON DELETE CASCADE ON UPDATE CASCADE,
  number integer NOT NULL,
  name text NOT NULL,
  target_id integer REFERENCES target (id) ON DELETE SET NULL ON UPDATE CASCADE,
  external_id text,
  state text NOT NULL,
  state_word text,
  notes text NOT NULL DEFAULT '',
  submitted_at_ms bigint,
  started_at_ms bigint NOT NULL,
  ended_at_ms bigint,
  reported jsonb NOT NULL DEFAULT '{}',
  measured jsonb,
  measured_at_ms bigint,
  PRIMARY KEY (run_id, number)
);
CREATE UNIQUE INDEX run_batch_external_key ON run_batch (target_id, external_id);
-- Boundaries of batches are marks on every panel.
CREATE INDEX run_batch_started_idx ON run_batch (started_at_ms);
CREATE INDEX run_batch_ended_idx ON run_batch (ended_at_ms) WHERE ended_at_ms IS NOT NULL;
CREATE INDEX run_batch_unmeasured_idx ON run_batch (ended_at_ms) WHERE measured IS NULL;
