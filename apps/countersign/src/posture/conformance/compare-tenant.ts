import type { Delays, Description } from './emulator-description.ts';
import type { ValueForm } from './field-form.ts';
import type { KindShape } from './record-form-table.ts';

/** One field that differs between tenant and emulator. */
export type FieldDifference = {
  readonly field: string;
  /** Which side has it; `both`: with different forms. */
  readonly in: 'tenant' | 'emulator' | 'both';
  readonly tenant: readonly ValueForm[];
  readonly emulator: readonly ValueForm[];
};

export type KindComparison = {
  readonly family: string;
  readonly kind: string;
  /** Records of the tenant. */
  readonly records: number;
  /**
   * - `same`    every field and its form is known
   * - `differs` see `differences`
   * - `new`     the emulator makes no record of this kind
   */
  readonly state: 'same' | 'differs' | 'new';
  /** Fields of the tenant's records. */
  readonly fields: number;
  /** Includes fields that only the emulator has. They may belong to a case that did not occur. */
  readonly differences: readonly FieldDifference[];
};

export type DelayComparison = {
  readonly source: string;
  readonly tenant: Delays;
  readonly emulator: Delays | null;
};

export type ErrorComparison = {
  readonly code: string;
  readonly times: number;
  readonly emulator: 'knows' | 'does not know';
};

/** The observed kinds, delays and error codes of a tenant. */
export type TenantObservation = {
  readonly kinds: readonly KindShape[];
  readonly delays: readonly Delays[];
  readonly errors: ReadonlyMap<string, number>;
};

export type Conformance = {
  readonly kinds: readonly KindComparison[];
  /** Emulator kinds that the tenant did not deliver. Nothing follows from their absence. */
  readonly unseen: readonly { readonly family: string; readonly kind: string }[];
  readonly delays: readonly DelayComparison[];
  readonly errors: readonly ErrorComparison[];
};

/** Compares what a tenant delivered with what the emulator makes. */
export function compare(seen: TenantObservation, description: Description): Conformance {
  const made = new Map(description.kinds.map((shape) => [keyOf(shape), shape]));
  const had = new Set(seen.kinds.map(keyOf));
  const known = new Set(description.errors);
  return {
    kinds: seen.kinds.map((shape) => compareKind(shape, made.get(keyOf(shape)))),
    unseen: description.kinds
      .filter((shape) => !had.has(keyOf(shape)))
      .map(({ family, kind }) => ({ family, kind })),
    delays: seen.delays.map((tenant) => ({
      source: tenant.source,
      tenant,
      emulator: description.delays.find(({ source }) => tenant.source.startsWith(source)) ?? null,
    })),
    errors: [...seen.errors]
      .filter(([code]) => VENDOR_CODE.test(code))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([code, times]) => ({
        code,
        times,
        emulator: known.has(code) ? 'knows' : 'does not know',
      })),
  };
}

/** Vendor error codes. The input also has HTTP statuses and our own words (`loop`, `gone`). */
const VENDOR_CODE = /^(?:AF\d+|AADSTS\d+|[A-Z][A-Za-z]*[a-z][A-Za-z_]*)$/;

function compareKind(tenant: KindShape, emulator: KindShape | undefined): KindComparison {
  const { family, kind, records } = tenant;
  const about = { family, kind, records, fields: tenant.fields.length };
  if (emulator === undefined) return { ...about, state: 'new', differences: [] };
  const theirs = new Map(tenant.fields.map(({ field, forms }) => [field, forms]));
  const ours = new Map(emulator.fields.map(({ field, forms }) => [field, forms]));
  const fields = [...new Set([...theirs.keys(), ...ours.keys()])].sort();
  const differences = fields.flatMap((field) =>
    differenceOf(field, theirs.get(field), ours.get(field)),
  );
  // A field that the tenant's records lack may belong to a case that did not occur.
  const isSame = differences.every((difference) => difference.in === 'emulator');
  return { ...about, state: isSame ? 'same' : 'differs', differences };
}

function differenceOf(
  field: string,
  tenant: readonly ValueForm[] | undefined,
  emulator: readonly ValueForm[] | undefined,
): FieldDifference[] {
  if (tenant === undefined)
    return [{ field, in: 'emulator', tenant: [], emulator: emulator ?? [] }];
  if (emulator === undefined) return [{ field, in: 'tenant', tenant, emulator: [] }];
  // A form that the emulator never makes can break a reader that was tested only with it.
  const strange = tenant.filter((form) => !emulator.some((each) => isLike(each, form)));
  return strange.length === 0 ? [] : [{ field, in: 'both', tenant, emulator }];
}

/** Sampling decides whether a text was empty or a number was whole. */
function isLike(a: ValueForm, b: ValueForm): boolean {
  return a === b || GROUPS.some((group) => group.includes(a) && group.includes(b));
}

const GROUPS: readonly (readonly ValueForm[])[] = [
  ['integer', 'number'],
  ['empty text', 'text', 'address', 'link', 'guid'],
];

function keyOf({ family, kind }: { readonly family: string; readonly kind: string }): string {
  return `${family}\n${kind}`;
}
