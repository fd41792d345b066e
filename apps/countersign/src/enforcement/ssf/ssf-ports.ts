import type { Clock, Random } from '@countersign/core';
import type { SsfRecord } from './ssf-record.ts';

/** Resolves after a time, or when the signal is aborted. */
export type Wait = (ms: number, signal?: AbortSignal) => Promise<void>;

export type PostRequest = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
};

/** MUST follow no redirect, reject after the timeout, and read a bounded reply. */
export type Post = (request: PostRequest) => Promise<{
  readonly status: number;
  readonly body: string;
}>;

/** Stores records. MUST be durable, in call order, when it resolves. */
export type Keep = (records: readonly SsfRecord[]) => Promise<void>;

/** Push headers of receivers. They must not be in the ledger, which others can read. */
export interface SecretStore {
  get(streamId: string): string | undefined;
  set(streamId: string, secret: string | undefined): void;
}

export type SsfPorts = {
  readonly clock: Clock;
  readonly random: Random;
  readonly wait: Wait;
  readonly post: Post;
  readonly keep: Keep;
  readonly secrets: SecretStore;
};
