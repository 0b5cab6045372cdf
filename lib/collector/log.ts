export type Log = {
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
};

/** A line that comes again and again (a database that is away, tried every second) is written once in this time. */
const REPEAT_MS = 60_000;
const MOST_REMEMBERED = 1000;

/**
 * One readable line per event on stderr: `12:03:44 collector  warn  text`. Line ends in texts are folded. A warning or
 * error that repeats within a minute is held back; the next one says how often that was.
 */
export function createLog(
  part: string,
  write: (line: string) => void = (line) => process.stderr.write(line),
  clock: () => number = Date.now,
): Log {
  const line = (level: string, text: string): void => {
    const folded = text.replaceAll(/[\r\n]+/g, ' | ');
    write(`${new Date(clock()).toISOString()} ${part.padEnd(9)} ${level.padEnd(5)} ${folded}\n`);
  };
  const written = new Map<string, { readonly atMs: number; heldBack: number }>();
  const once = (level: string, text: string): void => {
    const nowMs = clock();
    const key = `${level} ${text}`;
    const before = written.get(key);
    if (before !== undefined && nowMs - before.atMs < REPEAT_MS) {
      before.heldBack++;
      return;
    }
    if (written.size >= MOST_REMEMBERED) written.clear();
    written.set(key, { atMs: nowMs, heldBack: 0 });
    const heldBack = before?.heldBack ?? 0;
    line(level, heldBack === 0 ? text : `${text} (${heldBack} times more since the last such line)`);
  };
  return {
    info: (text) => line('info', text),
    warn: (text) => once('warn', text),
    error: (text) => once('error', text),
  };
}

/** The text of anything thrown. */
export function errorText(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(errorText).join('; ');
  return error instanceof Error ? error.message : String(error);
}
