import { join } from 'node:path';
import { contentFolder } from '../../config/installed-package.ts';

/** The named folder, else the policies that come with the program. */
export function policyFolder(dir: string | undefined): string {
  return dir ?? join(contentFolder(), 'policies');
}
