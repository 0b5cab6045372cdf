import { describe, expect, it } from 'vitest';
import { identify, type RequestFacts } from '#lib/service/access.ts';

const SETTINGS = { allowedHosts: [], bootstrapToken: 'secret', tokenRequired: false };
const facts = (parts: Partial<RequestFacts>): RequestFacts => ({
  ...{ method: 'POST', host: 'localhost:3000', origin: null, secFetchSite: null, authorization: null, person: null },
  ...parts,
});

describe('the local person goes by the name they chose', () => {
  it.each([
    [null, 'local'],
    ['Anna', 'Anna'],
    [encodeURIComponent('Łukasz 岡'), 'Łukasz 岡'],
    [encodeURIComponent(' Kim '), 'Kim'],
  ])('%s', (person, name) => expect(identify(facts({ person }), SETTINGS)).toEqual({ name, role: 'admin' }));

  it.each(['', '%20', 'a'.repeat(81), 'a%0Ax', '%E0%A4%A', '%00'])('refuses "%s"', (person) => {
    expect(() => identify(facts({ person }), SETTINGS)).toThrow(/Headroom-Person/);
  });

  it('but a token is a token', () => {
    const actor = identify(facts({ person: 'Anna', authorization: 'Bearer secret' }), SETTINGS);
    expect(actor.name).toBe('bootstrap token');
  });
});
