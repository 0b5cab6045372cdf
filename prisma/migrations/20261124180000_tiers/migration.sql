-- A day and a week are drawn in steps of 10 minutes and more: rows of that width are a tenth of those of a minute.
CREATE TABLE engine_10m (LIKE engine_1m INCLUDING DEFAULTS, PRIMARY KEY (subject_id, at_ms, layout_id)) PARTITION BY RANGE (at_ms);
CREATE TABLE gpu_10m (LIKE gpu_1m INCLUDING DEFAULTS, PRIMARY KEY (subject_id, at_ms, layout_id)) PARTITION BY RANGE (at_ms);
CREATE INDEX engine_10m_at ON engine_10m USING brin (at_ms) WITH (pages_per_range = 16, autosummarize = on);
CREATE INDEX gpu_10m_at ON gpu_10m USING brin (at_ms) WITH (pages_per_range = 16, autosummarize = on);

-- Histograms of all engines together, by bucket layout: sums of the rows of the same tier.
CREATE TABLE engine_fleet_1m (
  at_ms bigint NOT NULL,
  layout_id integer NOT NULL,
  h_ttft_s real[],
  h_ttft_s_sum double precision,
  h_itl_s real[],
  h_itl_s_sum double precision,
  h_tpot_s real[],
  h_tpot_s_sum double precision,
  h_e2e_s real[],
  h_e2e_s_sum double precision,
  h_queue_s real[],
  h_queue_s_sum double precision,
  h_prefill_s real[],
  h_prefill_s_sum double precision,
  h_decode_s real[],
  h_decode_s_sum double precision,
  h_inference_s real[],
  h_inference_s_sum double precision,
  h_request_prompt_tokens real[],
  h_request_prompt_tokens_sum double precision,
  h_request_generation_tokens real[],
  h_request_generation_tokens_sum double precision,
  h_iteration_tokens real[],
  h_iteration_tokens_sum double precision,
  h_kv_block_lifetime_s real[],
  h_kv_block_lifetime_s_sum double precision,
  PRIMARY KEY (at_ms, layout_id)
) PARTITION BY RANGE (at_ms);
CREATE TABLE engine_fleet_10m (LIKE engine_fleet_1m, PRIMARY KEY (at_ms, layout_id)) PARTITION BY RANGE (at_ms);
CREATE TABLE engine_fleet_1h (LIKE engine_fleet_1m, PRIMARY KEY (at_ms, layout_id)) PARTITION BY RANGE (at_ms);

INSERT INTO rollup_state (name, done_until_ms) VALUES
  ('engine_10m', 0), ('gpu_10m', 0), ('engine_fleet_1m', 0), ('engine_fleet_10m', 0), ('engine_fleet_1h', 0);

-- Gaps are made from failed polls, which are few among the many.
CREATE INDEX scrape_failed ON scrape (target_id, at_ms) WHERE NOT ok;
