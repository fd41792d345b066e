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
 * A GUID in lower case, or undefined for any other text. Import calls it about eight times per
 * record. Looking up each character's kind without a branch takes a third of the time of a regular
 * expression or of comparisons, and nearly all GUIDs need no new text.
 */
export function lowerGuid(text: string): string | undefined {
  if (text.length !== GUID_CHARS) return undefined;
  if (text.charCodeAt(8) !== HYPHEN || text.charCodeAt(13) !== HYPHEN) return undefined;
  if (text.charCodeAt(18) !== HYPHEN || text.charCodeAt(23) !== HYPHEN) return undefined;
  let kinds = kindsIn(text, 0, 8) | kindsIn(text, 9, 13) | kindsIn(text, 14, 18);
  kinds |= kindsIn(text, 19, 23) | kindsIn(text, 24, GUID_CHARS);
  if ((kinds & OTHER) !== 0) return undefined;
  return kinds === 0 ? text : text.toLowerCase();
}

const HYPHEN = 45;
/** Kinds of characters, as bits. Digits and small letters of hexadecimal numbers have none. */
const CAPITAL = 1;
const OTHER = 2;
const ASCII_MASK = 0x7f;
const KIND_OF_CODE: Uint8Array = Uint8Array.from({ length: ASCII_MASK + 1 }, (_, code) => {
  const char = String.fromCharCode(code);
  if (/[0-9a-f]/.test(char)) return 0;
  return /[A-F]/.test(char) ? CAPITAL : OTHER;
});

function kindsIn(text: string, from: number, to: number): number {
  let kinds = 0;
  let codes = 0;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    codes |= code;
    kinds |= KIND_OF_CODE[code & ASCII_MASK] as number;
  }
  return codes > ASCII_MASK ? OTHER : kinds;
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
