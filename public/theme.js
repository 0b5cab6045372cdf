// Runs before the first paint so that theme and density never flash. A file, not inline: a strict CSP allows it.
try {
  const root = document.documentElement.dataset;
  const theme = localStorage.getItem('headroom-theme');
  const density = localStorage.getItem('headroom-density');
  if (theme === 'light' || theme === 'dark') root.theme = theme;
  if (density === 'compact') root.density = density;
} catch {
  // Storage may be forbidden; the defaults are then used.
}
