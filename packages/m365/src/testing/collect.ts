import type { RecordDraft } from '@countersign/core';
import type { ImportError } from '../errors.ts';
import type {
  Document,
  DocumentEnd,
  JsonObject,
  ReadContext,
  Reject,
} from '../importers/files/chunks/chunk.ts';
import { type Completeness, PageTally } from '../importers/files/chunks/completeness.ts';
import { readChunk } from '../importers/files/read-chunk.ts';
import { type Input, readInputs } from '../importers/files/read-inputs.ts';

export type ReadInputs = {
  readonly documents: Document[];
  readonly drafts: RecordDraft[];
  readonly values: JsonObject[];
  readonly rejects: Reject[];
  readonly refused: { readonly name: string; readonly error: ImportError }[];
  readonly ends: DocumentEnd[];
  /** The completeness statements of each document, in order. */
  readonly completeness: (readonly Completeness[])[];
};

const CONTEXT: ReadContext = { importNumber: 7, tenant: undefined };

/** Runs both halves of reading in order, like the ingest pipeline. */
export async function collect(
  inputs: readonly Input[],
  options: { readonly chunkBytes?: number } = {},
  context: ReadContext = CONTEXT,
): Promise<ReadInputs> {
  const found: ReadInputs = {
    documents: [],
    drafts: [],
    values: [],
    rejects: [],
    refused: [],
    ends: [],
    completeness: [],
  };
  let tally = new PageTally();
  let completeness: Completeness[] = [];
  let before = 0;
  for await (const event of readInputs(inputs, options)) {
    switch (event.kind) {
      case 'document':
        found.documents.push(event.document);
        tally = new PageTally();
        completeness = [];
        before = found.drafts.length;
        break;
      case 'chunk':
        readChunk(event.chunk, context, {
          record: (draft, value) => {
            found.drafts.push(draft);
            found.values.push(value);
          },
          reject: (reject) => found.rejects.push(reject),
          page: (resultIndex, resultCount) => tally.add(resultIndex, resultCount),
          addCompleteness: (each) => completeness.push(each),
        });
        break;
      case 'reject':
        found.rejects.push(event.reject);
        break;
      case 'end': {
        found.ends.push(event.end);
        const records = found.drafts.length - before;
        completeness.push(...event.end.completeness);
        found.completeness.push(tally.conclude({ completeness, records }));
        break;
      }
      case 'refused':
        found.refused.push({ name: event.name, error: event.error });
    }
  }
  return found;
}

/** Reads bytes like standard input, in pieces of the given sizes, repeated. */
export function collectBytes(
  bytes: Uint8Array | string,
  options: { readonly chunkBytes?: number; readonly pieces?: readonly number[] } = {},
  context: ReadContext = CONTEXT,
): Promise<ReadInputs> {
  const whole = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
  const stream = inPieces(whole, options.pieces ?? [whole.length]);
  const { chunkBytes } = options;
  return collect(
    [{ kind: 'stream', bytes: stream }],
    chunkBytes === undefined ? {} : { chunkBytes },
    context,
  );
}

async function* inPieces(
  bytes: Uint8Array,
  sizes: readonly number[],
): AsyncGenerator<Uint8Array, void, void> {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    yield bytes.slice(at, at + size);
    at += size;
  }
}

export function textOf(body: Uint8Array): string {
  return Buffer.from(body).toString('utf8');
}

/** Everything of a record except its locus. */
export function essence(draft: RecordDraft): unknown {
  const { tenant, source, id, at, body } = draft;
  return { tenant, source, id, at, body: textOf(body) };
}
