import { REPORT_BATCH_RULES } from '#lib/rules/packs/reports-batches.ts';
import { REPORT_LATENCY_AND_CACHE_RULES } from '#lib/rules/packs/reports-latency-cache.ts';
import { REPORT_LOAD_RULES } from '#lib/rules/packs/reports-load.ts';
import { REPORT_MEMORY_RULES } from '#lib/rules/packs/reports-memory.ts';
import type { Rule } from '#lib/rules/rule.ts';

/** The thresholds that the reports state, with their ids, severities and actions. */
export const REPORT_RULES: readonly Rule[] = [
  ...REPORT_LATENCY_AND_CACHE_RULES,
  ...REPORT_LOAD_RULES,
  ...REPORT_MEMORY_RULES,
  ...REPORT_BATCH_RULES,
];
