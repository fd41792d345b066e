import { COMPANIES } from './names.ts';
import { idOf } from './object-ids.ts';
import { keyOf, mix } from './quick-random.ts';

export type Tenant = {
  readonly id: string;
  readonly displayName: string;
  /** The domain of people's addresses. A reserved name (RFC 2606). */
  readonly domain: string;
  /** People of this domain sign in through the company's own identity provider. */
  readonly federatedDomain: string;
  readonly sharePointUrl: string;
  readonly oneDriveUrl: string;
  /** The name of the forest in Exchange object ids. */
  readonly forest: string;
  /** The key of ids, which never leaves the emulator. */
  readonly key: number;
  /** The company has strict policies; see {@link TenantOptions}. */
  readonly isGoverned: boolean;
  /** Every person shows a second factor at the first sign-in of a day. */
  readonly isAskedDaily: boolean;
  /** Conditional access policies that sign-in rows name. */
  readonly policies: readonly { readonly id: string; readonly displayName: string }[];
};

export type TenantOptions = {
  readonly seed: string | number;
  /** Default: derived from the seed. */
  readonly tenantId?: string;
  /** Default: derived from the seed. */
  readonly name?: string;
  /**
   * Managed phones, passkeys for administrators, no account with only a password, and an external
   * authentication method for every second factor of people.
   */
  readonly governed?: boolean;
  /** A policy ends browser sessions each night. */
  readonly askedDaily?: boolean;
};

export function tenantOf(options: TenantOptions): Tenant {
  const key = keyOf(options.seed, 'tenant', options.tenantId ?? '', options.name ?? '');
  const company = COMPANIES[mix(key, 1) % COMPANIES.length] as string;
  const displayName = options.name ?? company;
  const label = displayName.toLowerCase().replaceAll(/[^a-z0-9]+/g, '');
  return {
    id: options.tenantId ?? idOf(key, 'domain', 0),
    displayName,
    domain: `${label}.example`,
    federatedDomain: `corp.${label}.example`,
    sharePointUrl: `https://${label}-sharepoint.example`,
    oneDriveUrl: `https://${label}-my-sharepoint.example`,
    forest: `EURPR0${1 + (mix(key, 2) % 8)}A00${1 + (mix(key, 3) % 9)}`,
    key,
    isGoverned: options.governed === true,
    isAskedDaily: options.askedDaily === true,
    policies: [
      'Second factor for everybody',
      'Managed devices for finance',
      'Block legacy protocols',
      'Block key vaults in browsers',
    ].map((name, index) => ({ id: idOf(key, 'policy', index), displayName: name })),
  };
}
