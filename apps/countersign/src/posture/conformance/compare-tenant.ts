import type { Delays, Description } from './emulator-description.ts';
import type { ValueForm } from './field-form.ts';
import type { KindShape } from './record-form-table.ts';

/** One field in which the two differ. */
export type FieldDifference = {
  readonly field: string;
  /** Where it is: only in the tenant's records, only in the emulator's, or in both otherwise. */
  readonly in: 'tenant' | 'emulator' | 'both';
  readonly tenant: readonly ValueForm[];
  readonly emulator: readonly ValueForm[];
};

export type KindComparison = {
  readonly family: string;
  readonly kind: string;
  /** Of the tenant. */
  readonly records: number;
  /**
   * - `same`     every field is known, in a form that is known
   * - `differs`  see `differences`
   * - `new`      the emulator makes no record of this kind
   */
  readonly state: 'same' | 'differs' | 'new';
  /** Fields of the tenant's records. */
  readonly fields: number;
  /** Fields that only the emulator's have are listed, and may be those of a case not seen. */
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

/** What of a tenant was seen. */
export type TenantObservation = {
  readonly kinds: readonly KindShape[];
  readonly delays: readonly Delays[];
  readonly errors: ReadonlyMap<string, number>;
};

export type Conformance = {
  readonly kinds: readonly KindComparison[];
  /** Kinds that the emulator makes and of which the tenant had none: nothing follows from that. */
  readonly unseen: readonly { readonly family: string; readonly kind: string }[];
  readonly delays: readonly DelayComparison[];
  readonly errors: readonly ErrorComparison[];
};

/** Holds what a tenant delivered against what the emulator makes. */
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

/** Codes of the vendor's; beside them stand words of ours (`loop`, `gone`) and HTTP statuses. */
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
  // A field that the tenant's records lack may be one of a case that none of them was of.
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
  // A form that the emulator never makes: a reader that was tested with it alone may stumble.
  const strange = tenant.filter((form) => !emulator.some((each) => isLike(each, form)));
  return strange.length === 0 ? [] : [{ field, in: 'both', tenant, emulator }];
}

/** Chance decides whether a text was empty, or a number whole, in the records that were seen. */
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
