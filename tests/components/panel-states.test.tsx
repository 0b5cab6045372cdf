import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { PanelLoading } from '#components/panel/panel-states.tsx';

it('a panel out of view, which asks for nothing, does not say that the database takes long', () => {
  const waiting = renderToStaticMarkup(<PanelLoading height={100} />);
  const outOfView = renderToStaticMarkup(<PanelLoading height={100} isAsked={false} />);
  expect(waiting).toContain('takes long');
  expect(waiting).toContain('aria-busy="true"');
  expect(outOfView).not.toContain('takes long');
  expect(outOfView).toContain('aria-busy="false"');
});
