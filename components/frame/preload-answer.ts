import { preload } from 'react-dom';

/** Lets the browser ask the API for what a page will show while it still loads the page's code. `path` as `request` gets it. */
export function preloadAnswer(path: string): void {
  preload(`/api/v1${path}`, { as: 'fetch', crossOrigin: 'anonymous' });
}
