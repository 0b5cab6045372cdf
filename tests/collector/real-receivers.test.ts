import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { ChannelInput } from '#lib/api/channels.ts';
import { freePort } from '#lib/cli/postgres.ts';
import { channelFromInput } from '#lib/notify/channel.ts';
import { deliver } from '#lib/notify/deliver.ts';
import { alertNotification, type MessageAlert } from '#lib/notify/message.ts';
import { firingEpisode, newAlert } from '#tests/stored-alerts.ts';
import { until } from '#tests/until.ts';

const frame = (nowMs: number) => ({
  id: 'd-1',
  groupKey: 'g',
  installation: 'i',
  baseUrl: 'http://headroom.test',
  nowMs,
});

function alert(change: Partial<MessageAlert> = {}): MessageAlert {
  const base = newAlert(1);
  return {
    ...firingEpisode(Date.now() - 60_000),
    ...base,
    id: 17,
    targetName: 'qwen-a',
    owner: null,
    ackedAtMs: null,
    ackedBy: null,
    ackNote: null,
    ...change,
  };
}

function receiverOf(input: object) {
  const result = channelFromInput(ChannelInput.parse({ name: 'x', ...input }));
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result.channel;
}

type Sink = { readonly port: number; readonly mails: string[]; refuseWith: string | null; close(): void };

/** A mail server that keeps what it is given. */
async function startSmtpSink(): Promise<Sink> {
  const sink: { port: number; mails: string[]; refuseWith: string | null; close(): void } = {
    port: 0,
    mails: [],
    refuseWith: null,
    close: () => server.close(),
  };
  const server = net.createServer((socket) => {
    let mail: string | null = null;
    let rest = '';
    socket.write('220 sink\r\n');
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      rest += chunk.toString();
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        if (mail !== null) {
          if (line === '.') {
            sink.mails.push(mail);
            mail = null;
            socket.write('250 kept as 1\r\n');
          } else mail += `${line}\n`;
        } else if (/^RCPT/i.test(line) && sink.refuseWith !== null) socket.write(`${sink.refuseWith}\r\n`);
        else if (/^DATA/i.test(line)) {
          mail = '';
          socket.write('354 go on\r\n');
        } else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
        else socket.write('250 ok\r\n');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  sink.port = (server.address() as AddressInfo).port;
  return sink;
}

it('mail: arrives with its ids; a hostile name adds no header; 4xx is tried again, 5xx is final', async () => {
  const sink = await startSmtpSink();
  const receiver = receiverOf({
    kind: 'email',
    smtp_host: '127.0.0.1',
    smtp_port: sink.port,
    from: 'a@b.test',
    to: ['c@d.test'],
  });
  const message = (name: string) => alertNotification('firing', [alert({ subjectName: name })], frame(Date.now()));
  const sent = await deliver(message('x\r\nBcc: evil@e.test'), receiver, Date.now());
  expect(sent).toMatchObject({ outcome: 'ok', status: 250, answer: expect.stringContaining('kept as 1') });
  const [headers = '', body = ''] = sink.mails[0]?.split('\n\n', 2) ?? [];
  expect(headers).toMatch(/^Message-ID: <d-1@b\.test>$/m);
  expect(headers).toMatch(/^References: <alert-17\.i@b\.test>$/m);
  expect(headers).not.toMatch(/^Bcc:/m);
  expect(body).not.toBe('');
  sink.refuseWith = '451 try later';
  expect(await deliver(message('x'), receiver, Date.now())).toMatchObject({ outcome: 'retry', status: 451 });
  sink.refuseWith = '550 no such user';
  expect(await deliver(message('x'), receiver, Date.now())).toMatchObject({ outcome: 'dead', status: 550 });
  sink.close();
  expect(await deliver(message('x'), receiver, Date.now())).toMatchObject({ outcome: 'retry', status: null });
});

it('mail: a password is never sent over a line without TLS', async () => {
  const sink = await startSmtpSink();
  const receiver = receiverOf({
    kind: 'email',
    smtp_host: '127.0.0.1',
    smtp_port: sink.port,
    from: 'a@b.test',
    to: ['c@d.test'],
    username: 'u',
    password: 'canary',
  });
  const result = await deliver(alertNotification('firing', [alert()], frame(Date.now())), receiver, Date.now());
  expect(result.outcome).not.toBe('ok');
  expect(JSON.stringify([result, sink.mails])).not.toContain('canary');
  sink.close();
});

const ALERTMANAGER = ['alertmanager', 'prometheus-alertmanager'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);
const hasAmtool = spawnSync('amtool', ['--version']).status === 0;
if (ALERTMANAGER === undefined || !hasAmtool) {
  process.stderr.write(
    'Alertmanager and amtool are not on the PATH: that a real one takes our alerts is not tested here\n',
  );
}

it.runIf(ALERTMANAGER !== undefined && hasAmtool)(
  'a real Alertmanager takes alerts, shows them in amtool, and ends them',
  async () => {
    const dir = await mkdtemp(path.join(os.tmpdir(), 'headroom-am-'));
    const config = path.join(dir, 'am.yml');
    await writeFile(config, 'route: {receiver: none}\nreceivers: [{name: none}]\n');
    execFileSync('amtool', ['check-config', config]);
    const url = `http://127.0.0.1:${await freePort()}`;
    const child = spawn(
      ALERTMANAGER ?? '',
      [
        `--config.file=${config}`,
        `--storage.path=${dir}`,
        `--web.listen-address=${new URL(url).host}`,
        '--cluster.listen-address=',
      ],
      { stdio: 'ignore' },
    );
    try {
      await until(() =>
        fetch(`${url}/-/ready`).then(
          (each) => each.ok,
          () => false,
        ),
      );
      const receiver = receiverOf({ kind: 'alertmanager', url });
      const hostile = alert({ id: 18, ruleId: 'Hostile "rule"\n{}', labels: { host: '"}\n<b>', 'a-b': 'x' } });
      const firing = alertNotification('firing', [alert(), hostile], frame(Date.now()));
      expect(await deliver(firing, receiver, Date.now())).toMatchObject({ outcome: 'ok', status: 200 });
      const shown = (): Record<string, unknown>[] =>
        JSON.parse(execFileSync('amtool', ['alert', 'query', '-o', 'json', `--alertmanager.url=${url}`]).toString());
      await until(() => shown().length === 2);
      expect(shown().map((each) => (each.labels as Record<string, string>).alertname)).toContain('KvCacheNearlyFull');
      const ended = alert({ resolvedAtMs: Date.now(), endReason: 'recovered' });
      await deliver(alertNotification('resolved', [ended], frame(Date.now())), receiver, Date.now());
      await until(() => shown().length === 1);
    } finally {
      child.kill('SIGKILL');
      await rm(dir, { recursive: true, force: true });
    }
  },
);
