import { existsSync } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { loadConfig } from '../../config/load-config.ts';
import { invalidInput } from '../definition/errors.ts';
import { configurationText, inventoryText } from './configuration-text.ts';
import { SECRET_FILES, type SetupPlan } from './setup-plan.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export type WrittenSetup = {
  /** Absolute paths, in the order of writing. */
  readonly files: readonly string[];
  readonly config: Config;
};

/**
 * Writes the configuration, the inventory and empty secret files, and checks them with the parser
 * of `serve`. Replaces no file: if one exists, nothing is written. If the check fails, nothing
 * stays.
 * @throws OperationError INVALID_INPUT, DocumentError CONFIG_INVALID
 */
export async function writeSetup(
  folder: string,
  plan: SetupPlan,
  env: Environment,
): Promise<WrittenSetup> {
  const contents = new Map<string, string>([
    ...secretFiles(plan).map((name) => [name, ''] as const),
    ['inventory.yaml', inventoryText(plan)],
    ['countersign.yaml', configurationText(plan)],
  ]);
  const files = [...contents.keys()].map((name) => join(folder, name));
  const existing = files.find((path) => existsSync(path));
  if (existing !== undefined) {
    throw invalidInput(
      `could not write the configuration: ${existing} exists. Name another folder with --to, or ` +
        'edit the file',
    );
  }
  const written: string[] = [];
  try {
    for (const [name, text] of contents) {
      const path = join(folder, name);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await writeNew(path, text);
      written.push(path);
    }
    return { files, config: loadConfig(join(folder, 'countersign.yaml'), withSecret(plan, env)) };
  } catch (error) {
    for (const path of written) await rm(path, { force: true });
    throw error;
  }
}

/** The variable need not be set yet: only the service needs it. */
function withSecret({ credential }: SetupPlan, env: Environment): Environment {
  return typeof credential === 'object' ? { [credential.env]: 'not set yet', ...env } : env;
}

/** The files that the operator fills. `serve` refuses an empty one with its path. */
function secretFiles({ credential }: SetupPlan): readonly string[] {
  if (credential === 'certificate') return [SECRET_FILES.certificate, SECRET_FILES.key];
  return credential === 'secret-file' ? [SECRET_FILES.secret] : [];
}

/** `wx`: another process may create the file meanwhile. */
async function writeNew(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
