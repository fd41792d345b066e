import type { Clock, Random, TenantId } from '@countersign/core';
import type { Hono } from 'hono';
import type { McpHandler } from '../../mcp/mcp-handler.ts';
import type { Operation } from '../../operations/definition/operation.ts';
import type { SharedReaders } from '../../operations/readers/readers.ts';
import type { Caller } from '../../operators/caller.ts';
import type { Tracer } from '../../tracing/tracer.ts';
import type { Metric } from '../runtime/prometheus-format.ts';
import type { Authenticator } from './authenticator.ts';
import type { Peer } from './http/http-bridge.ts';
import type { KeptReplies } from './http/kept-replies.ts';
import type { ApiMeasures } from './measures/api-measures.ts';

/** A page of the process that holds the ledger. */
export type MainPage = { readonly status: number; readonly type: string; readonly body: string };

/** `state`: JSON, for operations. No path serves it. */
export type MainPageName = 'health' | 'metrics' | 'state';

/** Runs an operation with the ledger. `who` is what was proved. */
export type PerformWork = (
  work: {
    readonly operation: string;
    readonly input: object;
    readonly tenant: TenantId | undefined;
    readonly who: string;
  },
  signal: AbortSignal,
) => Promise<unknown>;

export type ApiParts = {
  readonly dataDir: string;
  readonly version: string;
  readonly clock: Clock;
  /** The time of this machine, by which people sign in, whatever an emulator shows. */
  readonly machineClock: Clock;
  readonly random: Random;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `loopback`: the service refuses requests that name another host. */
  readonly reach: 'loopback' | 'network';
  readonly operations: readonly Operation[];
  readonly authenticator: Authenticator;
  /** The pages where operators sign in. */
  readonly signIn?: Hono | undefined;
  /** Undefined: the web console was not built. */
  readonly console?: Hono | undefined;
  /** Replaces the names of people in a value of an answer. */
  readonly pseudonymize: (value: unknown) => unknown;
  /** A name of the person behind a pseudonym; undefined if no record names the person. */
  readonly nameOf: (pseudonym: string) => Promise<string | undefined>;
  readonly perform: PerformWork;
  /** Where agents ask (Model Context Protocol). */
  readonly mcp: McpHandler;
  /** Where operators sign in; agents learn of it. */
  readonly authorizationServers: readonly string[];
  readonly mainPage: (name: MainPageName) => Promise<MainPage>;
  readonly measures: ApiMeasures;
  /** Undefined: nothing is traced. */
  readonly tracer?: Tracer | undefined;
  /** Metrics that this thread reads, besides its measures. */
  readonly moreMetrics: () => Promise<readonly Metric[]>;
  readonly shared: SharedReaders;
  readonly keptReplies: KeptReplies;
  /** 32 random bytes, the same after a restart. */
  readonly cursorKey: Uint8Array;
  /** Reports a bug in Countersign or a failed disk, which the caller does not see. */
  readonly onFailure: (error: unknown) => void;
};

/** What is learned about a request while it is answered. */
export type RequestNotes = { operation: string };

export type ApiEnv = {
  Bindings: Peer & { readonly notes: RequestNotes };
  Variables: { caller: Caller };
};
