-- Models that people enter for the planner, beside those that come with Headroom. Model of prisma/schema.prisma.

CREATE TABLE plan_model (
  id serial PRIMARY KEY,
  name text NOT NULL UNIQUE,
  shape jsonb NOT NULL,
  changed_by text NOT NULL,
  changed_at_ms bigint NOT NULL
);
