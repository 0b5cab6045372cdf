import { planReports } from '#lib/service/plan.ts';
import { endpoint } from '../../../endpoint.ts';

export const GET = endpoint('viewer', {}, async () => planReports());
