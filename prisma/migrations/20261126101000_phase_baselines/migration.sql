-- What is usual of an engine by phase (cold, warm, idle), and its speed against its own after warm-up. Model of prisma/schema.prisma.

ALTER TABLE subject_baseline
  ADD COLUMN phases jsonb,
  ADD COLUMN slowdown jsonb,
  ADD COLUMN slowdown_times double precision;
