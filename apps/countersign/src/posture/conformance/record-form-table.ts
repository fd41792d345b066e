import { KINDS_MAX, RECORDS_PER_KIND } from '../limits.ts';
import { addFields, type Fields, type ValueForm } from './field-form.ts';
import { kindOf } from './record-kind.ts';

/** The forms of all records of one kind. */
export type KindShape = {
  readonly family: string;
  readonly kind: string;
  readonly records: number;
  /** Sorted by path; forms sorted. */
  readonly fields: readonly { readonly field: string; readonly forms: readonly ValueForm[] }[];
};

type Entry = { readonly family: string; readonly kind: string; records: number; fields: Fields };

/** Learns the forms of records: names, types and counts, never a value. */
export class RecordFormTable {
  readonly #kinds = new Map<string, Entry>();
  #records = 0;

  get records(): number {
    return this.#records;
  }

  add(source: string, value: unknown): void {
    this.#records += 1;
    const { family, kind } = kindOf(source, value);
    const key = `${family}\n${kind}`;
    let entry = this.#kinds.get(key);
    if (entry === undefined) {
      if (this.#kinds.size >= KINDS_MAX) return;
      entry = { family, kind, records: 0, fields: new Map() };
      this.#kinds.set(key, entry);
    }
    entry.records += 1;
    if (entry.records <= RECORDS_PER_KIND) addFields(entry.fields, value);
  }

  list(): KindShape[] {
    return [...this.#kinds.values()]
      .map(({ family, kind, records, fields }) => ({
        family,
        kind,
        records,
        fields: [...fields]
          .map(([field, forms]) => ({ field, forms: [...forms].sort() }))
          .sort((a, b) => (a.field < b.field ? -1 : 1)),
      }))
      .sort((a, b) => (`${a.family}\n${a.kind}` < `${b.family}\n${b.kind}` ? -1 : 1));
  }
}
