import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './command-line.ts';

/** External data sets, which are not in this repository. */
export function sharedData(name: string): string {
  return join(REPOSITORY, '..', 'shared', 'data', name);
}

/** For a test's `skip`: false if the data set exists, otherwise the reason. */
export function withoutShared(...names: readonly string[]): string | false {
  const missing = names.find((name) => !existsSync(sharedData(name)));
  return missing === undefined ? false : `the data set ${missing} is not at ../shared/data`;
}
