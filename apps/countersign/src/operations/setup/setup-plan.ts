import type { License } from '../../config/config.ts';

/** What can be collected, as `init` names it. */
export const SOURCES = [
  'activity',
  'sign-ins',
  'directory-changes',
  'directory',
  'audit-search',
  'storage',
] as const;
export type Source = (typeof SOURCES)[number];

/** What is written if the operator names no sources: everything that needs no Azure resource. */
export const SOURCES_DEFAULT: readonly Source[] = SOURCES.filter((each) => each !== 'storage');

/** The app registration is not created yet. `doctor` reports this id as unknown to the tenant. */
export const NO_CLIENT_ID = '00000000-0000-0000-0000-000000000000';

/** The answers of an operator, from flags or from questions. */
export type SetupPlan = {
  readonly tenantId: string;
  readonly name: string;
  readonly clientId: string;
  readonly licenses: readonly License[];
  readonly sources: readonly Source[];
  readonly seats: number;
  readonly retentionDays: number | null;
  readonly credential: 'certificate' | 'secret-file' | { readonly env: string };
  /** Only with the source `storage`. */
  readonly storageAccount: string | undefined;
};

/** The files of the secrets, relative to the configuration. */
export const SECRET_FILES = {
  secret: 'secrets/collector.secret',
  certificate: 'secrets/collector.pem',
  key: 'secrets/collector.key.pem',
} as const;
