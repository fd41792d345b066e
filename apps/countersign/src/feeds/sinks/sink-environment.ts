import { type Clock, messageOf, type Random } from '@countersign/core';
import { type Credential, readSecret, type SecretPlace } from '@countersign/m365';
import type { CredentialPlace } from '../../config/config-values.ts';
import type { FeedCommon, FeedTls } from '../../config/feeds/feed-common.ts';
import { credentialOf } from '../../config/read-credential.ts';
import { Egress, type ResolveHost } from '../delivery/egress.ts';
import { type ReceiverTls, readReceiverTls } from '../delivery/receiver-tls.ts';
import { SinkError } from '../delivery/sink.ts';

/** What a sink may use of the world around it. */
export type SinkEnvironment = {
  /** The origin of the ledger. It is part of every id. */
  readonly origin: string;
  /** The data folder. */
  readonly dir: string;
  /** The version of Countersign. */
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  /** The guard of all connections of this feed, for the hosts that it names. */
  readonly egressTo: (hosts: readonly string[]) => Egress;
  /** @throws SinkError MISCONFIGURED */
  readonly readSecret: (place: SecretPlace) => string;
  /** @throws SinkError MISCONFIGURED */
  readonly readCredential: (place: CredentialPlace) => Credential;
  /** @throws SinkError MISCONFIGURED */
  readonly readTls: (tls: FeedTls) => ReceiverTls;
  /** Undefined: no store is open, so findings have no incident. */
  readonly incidentOf?: IncidentLookup | undefined;
  /** The header of the current batch, if it is traced (W3C Trace Context). */
  readonly traceparent?: (() => string | undefined) | undefined;
};

/** Finds the incident of a finding. Undefined: not known, so the finding stands for itself. */
export type IncidentLookup = (
  finding: string,
  signal: AbortSignal,
) => Promise<{ readonly id: string; readonly findings: Iterable<string> } | undefined>;

export type SinkWorld = {
  readonly origin: string;
  readonly dir: string;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly random: Random;
  readonly resolve: ResolveHost;
  readonly incidentOf?: IncidentLookup | undefined;
  readonly traceparent?: (() => string | undefined) | undefined;
};

/** The environment of one feed: its own allowed addresses. */
export function sinkEnvironmentOf(
  { allow }: Pick<FeedCommon, 'allow'>,
  { env, resolve, ...world }: SinkWorld,
): SinkEnvironment {
  return {
    ...world,
    egressTo: (hosts) => new Egress({ hosts, allow, resolve }),
    readSecret: (place) => misconfiguredIfMissing(() => readSecret(place, env).reveal()),
    readCredential: (place) => misconfiguredIfMissing(() => credentialOf(place, env)),
    readTls: readReceiverTls,
  };
}

function misconfiguredIfMissing<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new SinkError('MISCONFIGURED', messageOf(cause), { cause });
  }
}
