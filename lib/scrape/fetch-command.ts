import { execFile } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import type { FetchFailureKind, FetchOutcome } from '#lib/scrape/fetch-outcome.ts';

export type CommandRequest = {
  /** A path, or a name looked up in PATH. Never a shell line. */
  readonly command: string;
  readonly args: readonly string[];
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
};

/** Runs a local command, such as nvidia-smi, and gives its output like a polled page. Never throws; kills it at the timeout. */
export function fetchCommand(request: CommandRequest): Promise<FetchOutcome> {
  const start = performance.now();
  const { command, args, timeoutMs, maxBodyBytes } = request;
  return new Promise((resolve) => {
    const fail = (kind: FetchFailureKind, message: string, bytes: number): void => {
      resolve({ ok: false, kind, message, bytes, durationMs: performance.now() - start });
    };
    execFile(
      command,
      [...args],
      {
        timeout: timeoutMs,
        maxBuffer: maxBodyBytes,
        killSignal: 'SIGKILL',
        windowsHide: true,
        encoding: 'utf8',
        // Numbers and dates in the plain spelling whatever the machine's language.
        env: { ...process.env, LC_ALL: 'C' },
      },
      (error, stdout, stderr) => {
        const bytes = Buffer.byteLength(stdout);
        if (error === null) {
          resolve({ ok: true, body: stdout, contentType: 'text/plain', bytes, durationMs: performance.now() - start });
          return;
        }
        const code: unknown = error.code;
        if (code === 'ENOENT') {
          fail(
            'command-missing',
            `${command} is not installed on this machine, or not in PATH. Set its path in the target.`,
            0,
          );
        } else if (code === 'EACCES') {
          fail('command-missing', `${command} is there but may not be run by this user.`, 0);
        } else if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') {
          fail('too-large', `${command} printed more than the limit of ${maxBodyBytes} bytes.`, bytes);
        } else if (error.killed === true) {
          fail(
            'command-failed',
            `${command} did not finish within ${timeoutMs} ms and was stopped. Is the driver hung?`,
            bytes,
          );
        } else {
          const said = (stderr.trim() || stdout.trim()).split('\n')[0] ?? '';
          const how = error.signal ? `was ended by ${error.signal}` : `ended with code ${String(code)}`;
          fail('command-failed', `${command} ${how}${said === '' ? '.' : `: ${said.slice(0, 200)}`}`, bytes);
        }
      },
    );
  });
}
