import { sha256 } from '@noble/hashes/sha2.js';
import { hex, parseBase64, parseHash, utf8 } from './bytes.ts';
import type { EntryClaim } from './check-entry.ts';
import { ProofError } from './proof-error.ts';

const HEAD = '{"countersign":"evidence","v":2}';

/** The claims of an evidence file, read strictly and not verified yet. */
export type EvidenceFile = {
  readonly rotations: readonly string[];
  readonly entries: readonly EntryClaim[];
  /** A signed note. */
  readonly checkpoint: string;
};

type JsonLine = Readonly<Record<string, unknown>>;

/**
 * Reads the format of `packages/ledger` (evidence-file.ts): JSON lines with one spelling, and the
 * SHA-256 of all bytes before the last line.
 * @throws ProofError
 */
export function parseEvidence(text: string): EvidenceFile {
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines[0] !== HEAD) throw new ProofError('It is not an evidence file.');
  const digestLine = lines.pop() ?? '';
  const covered = utf8(text.slice(0, text.length - digestLine.length - 1));
  if (digestLine !== JSON.stringify({ sha256: hex(sha256(covered)) })) {
    throw new ProofError('The digest in its last line does not match the evidence.');
  }
  const values = lines.slice(1).map(parseLine);
  const last = values.pop();
  const checkpoint = last?.['checkpoint'];
  if (last === undefined || !hasMembers(last, 'checkpoint') || typeof checkpoint !== 'string') {
    throw new ProofError('The evidence has no checkpoint.');
  }
  const firstEntry = values.findIndex((value) => !hasMembers(value, 'rotation'));
  if (firstEntry < 0) throw new ProofError('The evidence has no entry.');
  const rotations = values.slice(0, firstEntry).map(({ rotation }) => String(rotation));
  const entries = values.slice(firstEntry).map(entryOf);
  if (new Set(entries.map(({ index }) => index)).size < entries.length) {
    throw new ProofError('The evidence has an entry twice.');
  }
  return { rotations, entries, checkpoint };
}

function parseLine(line: string): JsonLine {
  try {
    const value: unknown = JSON.parse(line);
    const isObject = typeof value === 'object' && value !== null;
    if (isObject && JSON.stringify(value) === line) return value as JsonLine;
  } catch {
    // Reported below, together with lines that are spelled differently.
  }
  throw new ProofError('A line of the evidence is not canonical JSON.');
}

function hasMembers(value: JsonLine, ...names: readonly string[]): boolean {
  return Object.keys(value).join() === names.join();
}

function entryOf(value: JsonLine): EntryClaim {
  const { index, leaf, salt, body, proof } = value;
  const hashes = Array.isArray(proof) ? proof.map((hash) => parseHash(String(hash))) : [undefined];
  const isEntry = hasMembers(value, 'index', 'leaf', 'salt', 'body', 'proof');
  if (!isEntry || typeof index !== 'number' || typeof leaf !== 'string') {
    throw new ProofError('A line of the evidence is not an entry.');
  }
  const path = hashes.filter((hash) => hash !== undefined);
  const content = contentOf(salt, body);
  if (path.length < hashes.length || content === undefined) {
    throw new ProofError(`Entry ${index} of the evidence is not in its format.`);
  }
  return { index, leaf, content, hashes: path };
}

function contentOf(salt: unknown, body: unknown): EntryClaim['content'] | undefined {
  if (salt === null && body === null) return 'erased';
  if (typeof salt !== 'string' || typeof body !== 'string') return undefined;
  const [saltBytes, bodyBytes] = [parseBase64(salt), parseBase64(body)];
  if (saltBytes === undefined || bodyBytes === undefined) return undefined;
  return { salt: saltBytes, body: bodyBytes };
}
