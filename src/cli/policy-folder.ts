import { join, resolve } from 'node:path';
import type { Context } from './context.ts';
import { ownPackage } from './own-package.ts';

/** The folder that is named, else the policies that come with the program. */
export function policyFolder({ cwd }: Context, dir: string | undefined): string {
  return dir === undefined ? join(ownPackage().folder, 'content', 'policies') : resolve(cwd, dir);
}
