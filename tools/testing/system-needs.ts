import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian packages that some tests need, and the alternative commands that each provides. */
const NEEDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['chromium', ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']],
  ['nginx', ['nginx']],
  ['zsh', ['zsh']],
  ['fish', ['fish']],
]);
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
  if (missing.length === 0 || !isOurs) return;
  const began = performance.now();
  const isDone = await aptGet(['install', '--yes', '--no-install-recommends', ...missing]);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(
    isDone
      ? `✔ installed ${missing.join(' and ')} for the tests that need it (${seconds} s)`
      : `could not install ${missing.join(' and ')}: tests that need it skip (${seconds} s)`,
  );
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
