import {
  instantOfMs,
  lowerGuid,
  normalizeInstant,
  type SourceId,
  TENANT_NOT_STATED,
  type TenantId,
  tenantOf,
} from '@countersign/core';
import type { JsonObject } from '../files/chunks/chunk.ts';

/** The facts of a record that the ledger needs in addition to its bytes. */
export type Identity = {
  readonly source: SourceId;
  /** The tenant that the record states, or `TENANT_NOT_STATED`. */
  readonly tenant: TenantId;
  readonly id: string | undefined;
  /** Undefined if no member holds a readable time. The record is then rejected. */
  readonly at: string | undefined;
};

/**
 * One family of records. Each family has its own file. To add one, add its file, its test, and a
 * line in `identify-record.ts`.
 */
export type Shape = {
  readonly name: string;
  /** Returns true if the item can only belong to this family. The first matching shape wins. */
  readonly recognizes: (item: JsonObject) => boolean;
  readonly identify: (item: JsonObject) => Identity;
};

/**
 * A longer text is not an id: the longest real one, of advanced hunting, has about 100 characters.
 */
const ID_CHARACTERS_MAX = 1024;

/** The first value that is an id. GUIDs become lower case; the all-zero GUID does not count. */
export function firstId(...values: readonly unknown[]): string | undefined {
  for (const value of values) {
    if (typeof value !== 'string' || value === '') continue;
    const id = value.trim();
    if (id === '' || id === TENANT_NOT_STATED || id.length > ID_CHARACTERS_MAX) continue;
    return lowerGuid(id) ?? id;
  }
  return undefined;
}

/** The first value that is a time, in the normal form. */
export function firstInstant(...values: readonly unknown[]): string | undefined {
  for (const value of values) {
    if (typeof value === 'number') {
      const at = instantOfNumber(value);
      if (at !== undefined) return at;
    }
    if (typeof value !== 'string' || value === '') continue;
    const at = normalizeInstant(value) ?? instantOfDigits(value);
    if (at !== undefined) return at;
  }
  return undefined;
}

/** Ten digits with or without decimals, or thirteen digits. */
const DIGITS = /^(?:\d{10}(?:\.\d{1,9})?|\d{13})$/;

function instantOfDigits(text: string): string | undefined {
  return DIGITS.test(text) ? instantOfNumber(Number(text)) : undefined;
}

/** Smaller numbers count seconds since 1970; both units start in September 2001. */
const MILLISECONDS_MIN = 1e12;
/** September 2001: a smaller number is not a time. */
const SECONDS_MIN = 1e9;
/** The year 2286: a larger number counts milliseconds. */
const SECONDS_MAX = 1e10;

/** Reads seconds or milliseconds since 1970, as scripts write times. Refuses other numbers. */
function instantOfNumber(value: number): string | undefined {
  if (value >= SECONDS_MIN && value < SECONDS_MAX) return instantOfMs(Math.floor(value * 1000));
  const isMs = value >= MILLISECONDS_MIN && value < SECONDS_MAX * 1000;
  return isMs ? instantOfMs(Math.floor(value)) : undefined;
}

/** The first value that states a tenant. */
export function firstTenant(...values: readonly unknown[]): TenantId {
  for (const value of values) {
    if (typeof value !== 'string') continue;
    const tenant = tenantOf(value);
    if (tenant !== TENANT_NOT_STATED) return tenant;
  }
  return TENANT_NOT_STATED;
}

/** `/tenants/GUID/providers/Microsoft.aadiam`: the resource id of Entra's diagnostic records. */
export function tenantOfResource(resourceId: unknown): string | undefined {
  if (typeof resourceId !== 'string' || !resourceId.toLowerCase().startsWith('/tenants/')) {
    return undefined;
  }
  return resourceId.slice(9, 45);
}

/** The vendor's name of a table or category, which becomes part of a permanent source id. */
export function sourceName(name: unknown): string | undefined {
  return typeof name === 'string' && SOURCE_NAME.test(name) ? name : undefined;
}

const SOURCE_NAME = /^[A-Za-z][A-Za-z0-9._-]{0,63}$/;

function objectOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null ? (value as JsonObject) : {};
}

/** An object, also if it was delivered as a JSON string, as in Log Analytics. */
export function nestedObject(value: unknown): JsonObject {
  if (typeof value !== 'string') return objectOf(value);
  if (!value.startsWith('{')) return {};
  try {
    return objectOf(JSON.parse(value));
  } catch {
    return {};
  }
}
