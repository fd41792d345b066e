import { join } from 'node:path';
import { contentFolder } from '../../config/installed-package.ts';

/** The folder that is named, else the policies that come with the program. */
export function policyFolder(dir: string | undefined): string {
  return dir ?? join(contentFolder(), 'policies');
}
