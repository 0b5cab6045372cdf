import { RuleExportQuery } from '#lib/api/rules.ts';
import { exportRules } from '#lib/service/export-rules.ts';
import { endpoint } from '../../../endpoint.ts';

export const GET = endpoint('viewer', { query: RuleExportQuery }, async ({ query }, { context }) => {
  const name = query.format === 'prometheus' ? 'headroom-rules.yml' : 'headroom-rules.yaml';
  return new Response(await exportRules(context.pool, query), {
    headers: {
      'Content-Type': 'application/yaml; charset=utf-8',
      'Content-Disposition': `attachment; filename="${name}"`,
      'Cache-Control': 'no-store',
    },
  });
});
