import type { RuleExportQuery } from '#lib/api/rules.ts';
import type { Pool } from '#lib/db/pool.ts';
import { loadRules } from '#lib/db/rules.ts';
import { loadSetting } from '#lib/db/settings.ts';
import { resolveSlo } from '#lib/metrics/slo.ts';
import { exportHeadroomRules } from '#lib/rules/headroom-export.ts';
import { DEFAULT_EXPORT_OPTIONS, exportPrometheusRules } from '#lib/rules/promql-export.ts';

/** `GET /rules/export` and `headroom export-rules`: every rule as YAML; what has no counterpart is named in a comment. */
export async function exportRules(db: Pool, query: RuleExportQuery): Promise<string> {
  const rules = (await loadRules(db)).map((stored) => stored.rule);
  if (query.format === 'headroom') return exportHeadroomRules(rules);
  const slo = resolveSlo(await loadSetting(db, 'slo'), null, { profile: query.profile, baselineRps: null });
  return exportPrometheusRules(rules, { ...DEFAULT_EXPORT_OPTIONS, profile: query.profile, slo }).yaml;
}
