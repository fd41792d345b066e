import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type SmallDisk = Disposable & {
  readonly path: string;
  /** Leaves this share of it free. */
  readonly fill: (share: number) => void;
  readonly clear: () => void;
};

/**
 * A separate file system, if this machine allows one. Writes between two checks of the free space
 * must fit into what a test leaves. A hundredth of 64 MB was too little for a fast machine, which
 * filled it completely before the enforcement points stopped.
 */
export function smallDisk(root: string, megabytes: number): SmallDisk {
  const path = join(root, `disk-${megabytes}`);
  mkdirSync(path);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path]);
  const filler = join(path, 'filler');
  return {
    path,
    fill: (share) => {
      const { bavail, blocks, bsize } = statfsSync(path);
      writeFileSync(filler, Buffer.alloc((bavail - Math.floor(blocks * share)) * bsize));
    },
    clear: () => rmSync(filler),
    [Symbol.dispose]: () => void spawnSync('umount', ['-l', path]),
  };
}

/** Why it is impossible; false if it is possible. */
export function withoutMount(root: string): string | false {
  const path = join(root, 'may-mount');
  mkdirSync(path);
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path]);
  if (status !== 0) return 'this user may not mount a small disk';
  spawnSync('umount', [path]);
  return false;
}
