import { expect, it } from 'vitest';
import type { PageShape } from '#lib/scrape/page.ts';
import { rememberLabels } from '#lib/scrape/sources/remembered-labels.ts';

it('takes the labels of a series from the page once, until it has to forget them', () => {
  let taken = 0;
  const series = {
    name: 'up',
    family: 0,
    get labels() {
      taken += 1;
      return new Map([['engine', '0']]);
    },
  };
  const shape: PageShape = { families: [{ name: 'up', type: 'gauge', help: '', unit: '' }], series: [series] };
  const remembered = rememberLabels(shape);
  const [first] = remembered.shape.series;
  expect([first?.name, first?.family]).toEqual(['up', 0]);
  expect(first?.labels).toBe(first?.labels);
  expect(taken).toBe(1);
  remembered.forget();
  expect(first?.labels.get('engine')).toBe('0');
  expect(first?.labels.get('engine')).toBe('0');
  expect(taken).toBe(3);
});
