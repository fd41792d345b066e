import assert from 'node:assert/strict';
import { join } from 'node:path';
import { instantOfMs, NOTHING_READ, type TenantId, tenantId } from '@countersign/core';
import { parseDirectoryFile, parseRegister, readPolicyFolder } from '@countersign/policy';
import { activatePolicies } from '../../../apps/countersign/src/enforcement/decisions/policy-information-point.ts';
import { importPaths } from '../../../apps/countersign/src/ingest/import-run.ts';
import type { HostWriter } from '../../../apps/countersign/src/operations/host/open-writer.ts';
import { runDetection } from '../../../apps/countersign/src/operations/host/run-detection.ts';
import { checkSignIns } from '../../../apps/countersign/src/reconcile/checks/check-stage.ts';
import type { VerificationReport } from '../../../apps/countersign/src/store/reading/verification-report.ts';
import { StoreReader } from '../../../apps/countersign/src/store/store-reader.ts';

/** A few people, a register, and sign-ins in the form of Graph. */

export const Actor = { who: 'ada', host: 'test', version: '0.0.0' } as const;
export const TENANT: TenantId = tenantId('3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21');
export const NOW_MS: number = Date.UTC(2026, 0, 5, 9);
const MINUTE_MS = 60_000;
const HEAD = { origin: 'test', size: 0, root: '', asOf: NOTHING_READ };
const FOLDER = join(import.meta.dirname, '../../../content/policies');

const PEOPLE = `
tenant: ${TENANT}
people:
  - {id: ada, names: [ada@x.example], kind: member, ...USUAL}
  - {id: per, names: [per@x.example], kind: member, ...USUAL}
  - {id: sos, names: [sos@x.example], kind: break-glass, ...USUAL}
waves: [{id: pilot, state: open, people: [ada]}, {id: late, state: paused, people: [per]}]
`.replaceAll('...USUAL', 'enabled: true, risk: none, groups: [], roles: []');

const REGISTER = `
tenant: ${TENANT}
workloads:
  - id: backup
    owner: Storage team
    purpose: Backs mailboxes up
    expires: 2026-06-30
    scopes: [Microsoft Graph]
    networks: [203.0.113.0/24]
    credentials: [key-1]
`;

export type SignInOptions = {
  readonly n: number;
  readonly who: string;
  readonly minute?: number;
  readonly factors?: 1 | 2;
  readonly flow?: string;
  readonly error?: number;
  readonly steps?: readonly object[];
  readonly more?: object;
};

export function idOf(n: number): string {
  return `5b1c5b0e-6e0c-4a71-9a62-${String(n).padStart(12, '0')}`;
}

/** A row of Graph's sign-ins. */
function signIn({
  n,
  who,
  minute = n,
  factors = 2,
  flow = 'interactiveUser',
  ...rest
}: SignInOptions) {
  const { error = 0, steps = [], more = {} } = rest;
  const isApp = flow === 'servicePrincipal';
  return {
    id: idOf(n),
    createdDateTime: instantOfMs(NOW_MS + minute * MINUTE_MS),
    userId: isApp ? '' : who,
    userPrincipalName: isApp ? null : `${who}@x.example`,
    servicePrincipalId: isApp ? who : '',
    servicePrincipalName: isApp ? who : null,
    appId: '1b730954-1685-4b74-9bfd-dac224a7b894',
    appDisplayName: 'Outlook',
    resourceDisplayName: 'Microsoft Graph',
    resourceTenantId: TENANT,
    ipAddress: '203.0.113.9',
    correlationId: idOf(n + 5000),
    conditionalAccessStatus: 'success',
    authenticationRequirement:
      factors === 2 ? 'multiFactorAuthentication' : 'singleFactorAuthentication',
    authenticationDetails: steps,
    authenticationProtocol: 'oAuth2',
    signInEventTypes: [flow],
    isInteractive: flow === 'interactiveUser',
    status: { errorCode: error },
    deviceDetail: { deviceId: '' },
    ...more,
  };
}

export async function bring(writer: HostWriter, signIns: readonly SignInOptions[]): Promise<void> {
  const text = signIns.map((each) => `${JSON.stringify(signIn(each))}\n`).join('');
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text);
  };
  const inputs = [{ kind: 'stream', bytes: bytes() } as const];
  const report = await importPaths(writer, {
    inputs,
    tenant: TENANT,
    actor: Actor,
    workers: 1,
    afterImport: () => runDetection(writer),
  });
  assert.equal(report.accepted, signIns.length, JSON.stringify(report));
}

export async function use(writer: HostWriter): Promise<void> {
  await activatePolicies(writer, {
    source: readPolicyFolder(FOLDER).source,
    directory: {
      file: 'people.yaml',
      read: parseDirectoryFile({ file: 'people.yaml', text: PEOPLE }),
    },
    register: {
      file: 'register.yaml',
      read: parseRegister({ file: 'register.yaml', text: REGISTER }),
    },
    by: 'ada',
  });
  await checkSignIns(writer);
}

export async function ask<T>(
  writer: HostWriter,
  question: (store: StoreReader) => Promise<T>,
): Promise<T> {
  const store = await StoreReader.open(writer.dir, { clock: writer.clock });
  try {
    return await question(store);
  } finally {
    store.close();
  }
}

export function verified(writer: HostWriter): Promise<VerificationReport> {
  return ask(writer, (store) => store.access.verified({}, HEAD));
}

export function sum({ decided, checked, unverified }: VerificationReport): number {
  return Object.values(unverified).reduce((a, b) => a + b, decided + checked);
}
