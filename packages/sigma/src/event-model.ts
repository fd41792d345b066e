import type { LogSource } from './rule-document.ts';

/**
 * How the engine reads events. The model defines the names and positions of fields. The engine only
 * reads fields that a rule uses.
 */
export interface EventModel<Event> {
  /**
   * Events with equal keys have the same sources and the same values in the fixed fields. The
   * engine evaluates conditions on these once per key. There MUST NOT be many keys.
   */
  keyOf(event: Event): string;
  readonly fixed: ReadonlySet<string>;
  /** MUST depend only on the key. */
  isFrom(event: Event, source: LogSource): boolean;
  /**
   * Creates a reader of a field. It returns undefined for a missing field, and a list for several
   * values. It MUST return the same value for the same event.
   */
  reader(field: string): (event: Event) => unknown;
  /**
   * Events of the same shape lack the same fields, as far as `lacks` tells. Shapes are compared by
   * identity. There SHOULD be few: rules about missing fields are skipped once per key and shape.
   */
  shapeOf?(event: Event): unknown;
  /** Whether the event has no value of the field. MUST depend only on the shape. */
  lacks?(event: Event, field: string): boolean;
  /** The whole event as text, for keyword searches. */
  textOf(event: Event): string;
}

export type PlainEvent = { readonly [member: string]: unknown };

/**
 * Events as plain objects. `a.b` is the member `b` of the member `a`; a list on the path gives the
 * values of all its members. A member whose name has dots is found too. Every event belongs to any
 * source that a rule names.
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

/** Accepts any JSON value; different values give different texts. */
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
