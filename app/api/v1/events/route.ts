import { endpoint } from '../../endpoint.ts';
import { openHintStream } from '../../hint-stream.ts';

export const GET = endpoint('viewer', {}, async (_input, { request, databaseUrl }) =>
  openHintStream(request.signal, databaseUrl),
);
