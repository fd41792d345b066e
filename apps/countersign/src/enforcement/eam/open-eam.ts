import { X509Certificate } from 'node:crypto';
import type { Clock, Random } from '@countersign/core';
import { layout } from '@countersign/ledger/reader';
import { HttpClient, type Sleep } from '@countersign/m365';
import type { Config } from '../../config/config.ts';
import type { ExternalMethodConfig } from '../../config/enforcement-config.ts';
import { textOf, unusable } from '../../config/read-text-file.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';

import type { People } from '../approvals/signed-statement.ts';
import type { DecisionQueue } from '../decisions/decision-queue.ts';
import { SignInPasses } from '../passes/sign-in-passes.ts';
import { EamEndpoint } from './eam-endpoint.ts';
import { EntraKeys } from './entra-keys.ts';
import { FileReplayStore } from './file-replay-store.ts';
import { IdTokenHintVerifier } from './id-token-hint.ts';
import { KeyRingFile } from './key-ring-file.ts';
import { LedgerPasskeys } from './passkeys/ledger-passkeys.ts';
import { PasskeyFolder } from './passkeys/passkey-folder.ts';
import type { PasskeyRegistry } from './passkeys/passkey-registry.ts';
import { WebAuthnCeremony } from './passkeys/webauthn-ceremony.ts';
import { TokenIssuance } from './token-issuance.ts';

/** Two small documents. A person waits for them only just after Entra changed its keys. */
const AUTHORITY_READ_MS_MAX = 5000;

export type OpenExternalOptions = {
  readonly config: Config;
  readonly external: ExternalMethodConfig;
  /** Our public URL, as browsers and Entra know it. */
  readonly url: string;
  readonly deciding: DecisionQueue;
  readonly people: People;
  readonly writer: LedgerWriter;
  readonly clock: Clock;
  readonly random: Random;
  readonly wait: Sleep;
};

export type OpenExternal = ExternalMethod & {
  readonly passkeys: PasskeyRegistry;
  /** Loads changes by other nodes and people: keys, invitations, revocations. */
  refresh(): Promise<void>;
  close(): Promise<void>;
};

/** Where Entra receives people back, for every tenant (contracts 9.3). */
const RETURN_PATH = '/common/federation/externalauthprovider';

/** @throws PolicyError KEY_INVALID, ConfigError REFERENCED_FILE */
export async function openExternal(options: OpenExternalOptions): Promise<OpenExternal> {
  const { config, external, url, deciding, people, writer, clock, random, wait } = options;
  const { authority, authorityFile, clientId, appId, passFor: passMs, passkeys } = external;
  const keyFile = await KeyRingFile.open(external.keys, clock);
  const { shared } = passkeys;
  const share = shared === undefined ? undefined : new PasskeyFolder(shared, writer.ledger.origin);
  const store = await LedgerPasskeys.open(writer, share);
  const ca = authorityFile === undefined ? undefined : textOf(authorityFile);
  const http = new HttpClient({ origins: [authority], clock, random, wait, ca });
  const read = async (address: string): Promise<unknown> => {
    const signal = AbortSignal.timeout(AUTHORITY_READ_MS_MAX);
    const { body } = await http.send({ url: address, signal });
    return JSON.parse(body.toString('utf8'));
  };
  const keys = new EntraKeys({ authority, read, clock });
  const connected = config.tenants.map(({ id }) => id);
  const tenants = new Set<string>(external.tenants ?? connected);
  const makers = passkeys.makers.map(certificateIn);
  const passes = new SignInPasses(writer);
  const used = new FileReplayStore(layout.used(writer.dir), clock);
  const endpoint = new EamEndpoint({
    issuer: url,
    registered: { clientId, redirectUris: [authority + RETURN_PATH] },
    hints: new IdTokenHintVerifier({ authority, keys, appId, tenants, clock }),
    ring: () => keyFile.ring,
    ceremony: new WebAuthnCeremony({
      origin: new URL(url).origin,
      name: passkeys.name,
      attestation: {
        formats: passkeys.formats,
        authenticators: passkeys.authenticators?.map((each) => each.toLowerCase()),
        makers,
      },
    }),
    passkeys: store,
    people,
    used,
    onPass: ({ id: pass, ...opened }) => passes.opened({ ...opened, pass }),
    ...{ deciding, passMs, clock, random },
  });
  // Load the keys early. If that fails, the first hint retries.
  await keys.find(undefined);
  const { tokensAppId } = external;
  const asked = { authority, keys, tenants, passes, clock };
  return {
    endpoint,
    tokens:
      tokensAppId === undefined ? undefined : new TokenIssuance({ ...asked, appId: tokensAppId }),
    address: external.address,
    passkeys: store.registry,
    refresh: async () => {
      await store.refresh();
      await keyFile.refresh();
    },
    close: async () => {
      http.close();
      await used.close();
    },
  };
}

function certificateIn(file: string): X509Certificate {
  try {
    return new X509Certificate(textOf(file));
  } catch {
    throw unusable(file, 'it is not a certificate in PEM');
  }
}

/** The external authentication method, and its source of browser addresses. */
export type ExternalMethod = {
  readonly endpoint: EamEndpoint;
  /** Answers Entra before it issues a token; undefined if not configured. */
  readonly tokens: TokenIssuance | undefined;
  readonly address: 'connection' | 'forwarded';
};
