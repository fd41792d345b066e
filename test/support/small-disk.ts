import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** A file system of its own, where this machine lets us have one. */
export function smallDisk(root: string, megabytes: number): Disposable & { readonly path: string } {
  const path = join(root, `disk-${megabytes}`);
  mkdirSync(path);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path]);
  return { path, [Symbol.dispose]: () => void spawnSync('umount', ['-l', path]) };
}

/** Why there can be none; false where there can. */
export function withoutMount(root: string): string | false {
  const path = join(root, 'may-mount');
  mkdirSync(path);
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path]);
  if (status !== 0) return 'this user may not mount a small disk';
  spawnSync('umount', [path]);
  return false;
}
