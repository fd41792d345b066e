import type { PolicySource } from '@countersign/policy';
import { z } from 'zod';
import { field } from '../definition/fields.ts';
import { policyFolder } from './policy-folder.ts';

/** A file of policies, by its name. */
type PolicyFile = { readonly file: string; readonly text: string };

/** The files of a policy folder, for a caller whose files are elsewhere. */
export type PolicyFiles = {
  readonly schema: PolicyFile;
  readonly policies: readonly PolicyFile[];
  /** As in `*.test.yaml`. */
  readonly tests?: readonly PolicyFile[] | undefined;
};

/** Policies by folder, by content, or those that come with the program. */
export type PolicyInput = {
  readonly dir?: string | undefined;
  readonly files?: PolicyFiles | undefined;
};

/** A folder has a few dozen files. The longest have some thousand lines. */
const FILES_MAX = 200;
const FILE_CHARACTERS_MAX = 1_000_000;

const policyFile: z.ZodType<PolicyFile> = z.strictObject({
  file: z.string().min(1).max(200),
  text: z.string().max(FILE_CHARACTERS_MAX),
});

export const policyFiles: z.ZodType<PolicyFiles | undefined> = field(
  z
    .strictObject({
      schema: policyFile,
      policies: z.array(policyFile).min(1).max(FILES_MAX),
      tests: z.array(policyFile).max(FILES_MAX).optional(),
    })
    .optional(),
  'the files of the policies (default: those that come with the program)',
  { isForRemote: true },
);

/** The policies and tests that an input names. */
export async function policiesOf({ dir, files }: PolicyInput): Promise<{
  readonly source: PolicySource;
  readonly tests: readonly PolicyFile[];
}> {
  if (files === undefined) {
    const { readPolicyFolder } = await import('@countersign/policy');
    return readPolicyFolder(policyFolder(dir));
  }
  const { schema, policies, tests = [] } = files;
  return { source: { schema, policies }, tests };
}
