import { describe, expect, it } from 'vitest';
import { formatConfigErrors, parseConfig } from '#lib/config/parse-config.ts';

const GOOD = `targets:
  - {name: qwen-a, source: vllm, url: "http://gpu-01:8000/metrics", interval: 5s, labels: {host: gpu-01},
     baseline_rps: 202, profile: relative, gpus: [0], auth: {bearer_file: /run/secrets/qwen}}
  - {name: gpu-01, source: auto, url: "http://gpu-01:9835/metrics", labels: {host: gpu-01}}
  - {name: local, source: nvidia-smi}
discovery: [{file: "targets/*.json"}, {http: "http://sd/targets"}]
retention: {raw: 48h, minute: 30d, hour: 2y}
`;

function faults(text: string): string {
  const parsed = parseConfig(text);
  return parsed.ok ? 'ok' : formatConfigErrors('headroom.yaml', parsed.errors);
}

describe('a good file', () => {
  it('is read as a whole', () => {
    const parsed = parseConfig(GOOD);
    expect(parsed.ok && parsed.targets.map((target) => target.name)).toEqual(['qwen-a', 'gpu-01', 'local']);
    expect(parsed.ok && parsed.targets[0]).toMatchObject({
      intervalMs: 5000,
      baselineRps: 202,
      gpus: ['0'],
      auth: { kind: 'bearer', token: { file: '/run/secrets/qwen' } },
    });
    expect(parsed.ok && parsed.config.retention).toEqual({
      raw: 172_800_000,
      minute: 2_592_000_000,
      hour: 63_072_000_000,
    });
  });
  it('brings its own rules and chooses packs', () => {
    const parsed = parseConfig(
      'rules:\n  packs: [reports]\n  custom:\n    - {id: Mine, expr: queue_depth > 5, for: 5m, severity: critical}\n',
    );
    expect(parsed.ok && parsed.config.rules.packs).toEqual(['reports']);
    expect(parsed.ok && parsed.rules).toMatchObject([
      { id: 'Mine', scope: 'engine', forMs: 300_000, keepFiringMs: 120_000, severity: 'critical', pack: null },
    ]);
  });
  it('uses every pack when none is named', () => {
    const parsed = parseConfig('{}');
    expect(parsed.ok && parsed.config.rules.packs).toEqual(['reports', 'slo', 'collection', 'gpu']);
  });
  it('may hold nothing but comments', () => expect(faults('# nothing yet\n')).toBe('ok'));
});

describe('a bad file is refused with line, key and what was expected', () => {
  const cases: [string, string, RegExp][] = [
    ['not YAML', 'targets:\n  - {name: a', /^headroom\.yaml:\d+: not valid YAML/],
    [
      'unknown key',
      'targets:\n  - name: a\n    urll: http://x/metrics\n',
      /^headroom\.yaml:3: targets\[0\]\.urll: unknown key; did you mean url\?/,
    ],
    [
      'two unknown keys, each on its own line',
      'targets:\n  - name: a\n    urll: http://x/metrics\n    colour: red\n',
      /^headroom\.yaml:3: targets\[0\]\.urll: .*\nheadroom\.yaml:4: targets\[0\]\.colour: unknown key; expected one of name, source, url, /,
    ],
    [
      'an unknown key inside a key that may be left out',
      'fast_polling: {hold: 2m, max_target: 3}\n',
      /^headroom\.yaml:1: fast_polling\.max_target: unknown key; did you mean max_targets\?/,
    ],
    [
      'an unknown key in one of several forms',
      'discovery:\n  - {http: "http://sd/x", intervall: 5s}\n',
      /^headroom\.yaml:2: discovery\[0\]\.intervall: unknown key; did you mean interval\?/,
    ],
    [
      'a rule whose expression is wrong',
      'rules:\n  custom:\n    - id: A\n      expr: queue_dept > 5\n',
      /:4: rules\.custom\[0\]\.expr: position 1: .*did you mean queue_depth\?/,
    ],
    [
      'a literal form of another kind',
      'rules:\n  custom:\n    - {id: A, expr: queue_depth > 5, literal: gpu_temperature > 80}\n',
      /:3: rules\.custom\[0\]\.literal: position 1/,
    ],
    [
      'a rule named like one of a pack',
      'rules:\n  custom:\n    - {id: TargetDown, expr: queue_depth > 5}\n',
      /:3: rules\.custom\[0\]\.id: "TargetDown" is already a rule of the pack collection/,
    ],
    [
      'a rule named twice',
      'rules:\n  custom:\n    - {id: A, expr: queue_depth > 5}\n    - {id: A, expr: queue_depth > 6}\n',
      /:4: rules\.custom\[1\]\.id: "A" is already the id of rules\.custom\[0\]/,
    ],
    ['an unknown pack', 'rules:\n  packs: [report]\n', /:2: rules\.packs\[0\]/],
    ['unknown section', 'target:\n  - name: a\n', /^headroom\.yaml:1: target: unknown key; did you mean targets\?/],
    ['missing url', 'targets:\n  - name: a\n    interval: 5s\n', /^headroom\.yaml:2: targets\[0\]\.url: is missing/],
    [
      'not a url',
      'targets:\n  - {name: a, url: "gpu-01:8000/metrics"}\n',
      /:2: targets\[0\]\.url: .*cannot be polled: expected http/,
    ],
    [
      'bad interval',
      'targets:\n  - name: a\n    url: http://x/m\n    interval: 5\n',
      /:4: targets\[0\]\.interval: expected a duration/,
    ],
    [
      'interval too short',
      'targets:\n  - name: a\n    url: http://x/m\n    interval: 10ms\n',
      /:4: targets\[0\]\.interval: "10ms" is not a duration from 1s to 1h/,
    ],
    [
      'unknown source',
      'targets:\n  - {name: a, url: "http://x/m", source: vlm}\n',
      /:2: targets\[0\]\.source: .*expected one of.*"vllm"/,
    ],
    [
      'same name twice',
      'targets:\n  - {name: a, url: "http://x/m"}\n  - {name: a, url: "http://y/m"}\n',
      /:3: targets\[1\]\.name: "a" is already the name of the target on line 2/,
    ],
    [
      'two ways to sign in',
      'targets:\n  - name: a\n    url: http://x/m\n    auth: {bearer: t, basic: {username: u, password: p}}\n',
      /:4: targets\[0\]\.auth: expected one of bearer, basic, header/,
    ],
    ['password in the url', 'targets:\n  - {name: a, url: "http://u:p@x/m"}\n', /use auth\.basic/],
    ['no yes or no', 'runs:\n  detect: sometimes\n', /:2: runs\.detect: .*boolean/],
    ['bad retention', 'retention:\n  raw: forever\n', /:2: retention\.raw: "forever" is not a duration/],
    [
      'an interval as a number',
      'targets: [{name: a, url: "http://x", interval: 5}]',
      /expected a duration such as "5s"/,
    ],
    ['retention in minutes for months', 'retention: {hour: 2m}', /retention\.hour: at least 1d/],
    ['retention as a number', 'retention: {raw: 48}', /retention\.raw: expected a duration such as "48h"/],
    ['auth without any', 'targets: [{name: a, url: "http://x", auth: {}}]', /\.auth: expected one of .*; found none/],
    ['an empty secret', 'targets: [{name: a, url: "http://x", auth: {bearer: ""}}]', /\.auth\.bearer: is empty/],
    ['an empty file', '\n', /:1: the file is empty/],
    ['bad discovery', 'discovery:\n  - {https: "http://sd"}\n', /:2: discovery\[0\]/],
    ['a list as root', '- a\n- b\n', /:1: expected object/],
    [
      'alias bomb',
      `a: &a [x,x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 9 }, (_, i) => `${'bcdefghij'[i]}: &${'bcdefghij'[i]} [${Array(10).fill(`*${'abcdefghij'[i]}`).join(',')}]`).join('\n')}\n`,
      /too many YAML aliases|unknown key/,
    ],
  ];
  it.each(cases)('%s', (_name, text, message) => expect(faults(text)).toMatch(message));

  it('all faults at once, so that one run is enough', () => {
    const parsed = parseConfig('targets:\n  - {name: a, url: "x:/"}\n  - {name: b}\n');
    expect(!parsed.ok && parsed.errors.map((error) => error.line)).toEqual([2, 3]);
  });
});
