import { listSignals } from '#lib/service/signals.ts';
import { endpoint } from '../../endpoint.ts';

export const GET = endpoint('viewer', {}, async () => listSignals());
