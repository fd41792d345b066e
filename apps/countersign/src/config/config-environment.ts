import { statSync } from 'node:fs';
import { resolve } from 'node:path';

/** What a configuration is checked against. */
export type ConfigEnvironment = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths in a file are meant from where the file lies. */
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
