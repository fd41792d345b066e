import {
  type DirectoryFile,
  type DirectoryFileBody,
  KNOWLEDGE_KINDS,
  Knowledge,
  type PolicyInForceBody,
  PolicySet,
  type PolicySource,
  type PolicyTextBody,
  type Register,
  type RegisterBody,
  statedDoor,
} from '../access/index.ts';
import { assert, type EntryKind, msOfInstant, type RecordDraft } from '../core/index.ts';
import type { LedgerReader } from '../ledger/index.ts';
import { catchUp } from './catch-up.ts';
import { ownEntry } from './own-entries.ts';
import type { Writer } from './writer.ts';

type KnowledgeSource = {
  readonly books: { acts(kind: string, fromIndex: number): readonly number[] };
  readonly reader: Pick<LedgerReader, 'body' | 'leaf' | 'size'>;
};

/** What deciding rests on, read from the ledger once and followed from there. */
export class KnowledgeFeed {
  readonly knowledge: Knowledge = new Knowledge();
  readonly #source: KnowledgeSource;
  #next = 0;

  private constructor(source: KnowledgeSource) {
    this.#source = source;
  }

  /** Without anything read yet. */
  static of(source: KnowledgeSource): KnowledgeFeed {
    return new KnowledgeFeed(source);
  }

  static async open(source: KnowledgeSource): Promise<KnowledgeFeed> {
    const feed = new KnowledgeFeed(source);
    await feed.follow();
    return feed;
  }

  /**
   * Reads what is new in the books. The reader MUST see as far as they do. Tells the moment from
   * which on a sign-in may be judged otherwise than before.
   */
  async follow(): Promise<number> {
    const { books, reader } = this.#source;
    const found = KNOWLEDGE_KINDS.flatMap((kind) =>
      books.acts(kind, this.#next).map((index): [number, EntryKind] => [index, kind]),
    );
    const fresh = found.filter(([index]) => index < reader.size).sort(([a], [b]) => a - b);
    let fromMs = Number.POSITIVE_INFINITY;
    for (const [index, kind] of fresh) {
      const body = await reader.body(index);
      this.#next = index + 1;
      if (body.kind !== 'present') continue;
      const { leaf } = await reader.leaf(index);
      const sinceMs = this.knowledge.apply(kind, parsed(body.bytes), msOfInstant(leaf.at));
      fromMs = Math.min(fromMs, sinceMs);
    }
    return fromMs;
  }
}

/** Says the text of policies, unless the ledger has that version. */
export function policyTextEntries(
  { version }: PolicySet,
  source: PolicySource,
  knowledge: Knowledge,
  atMs: number,
): readonly RecordDraft[] {
  if (knowledge.hasText(version)) return [];
  const { schema, policies } = source;
  const doors = source.doors?.map(statedDoor);
  const body: PolicyTextBody = { v: 1, what: 'text', version, schema, policies, doors };
  return [ownEntry('policy', atMs, body, `policy ${version}`)];
}

export type InForce = {
  readonly source: PolicySource;
  readonly directory: { readonly file: string; readonly read: DirectoryFile } | undefined;
  readonly register: { readonly file: string; readonly read: Register } | undefined;
  readonly by: string;
  /** What the ledger says, where it was read already: reading it takes a while. */
  readonly knowledge?: Knowledge | undefined;
};

/** Puts policies in force, with the directory and the register that were written for them. */
export async function putInForce(
  writer: Writer,
  { source, directory, register, by, ...known }: InForce,
): Promise<{ readonly version: string; readonly entries: readonly number[] }> {
  const knowledge = known.knowledge ?? (await KnowledgeFeed.open(writer)).knowledge;
  const set = PolicySet.parse(source);
  const { version } = set;
  const atMs = writer.clock.now();
  const drafts = [...policyTextEntries(set, source, knowledge, atMs)];
  if (directory !== undefined) {
    drafts.push(ownEntry('directory', atMs, directoryFileBody(directory, atMs)));
  }
  if (register !== undefined) {
    const { file, read } = register;
    const body: RegisterBody = { v: 1, what: 'register', file, readMs: atMs, register: read };
    drafts.push(ownEntry('directory', atMs, body));
  }
  if (knowledge.inForce !== version) {
    const body: PolicyInForceBody = { v: 1, what: 'in-force', version, by, atMs };
    drafts.push(ownEntry('policy', atMs, body));
  }
  const appended = await writer.ledger.append(drafts);
  await catchUp(writer);
  assert(appended.length === drafts.length, 'every draft has its outcome');
  return { version, entries: appended.map(({ index }) => index) };
}

/** What a directory file says, as an entry holds it. */
export function directoryFileBody(
  { file, read }: NonNullable<InForce['directory']>,
  readMs: number,
): DirectoryFileBody {
  return { v: 1, what: 'file', file, readMs, directory: read };
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    // Nobody but us writes these; what cannot be read says nothing, and fsck tells why.
    return undefined;
  }
}
