import { openApiDocument } from '#lib/api/openapi.ts';
import { VERSION } from '#lib/service/version.ts';
import { endpoint } from '../../endpoint.ts';

export const GET = endpoint('viewer', {}, async () => openApiDocument(VERSION));
