import { SilencePreviewInput } from '#lib/api/silences.ts';
import { previewSilence } from '#lib/service/silences.ts';
import { endpoint } from '../../../endpoint.ts';

export const POST = endpoint('viewer', { body: SilencePreviewInput }, async ({ body }, { context }) =>
  previewSilence(context, body),
);
