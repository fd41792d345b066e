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

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Accepts the 8-4-4-4-12 form in any case. Braces and other decorations are refused. */
export function isGuid(text: string): boolean {
  return text.length === 36 && GUID.test(text);
}

/** @throws InputError INVALID_TENANT unless `text` is a GUID. */
export function tenantId(text: string): TenantId {
  if (!isGuid(text)) {
    throw new InputError(
      'INVALID_TENANT',
      `${quoted(text)} is not a tenant id: give the tenant's GUID`,
    );
  }
  return text.toLowerCase() as TenantId;
}

/** The tenant that a delivery states, or {@link TENANT_NOT_STATED}. */
export function tenantOf(value: unknown): TenantId {
  return typeof value === 'string' && isGuid(value)
    ? (value.toLowerCase() as TenantId)
    : TENANT_NOT_STATED;
}
