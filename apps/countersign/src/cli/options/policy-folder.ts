import { join, resolve } from 'node:path';
import { contentFolder } from '../../config/installed-package.ts';
import type { Context } from '../process/command-context.ts';

/** The folder that is named, else the policies that come with the program. */
export function policyFolder({ cwd }: Context, dir: string | undefined): string {
  return dir === undefined ? join(contentFolder(), 'policies') : resolve(cwd, dir);
}
