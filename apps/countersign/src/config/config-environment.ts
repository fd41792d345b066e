import { statSync } from 'node:fs';
import { resolve } from 'node:path';

/** What the parser checks a configuration against: variables, files and the base folder. */
export type ConfigEnvironment = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Resolves a relative path against the folder of the configuration file. */
  readonly resolve: (path: string) => string;
  readonly kindOf: (path: string) => 'file' | 'other' | 'missing';
};

export function worldIn(folder: string, env: ConfigEnvironment['env']): ConfigEnvironment {
  return { env, resolve: (path) => resolve(folder, path), kindOf };
}

function kindOf(path: string): 'file' | 'other' | 'missing' {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 'missing';
  return stat.isFile() ? 'file' : 'other';
}
