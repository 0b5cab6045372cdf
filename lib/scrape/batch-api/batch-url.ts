/** What a person gives is the base ("…:4080/v1"), the server, or the list itself; a query, as of Azure, stays. */
export function batchListUrl(url: string, after: string | null): string {
  const list = new URL(url);
  const path = list.pathname.replace(/\/+$/, '');
  if (!/\/batches$/.test(path)) list.pathname = /\/v\d+$/.test(path) ? `${path}/batches` : `${path}/v1/batches`;
  list.searchParams.set('limit', '100');
  if (after !== null) list.searchParams.set('after', after);
  return list.href;
}
