import type { Context } from '../process/command-context.ts';
import { checkOutput, type OutputFlags } from '../process/output-file.ts';
import type { OwnFlag, OwnValues } from './binding.ts';

/** The flags of a command that can write its answer to a file. */
export function outputFlags(description: string, need: 'required' | 'optional'): OwnFlag[] {
  return [
    {
      ...{ flag: 'output', short: 'o', value: 'file', description },
      ...(need === 'required' && { isRequired: true }),
    },
    OVERWRITE_FLAG,
  ];
}

export const OVERWRITE_FLAG: OwnFlag = {
  flag: 'overwrite',
  description: 'replace an existing file',
};

export function outputOf(own: OwnValues): OutputFlags {
  const { output, overwrite } = own as { readonly output?: string; readonly overwrite?: boolean };
  return { output, overwrite: overwrite === true };
}

/** Refuses a file that exists before the operation runs. */
export function checkOutputOf(context: Context, own: OwnValues): void {
  checkOutput(context, outputOf(own));
}
