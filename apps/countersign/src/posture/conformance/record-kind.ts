/** The kind of a record, in the vendor's words. It may be shown to others. */
export type RecordKind = {
  /** Records of one family have one form, however they were delivered. */
  readonly family: string;
  readonly kind: string;
};

/** Replaces a word that may be personal data. */
export const NOT_SHOWN = '(not shown)';

/**
 * The kind of a record: type number and operation of an audit record, flow of a sign-in, category
 * and operation of the diagnostic export.
 */
export function kindOf(source: string, value: unknown): RecordKind {
  const record = asObject(value);
  if (isAudit(source)) {
    const { RecordType: type, Operation: operation } = record;
    return { family: 'audit', kind: `${numberText(type)} ${word(operation)}` };
  }
  if (source === 'graph/signIns') {
    const { signInEventTypes: types } = record;
    const [type] = Array.isArray(types) ? (types as readonly unknown[]) : [];
    return { family: source, kind: word(type ?? 'v1.0') };
  }
  if (source === 'graph/directoryAudits') {
    return { family: source, kind: word(record['activityDisplayName']) };
  }
  if (source.startsWith('azure-monitor/')) {
    return { family: source, kind: word(record['operationName'] ?? record['OperationName']) };
  }
  return { family: source, kind: word(record['operation'] ?? record['Operation'] ?? 'any') };
}

/** An audit record is the same document from the activity API, an export or the search. */
function isAudit(source: string): boolean {
  return source.startsWith('m365.activity/') || source === 'm365.export/unified-audit-log';
}

/**
 * The vendor's operation names are words. A text with a digit run or an @ may be a person's name.
 */
const VENDOR_WORD = /^[A-Za-z][A-Za-z .,:()/–—-]{0,100}(?:v\d\.\d|\d{1,2})?$/;

function word(value: unknown): string {
  if (typeof value !== 'string') return 'none';
  // Contracts 19.3: a final period and a trailing space vary between feeds.
  const text = value.trim().replace(/\.$/, '');
  return VENDOR_WORD.test(text) || text === 'v1.0' ? text : NOT_SHOWN;
}

/**
 * Contracts 2.4: type numbers have up to three digits. Allow some more; a longer number is not a
 * type.
 */
function numberText(value: unknown): string {
  return typeof value === 'number' && /^\d{1,5}$/.test(String(value)) ? String(value) : '?';
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
