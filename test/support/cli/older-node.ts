import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A Node on this machine's PATH that is too old for the program itself, as users have it. */
export function olderNode(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const candidates = [...new Set(folders.map((folder) => join(folder, 'node')))];
  return candidates.filter(existsSync).find((candidate) => {
    const { stdout } = spawnSync(candidate, ['--version'], { encoding: 'utf8' });
    const major = Number(/^v(\d+)\./.exec(stdout)?.[1]);
    return major >= 20 && major < 24;
  });
}

/** For a test's `skip`: false if such a Node exists, otherwise the reason. */
export const withoutOlderNode: string | false =
  olderNode() === undefined ? 'no Node 20 to 23 on the PATH of this machine' : false;
