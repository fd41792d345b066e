import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './command-line.ts';

/** Others' data sets, which this repository does not hold. */
export function sharedData(name: string): string {
  return join(REPOSITORY, '..', 'shared', 'data', name);
}

/** For a test's `skip`: false where the data set is there, else the reason. */
export function withoutShared(...names: readonly string[]): string | false {
  const missing = names.find((name) => !existsSync(sharedData(name)));
  return missing === undefined ? false : `the data set ${missing} is not at ../shared/data`;
}
