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
 * A file system of its own, where this machine lets us have one. What is written between two looks
 * at what is left has to fit into what a test leaves: a hundredth of 64 MB was too little for
 * a fast machine, which filled it to the brim before the enforcement points shut.
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

/** Why there can be none; false where there can. */
export function withoutMount(root: string): string | false {
  const path = join(root, 'may-mount');
  mkdirSync(path);
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path]);
  if (status !== 0) return 'this user may not mount a small disk';
  spawnSync('umount', [path]);
  return false;
}
