import { COLLECTION_RULES } from '#lib/rules/packs/collection.ts';
import { GPU_RULES } from '#lib/rules/packs/gpu.ts';
import { REPORT_RULES } from '#lib/rules/packs/reports.ts';
import { SLO_RULES } from '#lib/rules/packs/slo.ts';
import type { Rule } from '#lib/rules/rule.ts';

/** Every rule that comes with Headroom; ids are unique and never change, since alerts and changes refer to them. */
export const BUILT_IN_RULES: readonly Rule[] = [...REPORT_RULES, ...SLO_RULES, ...COLLECTION_RULES, ...GPU_RULES];
