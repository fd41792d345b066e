import type { TenantId } from '@countersign/core';
import type { OperatorsConfig } from '../../config/operators-config.ts';
import type { TracesConfig } from '../../config/traces-config.ts';
import type { ListenerTls } from '../listener/listener.ts';
import type { ServeEvent } from '../runtime/server-event.ts';
import type { MainPage, MainPageName } from './api-parts.ts';

export type ApiThreadSetup = {
  readonly dir: string;
  readonly listen: { readonly host: string; readonly port: number };
  readonly reach: 'loopback' | 'network';
  /** Undefined: it speaks plain HTTP. */
  readonly tls: ListenerTls | undefined;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Undefined: only programs with tokens are callers. */
  readonly operators: OperatorsConfig | undefined;
  /** Undefined: nothing is traced. */
  readonly traces: TracesConfig | undefined;
  /** Undefined: the clock of this machine. */
  readonly emulator: { readonly url: string; readonly ca: string | undefined } | undefined;
};

/** What the thread of the HTTP interface asks of the thread that holds the ledger. */
export type ApiRequest =
  | { readonly kind: 'page'; readonly name: MainPageName }
  | {
      readonly kind: 'perform';
      readonly work: {
        readonly operation: string;
        readonly input: object;
        readonly tenant: TenantId | undefined;
        readonly who: string;
      };
    };

export type ApiReply = MainPage | { readonly kind: 'performed'; readonly output: unknown };

/** An error of the other thread, as far as a caller may know it. */
export type RemoteFailure = { readonly code: string | null; readonly message: string };

export type FromApi =
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'request'; readonly id: number; readonly request: ApiRequest }
  /** The caller has left, so its work may stop. */
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'event'; readonly event: ServeEvent }
  | { readonly kind: 'broken'; readonly failure: RemoteFailure }
  | { readonly kind: 'closed' };

export type ToApi =
  | { readonly kind: 'done'; readonly id: number; readonly reply: ApiReply }
  | { readonly kind: 'failed'; readonly id: number; readonly failure: RemoteFailure }
  | { readonly kind: 'stop' };
