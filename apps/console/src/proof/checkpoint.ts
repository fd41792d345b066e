import { parseDecimal, parseHash } from './bytes.ts';
import { ProofError } from './proof-error.ts';

/** C2SP tlog-checkpoint: the text of the note that the log signs. */
export type Checkpoint = {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
};

/** @throws ProofError */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = '', size = '', root = '', ...rest] = text.split('\n');
  const sizeNumber = parseDecimal(size);
  const rootBytes = parseHash(root);
  const isEnded = rest.pop() === '' && !rest.includes('');
  if (origin === '' || sizeNumber === undefined || rootBytes === undefined || !isEnded) {
    throw new ProofError('The checkpoint does not state a log, a size and a root.');
  }
  return { origin, size: sizeNumber, root: rootBytes };
}
