import { AppError } from '#lib/service/errors.ts';
import { problemResponse } from '../endpoint.ts';

/** What no other route takes: a script with a wrong path gets a problem, not a page. */
function unknownPath(request: Request): Response {
  const { pathname } = new URL(request.url);
  return problemResponse(new AppError('not-found', `there is no ${pathname}: /api/v1/openapi.json lists every path`));
}

export { unknownPath as DELETE, unknownPath as GET, unknownPath as PATCH, unknownPath as POST, unknownPath as PUT };
