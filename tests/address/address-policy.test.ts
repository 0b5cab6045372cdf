import { expect, test } from 'vitest';
import { forbiddenAddress, forbiddenHost } from '#lib/address/address-policy.ts';

test('link-local and metadata addresses are refused in every spelling a URL can give them', () => {
  const spellings = [
    'http://169.254.169.254/',
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://0251.0376.0251.0376/',
    'http://169.254.43518/',
    'http://[::ffff:169.254.169.254]/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[64:ff9b::169.254.169.254]/',
    'http://[2002:a9fe:a9fe::1]/',
    'http://[fe80::1]/',
    'http://[febf::1]/',
    'http://[fd00:ec2::254]/',
    'http://100.100.100.200/',
    'http://metadata.google.internal/',
    'http://METADATA.google.internal./',
  ];
  for (const url of spellings) expect(forbiddenHost(new URL(url).hostname), url).toBeDefined();
});

test('ordinary addresses and names pass', () => {
  for (const host of [
    '127.0.0.1',
    '10.0.0.7',
    '192.168.1.1',
    '[::1]',
    '[2001:db8::1]',
    '[::ffff:10.0.0.1]',
    'gpu-01',
    'localhost',
    'fe80.example',
  ]) {
    expect(forbiddenHost(host), host).toBeUndefined();
  }
});

test('a zone does not hide a link-local address, and what is no address is refused', () => {
  expect(forbiddenAddress('fe80::1%eth0')).toBeDefined();
  expect(forbiddenAddress('not an address')).toBeDefined();
});
