import type { Doer, Writer } from '../pipeline/index.ts';
import { HandoverError } from './errors.ts';
import type { WorkHooks } from './handover-server.ts';
import type { Work } from './work.ts';
import { performImport } from './works/import.ts';

/** What a process brings to work, its own or another's. */
export type Performer = {
  readonly doer: Doer;
  /** Worker threads. */
  readonly lanes: number;
  readonly hooks: Pick<WorkHooks, 'signal' | 'progress'>;
  /** Only for work of its own. */
  readonly stdin?: AsyncIterable<Uint8Array> | undefined;
};

/** Does one writing command with the ledger that this process holds; the result is plain JSON. */
export async function perform(writer: Writer, work: Work, by: Performer): Promise<unknown> {
  switch (work.command) {
    case 'import':
      return performImport(writer, work, by);
    default:
      throw new HandoverError(
        'OTHER_VERSION',
        `the process that holds the ledger does not know the command "${work.command}": run one ` +
          'version of Countersign on one data folder',
      );
  }
}
