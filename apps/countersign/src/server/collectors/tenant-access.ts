import type { Clock, Random } from '@countersign/core';
import type { Allowance, HttpClient, RequestPace, Sleep, TokenSource } from '@countersign/m365';
import type { ConnectedTenant } from '../../config/config.ts';

export type CollectorDependencies = {
  readonly clock: Clock;
  readonly random: Random;
  readonly wait: Sleep;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly tell?: (event: {
    readonly event: 'problem';
    readonly collector: string;
    readonly because: string;
  }) => void;
};

/** Resources that the collectors of one tenant share. */
export type TenantAccess = {
  readonly tenant: ConnectedTenant;
  readonly world: CollectorDependencies;
  readonly http: HttpClient;
  /** PEM of certificate authorities to trust instead of the machine's own. */
  readonly ca: string | undefined;
  /** Tokens for a resource such as `https://graph.microsoft.com`. */
  readonly tokensFor: (resource: string) => TokenSource;
  readonly paceOf: (allowance: Allowance) => RequestPace;
};
