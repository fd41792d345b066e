import { CountersignError, type TenantId, type Watermark } from '@countersign/core';
import { type Conclusion, unknown } from '../operations/definition/conclusion.ts';
import type {
  DocumentOperation,
  ListOperation,
  OperationContext,
} from '../operations/definition/operation.ts';
import { Readers } from '../operations/readers/readers.ts';
import type { Caller } from '../operators/caller.ts';
import { SORTED_ROWS_MAX } from './limits.ts';
import type { McpHost } from './mcp-host.ts';
import type { OperationAnswer } from './tool-result.ts';

export type ReadOperation =
  | DocumentOperation<object, unknown, unknown>
  | ListOperation<object, unknown, unknown>;

export type OperationCall = {
  readonly operation: ReadOperation;
  readonly input: object;
  readonly tenant: TenantId | undefined;
  readonly caller: Caller;
  /** Rows of a list that are shown. */
  readonly limit: number;
  /** Sorts the rows before the limit cuts them. */
  readonly weigh: ((row: unknown) => number) | undefined;
  readonly signal: AbortSignal;
};

/**
 * Runs an operation for a caller. "Cannot tell" is an answer.
 *
 * @throws CountersignError for input that is unusable
 */
export async function runOperation(host: McpHost, call: OperationCall): Promise<OperationAnswer> {
  using readers = new Readers(host);
  const notices: string[] = [];
  const context = contextOf(host, call, readers, notices);
  try {
    const { conclusion, ...answer } = await answerOf(context, call);
    const asOf = await watermarkOf(readers);
    return { ...answer, conclusion: withoutFolder(host, conclusion), asOf, notices };
  } catch (error) {
    if (!(error instanceof CountersignError) || error.code !== 'CANNOT_TELL') throw error;
    const conclusion = unknown(hideFolder(host, error.message));
    return { kind: 'none', conclusion, asOf: await watermarkOf(readers), notices };
  }
}

type UnmarkedAnswer =
  | Omit<OperationAnswer & { kind: 'document' }, 'asOf' | 'notices'>
  | Omit<OperationAnswer & { kind: 'list' }, 'asOf' | 'notices'>;

async function answerOf(
  context: OperationContext,
  { operation, input, limit, weigh }: OperationCall,
): Promise<UnmarkedAnswer> {
  if (operation.kind === 'document') {
    const { output, conclusion } = await operation.run(context, input);
    // As another adapter would send it.
    return { kind: 'document', output: asJson(output), conclusion };
  }
  const list = await operation.run(context, input);
  const items: unknown[] = [];
  let isCut = false;
  for await (const item of list) {
    if (items.length >= (weigh === undefined ? limit : SORTED_ROWS_MAX)) {
      isCut = true;
      break;
    }
    items.push(asJson(item));
  }
  const conclusion = await list.conclude();
  if (weigh !== undefined) items.sort((a, b) => weigh(b) - weigh(a));
  isCut ||= items.length > limit;
  return { kind: 'list', items: items.slice(0, limit), isCut, conclusion };
}

/** Sentences for the owner of the folder name it. A remote caller needs no path of this machine. */
export function hideFolder({ dataDir }: McpHost, text: string): string {
  return text.replaceAll(dataDir, 'the data folder');
}

function withoutFolder(host: McpHost, conclusion: Conclusion): Conclusion {
  if (conclusion.kind !== 'failed' || conclusion.because !== undefined) return conclusion;
  return unknown(hideFolder(host, conclusion.error.message));
}

function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null));
}

function contextOf(
  host: McpHost,
  { tenant, signal, caller }: OperationCall,
  readers: Readers,
  notices: string[],
): OperationContext {
  const { dataDir, clock, random, env } = host;
  return {
    ...{ dataDir, tenant, clock, random, env, signal, readers },
    progress: () => undefined,
    notice: (text) => notices.push(hideFolder(host, text)),
    perform: (operation, input) => host.perform(caller, operation, input),
  };
}

/** An answer that did not need the store holds as of the published checkpoint. */
async function watermarkOf(readers: Readers): Promise<Watermark> {
  if (readers.head !== undefined) return readers.head.asOf;
  const { origin, size } = (await readers.ledger()).published;
  return { origin, size, at: null };
}
