export type Log = {
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
};

/** One readable line per event on stderr: `12:03:44 collector  warn  text`. Line ends in texts are folded. */
export function createLog(part: string, write: (line: string) => void = (line) => process.stderr.write(line)): Log {
  const line = (level: string, text: string): void => {
    const folded = text.replaceAll(/[\r\n]+/g, ' | ');
    write(`${new Date().toISOString()} ${part.padEnd(9)} ${level.padEnd(5)} ${folded}\n`);
  };
  return {
    info: (text) => line('info', text),
    warn: (text) => line('warn', text),
    error: (text) => line('error', text),
  };
}

/** The text of anything thrown. */
export function errorText(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(errorText).join('; ');
  return error instanceof Error ? error.message : String(error);
}
