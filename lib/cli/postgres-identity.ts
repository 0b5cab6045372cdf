import { spawnSync } from 'node:child_process';
import { chownSync, readFileSync } from 'node:fs';

/** How Postgres's programs are run. Postgres refuses to be root, so root runs them as an unprivileged user. */
export type PostgresIdentity = {
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  /** Who must own the files that Postgres reads; undefined for an ordinary user. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
  /** Put in front of every command. */
  readonly prefix: readonly string[];
};

/**
 * For an ordinary user: themselves. For root: the system's `postgres` or `nobody`, and where that user cannot enter the
 * checkout or the data directory, the same user with the right to pass closed folders (setpriv, CAP_DAC_OVERRIDE).
 * Throws with what to do when neither works.
 */
export function postgresIdentity(binary: string, clusterDir: string): PostgresIdentity {
  if (process.getuid?.() !== 0) return { uid: undefined, gid: undefined, owner: undefined, prefix: [] };
  const user = findUser('postgres') ?? findUser('nobody');
  if (user === undefined)
    throw new Error(
      'running as root needs a user named postgres or nobody on this system: Postgres refuses to run as root',
    );
  chownSync(clusterDir, user.uid, user.gid);
  const owner = { uid: user.uid, gid: user.gid };
  const plain: PostgresIdentity = { ...owner, owner, prefix: [] };
  if (canReach(plain, binary, clusterDir)) return plain;
  const privileged: PostgresIdentity = {
    uid: undefined,
    gid: undefined,
    owner,
    prefix: [
      'setpriv',
      `--reuid=${user.uid}`,
      `--regid=${user.gid}`,
      '--clear-groups',
      '--securebits=+no_setuid_fixup',
      '--inh-caps=+dac_override',
      '--ambient-caps=+dac_override',
      '--',
    ],
  };
  if (canReach(privileged, binary, clusterDir)) return privileged;
  throw new Error(
    `Postgres runs as user ${user.name} (it refuses to be root), who can enter neither ${binary} nor ${clusterDir}, and setpriv cannot help here: ` +
      'start Headroom as an ordinary user, move it out of the closed folder, or give DATABASE_URL',
  );
}

function findUser(name: string): { readonly name: string; readonly uid: number; readonly gid: number } | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid === undefined || gid === undefined ? undefined : { name, uid: Number(uid), gid: Number(gid) };
}

function canReach(identity: PostgresIdentity, binary: string, clusterDir: string): boolean {
  const [command, ...args] = [
    ...identity.prefix,
    'sh',
    '-c',
    '"$0" --version && cd "$1" && test -w .',
    binary,
    clusterDir,
  ];
  const result = spawnSync(command ?? 'sh', args, { uid: identity.uid, gid: identity.gid, stdio: 'ignore', cwd: '/' });
  return result.status === 0;
}
