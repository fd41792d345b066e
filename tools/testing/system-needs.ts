import { spawn, spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian packages that some tests need, and the alternative commands that each provides. */
const NEEDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['chromium', ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']],
  ['nginx', ['nginx']],
  ['zsh', ['zsh']],
  ['fish', ['fish']],
  ['rsyslog', ['rsyslogd']],
  ['rsyslog-openssl', ['rsyslogd']],
  ['prometheus', ['promtool']],
]);

/** Debian has no two syslog daemons at once, so the second one is only unpacked, to this folder. */
const UNPACKED = 'syslog-ng-core';
export const SYSLOG_NG_FOLDER = '/usr/local/lib/countersign-tests/syslog-ng';
/** The tests must not wait for a mirror that does not answer. */
const INSTALL_TIMEOUT_MS = 90_000;

const APT = '/usr/bin/apt-get';
const SERVICE_MANAGER = '/run/systemd/system';

/**
 * Installs what tests need beyond npm, but only where that is safe: as root of a Debian without a
 * service manager, which is a container or a build machine. On a person's own machine it installs
 * nothing and starts no service; those tests skip and say how to install. Never rejects.
 */
export async function installSystemNeeds(): Promise<void> {
  const missing = [...NEEDS].flatMap(([name, commands]) => (commands.some(isThere) ? [] : [name]));
  const isOurs = process.getuid?.() === 0 && existsSync(APT) && !existsSync(SERVICE_MANAGER);
  if (!isOurs) return;
  await unpackSyslogNg();
  if (missing.length === 0) return;
  const began = performance.now();
  const isDone = await aptGet(['install', '--yes', '--no-install-recommends', ...missing]);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(
    isDone
      ? `✔ installed ${missing.join(' and ')} for the tests that need it (${seconds} s)`
      : `could not install ${missing.join(' and ')}: tests that need it skip (${seconds} s)`,
  );
}

/** With the libraries that it needs and this machine has not. Failing, its tests skip. */
async function unpackSyslogNg(): Promise<void> {
  if (existsSync(SYSLOG_NG_FOLDER)) return;
  const archives = `${SYSLOG_NG_FOLDER}.archives`;
  mkdirSync(join(archives, 'partial'), { recursive: true });
  const download = ['--download-only', '-o', `Dir::Cache::archives=${archives}`, UNPACKED];
  const install = ['install', '--yes', '--no-install-recommends', ...download];
  const partial = `${SYSLOG_NG_FOLDER}.partial`;
  mkdirSync(partial, { recursive: true });
  const isDone =
    (await aptGet(install)) &&
    globSync(join(archives, '*.deb')).every(
      (file) => spawnSync('dpkg-deb', ['--extract', file, partial]).status === 0,
    );
  if (isDone) renameSync(partial, SYSLOG_NG_FOLDER);
  rmSync(archives, { recursive: true });
  console.log(isDone ? '✔ unpacked syslog-ng for the tests that need it' : 'no syslog-ng here');
}

function isThere(command: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return [...folders, '/usr/sbin'].some((folder) => existsSync(join(folder, command)));
}

function aptGet(args: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(APT, args, {
      stdio: 'ignore',
      timeout: INSTALL_TIMEOUT_MS,
      killSignal: 'SIGKILL',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    child.once('error', () => resolve(false));
    child.once('close', (code) => resolve(code === 0));
  });
}
