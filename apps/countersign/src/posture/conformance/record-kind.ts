/** What of a record may be told: the vendor's own word for what it is. */
export type RecordKind = {
  /** Records of one family have one form, whatever way they came by. */
  readonly family: string;
  readonly kind: string;
};

/** In the place of a word that may be somebody's. */
export const NOT_SHOWN = '(not shown)';

/**
 * The kind of a record: of audit records the number of its type and the operation, of sign-ins the
 * flow, of the diagnostic export the operation within its category.
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

/** An audit record is the same document by the activity API, by an export and by the search. */
function isAudit(source: string): boolean {
  return source.startsWith('m365.activity/') || source === 'm365.export/unified-audit-log';
}

/** The vendor's names of operations are words; whatever has a digit run or an @ may be a name. */
const VENDOR_WORD = /^[A-Za-z][A-Za-z .,:()/–—-]{0,100}(?:v\d\.\d|\d{1,2})?$/;

function word(value: unknown): string {
  if (typeof value !== 'string') return 'none';
  // Contracts 19.3: a final period and a trailing blank come and go.
  const text = value.trim().replace(/\.$/, '');
  return VENDOR_WORD.test(text) || text === 'v1.0' ? text : NOT_SHOWN;
}

/** Contracts 2.4: types have up to three digits; room is left, and a longer number is no type. */
function numberText(value: unknown): string {
  return typeof value === 'number' && /^\d{1,5}$/.test(String(value)) ? String(value) : '?';
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
