import { parseBase64, parseDecimal, parseHash } from './bytes.ts';
import { PROOF_HASHES_MAX } from './merkle.ts';
import { ProofError } from './proof-error.ts';

const MAGIC = 'c2sp.org/tlog-proof@v1';
const EXTRA_HEAD = 'extra ';

/** C2SP tlog-proof: one entry, its path, and the signed checkpoint that has the root. */
export type TlogProof = {
  readonly index: number;
  readonly hashes: readonly Uint8Array[];
  /** The signed note. */
  readonly checkpoint: string;
};

/** @throws ProofError */
export function parseProof(text: string): TlogProof {
  const end = text.indexOf('\n\n');
  const lines = text.slice(0, Math.max(end, 0)).split('\n');
  if (lines.shift() !== MAGIC) throw new ProofError(`The proof does not begin with "${MAGIC}".`);
  if (lines[0]?.startsWith(EXTRA_HEAD)) checkExtra(lines.shift() ?? '');
  const index = parseDecimal(/^index (.*)$/.exec(lines.shift() ?? '')?.[1] ?? '');
  if (index === undefined) throw new ProofError('The proof does not state the index of its entry.');
  const hashes = lines.map(parseHash).filter((hash) => hash !== undefined);
  if (hashes.length < lines.length || hashes.length > PROOF_HASHES_MAX) {
    throw new ProofError('A line of the path is not a SHA-256 hash.');
  }
  return { index, hashes, checkpoint: text.slice(end + 2) };
}

/** Data of its maker. It is not authenticated, so it is not used. */
function checkExtra(line: string): void {
  const extra = parseBase64(line.slice(EXTRA_HEAD.length));
  if (extra === undefined || extra.length === 0) throw new ProofError('Its "extra" is not base64.');
}
