import type { LogSource } from './rule-document.ts';

/**
 * How the engine sees events of some kind. What a field is called, and where it lies, is the
 * model's business; the engine only reads what a rule asks for.
 */
export interface EventModel<Event> {
  /**
   * Events of one key are of the same sources and have the same values in the fixed fields: what
   * rules ask of these is worked out once a key. There MUST NOT be many keys.
   */
  keyOf(event: Event): string;
  readonly fixed: ReadonlySet<string>;
  /** MUST follow from the key. */
  isFrom(event: Event, source: LogSource): boolean;
  /**
   * Reads a field: undefined where it is not there, a list where it has several values. MUST give
   * the same for the same event.
   */
  reader(field: string): (event: Event) => unknown;
  /** The whole event as text, in which keywords are sought. */
  textOf(event: Event): string;
}

export type PlainEvent = { readonly [member: string]: unknown };

/**
 * Events as plain objects: `a.b` is the member `b` of the member `a`, lists on the way give the
 * values of all their members, and a member whose name has dots is found as well. Every event is
 * taken to be of the source that a rule names.
 */
export function plainModel(fixed: readonly string[] = []): EventModel<PlainEvent> {
  const readers = fixed.map(pathReader);
  return {
    fixed: new Set(fixed),
    keyOf: (event) => {
      if (readers.length === 1) return keyText(readers[0]?.(event));
      return readers.map((read) => keyText(read(event))).join('\n');
    },
    isFrom: () => true,
    reader: pathReader,
    textOf: (event) => JSON.stringify(event),
  };
}

/** Of whatever JSON can hold; no two values have one text. */
function keyText(value: unknown): string {
  return typeof value === 'string' ? `"${value}` : (JSON.stringify(value) ?? '');
}

export function pathReader(field: string): (event: PlainEvent) => unknown {
  const names = field.split('.');
  if (names.length === 1) {
    return (event) => (Object.hasOwn(event, field) ? event[field] : undefined);
  }
  return (event) => {
    if (Object.hasOwn(event, field)) return event[field];
    return valueAt(event, names, 0);
  };
}

function valueAt(here: unknown, names: readonly string[], from: number): unknown {
  let value = here;
  for (let at = from; at < names.length; at++) {
    if (Array.isArray(value)) {
      const found = value.flatMap((item) => valueAt(item, names, at) ?? []);
      return found.length === 0 ? undefined : found;
    }
    if (typeof value !== 'object' || value === null) return undefined;
    const name = names[at] as string;
    if (!Object.hasOwn(value, name)) return undefined;
    value = (value as PlainEvent)[name];
  }
  return value;
}
