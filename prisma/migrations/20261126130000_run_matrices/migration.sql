-- A batch can be a cell of a test matrix: what it was run with, and what the file of a load generator says of it. A cell
-- whose file does not say when it ran has no place in time; its times are those of the import and nothing is measured.
ALTER TABLE run_batch
  ADD COLUMN params jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN result jsonb,
  ADD COLUMN timed boolean NOT NULL DEFAULT true;
