import type { Clock, Random } from '@countersign/core';
import type { SsfRecord } from './ssf-record.ts';

/** Resolves after a time, or at once when the signal is aborted. */
export type Wait = (ms: number, signal?: AbortSignal) => Promise<void>;

export type PostRequest = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
};

/** MUST follow no redirect, reject after the time is over, and read a bounded answer. */
export type Post = (request: PostRequest) => Promise<{
  readonly status: number;
  readonly body: string;
}>;

/** Where records go. MUST be durable, in the order of the calls, when it resolves. */
export type Keep = (records: readonly SsfRecord[]) => Promise<void>;

/** Headers that receivers want with each push. Never in the ledger, which others read. */
export interface SecretStore {
  get(streamId: string): string | undefined;
  set(streamId: string, secret: string | undefined): void;
}

export type SsfWorld = {
  readonly clock: Clock;
  readonly random: Random;
  readonly wait: Wait;
  readonly post: Post;
  readonly keep: Keep;
  readonly secrets: SecretStore;
};
