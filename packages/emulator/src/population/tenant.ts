import { COMPANIES } from './names.ts';
import { idOf } from './object-ids.ts';
import { keyOf, mix } from './quick-random.ts';

export type Tenant = {
  readonly id: string;
  readonly displayName: string;
  /** What people's addresses end in. A reserved name (RFC 2606). */
  readonly domain: string;
  /** People of it sign in through an identity provider of the company's own. */
  readonly federatedDomain: string;
  readonly sharePointUrl: string;
  readonly oneDriveUrl: string;
  /** The `Set-Cookie`-like name of the home forest that stands in Exchange object ids. */
  readonly forest: string;
  /** Ids are made of it; it never leaves the emulator. */
  readonly key: number;
  /** Its people keep to strict policies; see {@link TenantOptions}. */
  readonly isGoverned: boolean;
  /** Conditional access policies that the sign-in rows name. */
  readonly policies: readonly { readonly id: string; readonly displayName: string }[];
};

export type TenantOptions = {
  readonly seed: string | number;
  /** Default: drawn from the seed. */
  readonly tenantId?: string;
  /** Default: drawn from the seed. */
  readonly name?: string;
  /**
   * Phones are managed, administrators use passkeys, no account has a password alone, and an
   * external authentication method is asked wherever people are asked for a second factor.
   */
  readonly governed?: boolean;
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
    policies: [
      'Second factor for everybody',
      'Managed devices for finance',
      'Block legacy protocols',
      'Block key vaults in browsers',
    ].map((name, index) => ({ id: idOf(key, 'policy', index), displayName: name })),
  };
}
