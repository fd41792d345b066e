import { InputError, quoted } from './errors.ts';

declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** A tenant's GUID in lower case, {@link TENANT_NOT_STATED}, or {@link OWN_TENANT}. */
export type TenantId = Brand<string, 'TenantId'>;

/** The tenant of Countersign's own entries. They belong to no customer tenant. */
export const OWN_TENANT: TenantId = '-' as TenantId;

/**
 * The delivery names no tenant (Graph sign-ins and several Azure Monitor tables do not). The store
 * assigns such a record to the folder's stated tenant if there is exactly one.
 */
export const TENANT_NOT_STATED: TenantId = '00000000-0000-0000-0000-000000000000' as TenantId;

const GUID_CHARS = 36;

/** Accepts the 8-4-4-4-12 form in any case. Braces and other decorations are refused. */
export function isGuid(text: string): boolean {
  return lowerGuid(text) !== undefined;
}

/**
 * A GUID in lower case, or undefined for any other text. Import calls it several times per record:
 * a regular expression takes three times as long, and nearly all GUIDs need no new text.
 */
export function lowerGuid(text: string): string | undefined {
  if (text.length !== GUID_CHARS) return undefined;
  let hasCapitals = false;
  for (let at = 0; at < GUID_CHARS; at++) {
    const code = text.charCodeAt(at);
    if (at === 8 || at === 13 || at === 18 || at === 23) {
      if (code !== 45) return undefined;
    } else if (code >= 65 && code <= 70) {
      hasCapitals = true;
    } else if (code < 48 || code > 102 || (code > 57 && code < 97)) {
      return undefined;
    }
  }
  return hasCapitals ? text.toLowerCase() : text;
}

/** @throws InputError INVALID_TENANT unless `text` is a GUID. */
export function tenantId(text: string): TenantId {
  const guid = lowerGuid(text);
  if (guid === undefined) {
    throw new InputError(
      'INVALID_TENANT',
      `${quoted(text)} is not a tenant id: give the tenant's GUID`,
    );
  }
  return guid as TenantId;
}

/** The tenant that a delivery states, or {@link TENANT_NOT_STATED}. */
export function tenantOf(value: unknown): TenantId {
  const guid = typeof value === 'string' ? lowerGuid(value) : undefined;
  return guid === undefined ? TENANT_NOT_STATED : (guid as TenantId);
}
