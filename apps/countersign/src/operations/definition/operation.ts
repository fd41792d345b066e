import type { Clock, Random, TenantId } from '@countersign/core';
import type { z } from 'zod';
import type { HandlerContext } from '../host/handler-context.ts';
import type { HostWriter } from '../host/open-writer.ts';
import type { Readers } from '../readers/readers.ts';
import type { Conclusion } from './conclusion.ts';
import type { Scope } from './scopes.ts';
import type { ServiceState } from './service-state.ts';

/** A question or an act, defined once. Adapters derive their form from it. */
export type Operation =
  | DocumentOperation<object, unknown, unknown>
  | ListOperation<object, unknown, unknown>
  | LedgerOperation<object, unknown>;

type Definition<Input extends object> = {
  /** As on the command line: `timeline`, `ledger erase`. */
  readonly name: string;
  /** One line for lists of operations. */
  readonly summary: string;
  readonly description: string;
  readonly scope: Scope;
  readonly effect: 'read' | 'write';
  /** An object schema. Parsing a parsed input again MUST change nothing. */
  readonly input: z.ZodType<Input>;
  readonly examples: readonly Example[];
  /** Irreversible, so an adapter offers a dry run. */
  readonly dryRun?: 'offered';
  /** A step of another operation, which adapters do not offer. */
  readonly isStep?: true;
};

export type Example = {
  readonly summary: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The arguments of `countersign`. A test parses them and compares the result with `input`. */
  readonly commandLine: string;
} & (
  | {
      /** A test runs it on the ledger of `content/sample`, and checks the output. */
      readonly runsOn: 'sample';
    }
  | {
      /**
       * Facts that the sample ledger lacks: the test checks that the example fails without them.
       */
      readonly needs: Prerequisite;
    }
);

/**
 * - `files`             files of the caller, such as policies, a key or captures
 * - `enforcement point` one with decisions, passes, passkeys, invitations or bypasses
 * - `hold`              an active legal hold
 * - `clock ahead`       entries stamped by a fast clock
 * - `witness`           a witness of the log, by name and address
 * - `interruption`      a caller that ends it
 * - `token`             an API token
 * - `feed`              a feed that has run
 * - `service`           a running service
 */
export type Prerequisite =
  | 'files'
  | 'enforcement point'
  | 'hold'
  | 'clock ahead'
  | 'witness'
  | 'interruption'
  | 'token'
  | 'feed'
  | 'service';

/** Runs in the process of the caller; its output is one document. */
export type DocumentOperation<Input extends object, Output, View = Output> = Definition<Input> & {
  readonly kind: 'document';
  readonly runsIn: 'caller';
  readonly output: z.ZodType;
  run(context: OperationContext, input: Input): Promise<DocumentResult<Output, View>>;
};

export type DocumentResult<Output, View = Output> = {
  readonly output: Output;
  /** The input of a renderer: the output, or the values behind it. */
  readonly view: View;
  readonly conclusion: Conclusion;
};

/** Runs in the caller's process and streams the items of a list. */
export type ListOperation<Input extends object, Item, View = Rows<Item>> = Definition<Input> & {
  readonly kind: 'list';
  readonly runsIn: 'caller';
  /** The schema of one item. */
  readonly output: z.ZodType;
  run(context: OperationContext, input: Input): Promise<ListResult<Item, View>>;
};

export type Rows<Row> = AsyncIterable<Row> | Iterable<Row>;

/** A list that is read once: an adapter reads the items or the view, then the conclusion. */
export type ListResult<Item, View = Rows<Item>> = AsyncIterable<Item> & {
  /** The input of a renderer: the rows behind the items, or the values behind them. */
  readonly view: View;
  conclude(): Promise<Conclusion>;
};

/**
 * Runs in the process that holds the ledger. Input and output are plain JSON, so that any process
 * can forward the operation.
 */
export type LedgerOperation<Input extends object, Output> = Definition<Input> & {
  readonly kind: 'document';
  readonly runsIn: 'ledger';
  readonly effect: 'write';
  readonly output: z.ZodType;
  /** `makes` a data folder if there is none, or `needs` one. */
  readonly ledger: 'makes' | 'needs';
  /** `repeatable`: a second run adds nothing, so it restarts after a crash. */
  readonly repetition: 'repeatable' | 'once';
  /** `alone`: only in the calling process, with no other operation beside it. */
  readonly where: 'anywhere' | 'alone';
  /** `bulk`: it writes much, so it waits while the disk is low. */
  readonly volume?: 'bulk';
  run(writer: HostWriter, input: Input, by: HandlerContext): Promise<Output>;
  /** Sentences for the caller besides the output. */
  notices?(output: Output): readonly string[];
  /** The conclusion of the output. Default: yes. */
  conclude?(output: Output, context: { readonly dataDir: string }): Conclusion;
};

/** The result of an operation whose renderer needs only the output. */
export function documentResult<Output>(
  output: Output,
  conclusion: Conclusion,
): DocumentResult<Output> {
  return { output, view: output, conclusion };
}

/** A list whose items are computed from its rows one by one. */
export function listResult<Item, Row>(list: {
  readonly rows: Rows<Row>;
  readonly itemOf: (row: Row) => Item;
  readonly conclude: () => Conclusion | Promise<Conclusion>;
}): ListResult<Item, Rows<Row>> {
  const { rows, itemOf, conclude } = list;
  return {
    view: rows,
    conclude: async () => conclude(),
    async *[Symbol.asyncIterator]() {
      for await (const row of rows) yield itemOf(row);
    },
  };
}

/** A complete list, with the values for a renderer. */
export function wholeList<Item, View>(list: {
  readonly items: readonly Item[];
  readonly view: View;
  readonly conclude: () => Conclusion;
}): ListResult<Item, View> {
  const { items, view, conclude } = list;
  return {
    view,
    conclude: async () => conclude(),
    async *[Symbol.asyncIterator]() {
      yield* items;
    },
  };
}

/** What an operation knows about its caller and the machine. */
export type OperationContext = {
  /** Absolute. */
  readonly dataDir: string;
  readonly tenant: TenantId | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the caller stops. */
  readonly signal: AbortSignal;
  /** Opened on demand; the adapter closes them after reading the result. */
  readonly readers: Readers;
  /** What only the running service knows; undefined outside a service. */
  readonly service?: () => Promise<ServiceState | undefined>;
  /** Called while a long operation runs. */
  progress(progress: unknown): void;
  /** A sentence for the caller besides the output. */
  notice(text: string): void;
  /** Runs an operation in the process that holds the ledger, whichever that is. */
  perform<Input extends object, Output>(
    operation: LedgerOperation<Input, Output>,
    input: Input,
  ): Promise<Output>;
};
