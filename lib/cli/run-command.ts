import { spawn } from 'node:child_process';
import os from 'node:os';
import { UsageError } from '#lib/cli/usage.ts';

/**
 * Runs a command in the foreground and gives its exit code; 128 + the signal's number where a signal ended it. What would
 * end this process is passed on to the command meanwhile, so that its end is seen. Throws UsageError when it cannot start.
 */
export async function runInForeground(command: readonly string[]): Promise<number> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { stdio: 'inherit' });
  // A terminal sends Ctrl-C to both; only what came to this process alone must be passed on.
  const onInterrupt = (): void => {};
  const onTerminate = (): void => void child.kill('SIGTERM');
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onTerminate);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.on('error', (error) => reject(new UsageError(`${file}: ${error.message}`)));
      child.on('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : os.constants.signals[signal])));
    });
  } finally {
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onTerminate);
  }
}
