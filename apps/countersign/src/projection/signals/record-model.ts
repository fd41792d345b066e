import {
  type FieldReader,
  fieldReader,
  isSignIn,
  lacksField,
  operationOf,
  type Reading,
  ReadingParts,
} from '@countersign/ocsf';
import type { EventModel, LogSource } from '@countersign/sigma/match';

/** Record kinds in the cache before it is cleared. A tenant has a few thousand. */
const KEYS_MAX = 50_000;

/** Fields that are part of the key: they have few values, and nearly every rule tests one. */
const FIXED: ReadonlySet<string> = new Set([
  ...['source', 'class_uid', 'activity_id', 'status', 'operation', 'workload', 'record_type'],
  ...['spelled', 'actor_type'],
]);

/**
 * Records of the suite as rules see them. A name that is not ours is looked up in the record as
 * delivered, so that third-party rules find the vendor's members.
 */
export function recordModel(parts: ReadingParts = new ReadingParts()): EventModel<Reading> {
  const keys = new Keys();
  return {
    fixed: FIXED,
    keyOf: (reading) => keys.of(reading),
    isFrom: ({ subject, event }, source) =>
      sourcesOf(subject.record.source, event.workload, {
        isSignIn: isSignIn(event.classUid),
        isDirectory: subject.directory !== null,
        isAlert: event.classUid === DETECTION_FINDING,
      }).some((known) => isWithin(source, known)),
    reader: (field): FieldReader => {
      const known = fieldReader(field, parts) ?? fieldReader(`raw.${field}`, parts);
      return known ?? (() => undefined);
    },
    shapeOf: (reading) => parts.names(reading),
    lacks: (reading, field) => {
      const isOurs = fieldReader(field, parts) !== undefined;
      return lacksField(reading, isOurs ? field : `raw.${field}`, parts);
    },
    textOf: (reading) => parts.text(reading),
  };
}

const DETECTION_FINDING = 2004;

function isWithin(wanted: LogSource, known: LogSource): boolean {
  return (['category', 'product', 'service'] as const).every(
    (part) => wanted[part] === undefined || wanted[part] === known[part],
  );
}

type Kind = {
  readonly isSignIn: boolean;
  readonly isDirectory: boolean;
  readonly isAlert: boolean;
};

const OWN: LogSource = { product: 'countersign', service: 'records' };
const azure = (service: string): LogSource => ({ product: 'azure', service });
const m365 = (service: string): LogSource => ({ product: 'm365', service });

/** The log sources of Sigma's taxonomy that a record belongs to, in addition to our own. */
function sourcesOf(source: string, workload: string | null, kind: Kind): readonly LogSource[] {
  const { isSignIn: isLogon, isDirectory, isAlert } = kind;
  const sources: LogSource[] = [OWN];
  const family = source.slice(0, source.indexOf('/'));
  const name = source.slice(source.indexOf('/') + 1).toLowerCase();
  const place = workload?.toLowerCase() ?? '';
  if (isLogon) sources.push(azure('signinlogs'));
  if (isDirectory) sources.push(azure('auditlogs'));
  if (isUnified(family, name)) {
    sources.push(m365('audit'));
    if (place === 'exchange') sources.push(m365('exchange'));
    if (isAlert || place === 'securitycompliancecenter' || place === 'threatintelligence') {
      sources.push(m365('threat_management'), m365('threat_detection'));
    }
  }
  if (name.includes('riskevent') || name.includes('riskdetection') || family === 'other') {
    sources.push(azure('riskdetection'), azure('pim'));
  }
  const isMonitor = family === 'azure-monitor' || name === 'azureactivity' || family === 'other';
  if (isMonitor && !isLogon && !isDirectory) sources.push(azure('activitylogs'));
  return sources;
}

function isUnified(family: string, name: string): boolean {
  if (family.startsWith('m365.') || family === 'defender') return true;
  return name === 'auditlogquery' || name === 'officeactivity';
}

/** Interns keys, so that a record costs a few lookups and creates no text. */
class Keys {
  readonly #known = new Map<string, Map<string, Map<string, Map<number, string>>>>();
  #count = 0;

  of(reading: Reading): string {
    const { subject, event } = reading;
    const { source } = subject.record;
    const operation = event.operation ?? subject.directory?.activity ?? '';
    const workload = event.workload ?? '';
    const { classUid, activityId, statusId, actorType, recordType } = event;
    // Each has few values, so the sum stays far below 2^53.
    const kinds = (classUid * 100 + activityId) * 100 + (statusId % 100);
    const number = (kinds * 8 + (actorType & 7)) * 4_096 + ((recordType ?? -1) + 1);
    const found = this.#known.get(source)?.get(workload)?.get(operation)?.get(number);
    return found ?? this.#add(reading, { source, workload, operation, number });
  }

  #add(
    reading: Reading,
    of: { source: string; workload: string; operation: string; number: number },
  ): string {
    const { source, workload, operation, number } = of;
    // An attacker can send endless new names.
    if (this.#count >= KEYS_MAX) {
      this.#known.clear();
      this.#count = 0;
    }
    this.#count += 1;
    const isDirectory = reading.subject.directory !== null ? 'd' : '';
    const named = [source, workload, operation, operationOf(reading), number, isDirectory];
    const key = JSON.stringify(named);
    const workloads = memberOf(this.#known, source, () => new Map());
    const operations = memberOf(workloads, workload, () => new Map());
    memberOf(operations, operation, () => new Map()).set(number, key);
    return key;
  }
}

function memberOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
