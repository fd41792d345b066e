import { type Json, object } from './json.ts';
import type { Mapping } from './mapping.ts';
import { base } from './mappings/base.ts';
import { entraSignIn } from './mappings/entra-sign-in.ts';
import type { Memo } from './memo.ts';
import { recordTypeOf } from './record-type.ts';
import {
  portalRow, signInOfGraph, signInOfLogAnalytics, signInOfPortal, signInOfUal, type SignInView,
} from './shapes/sign-in.ts';
import { looksLikeUal, ualOfDocument, ualOfGraphQuery, ualOfOfficeActivity } from './shapes/ual.ts';
import type { SourceRecord, Subject } from './subject.ts';

/** A record with its shape undone, and the mapping that reads it. */
export type Routed = { readonly subject: Subject; readonly mapping: Mapping };

/** By the source, which says the shape; then by record type, operation or activity. */
export function route(record: SourceRecord, memo: Memo): Routed {
  const { source, value } = record;
  if (source.startsWith('m365.')) return routeUal(record, ualOfDocument(value), memo);
  if (source === 'graph/auditLogQuery') return routeUal(record, ualOfGraphQuery(value), memo);
  if (source === 'log-analytics/OfficeActivity') {
    return routeUal(record, ualOfOfficeActivity(value), memo);
  }
  const slash = source.indexOf('/');
  const family = slash < 0 ? source : source.slice(0, slash);
  const name = source.slice(slash + 1);
  const body = object(value);
  switch (family) {
    case 'graph':
      if (name === 'signIns') return signIn(record, body, signInOfGraph(body), memo);
      break;
    case 'azure-monitor': {
      if (name.endsWith('SignInLogs')) {
        const item = object(body['properties']);
        return signIn(record, body, signInOfGraph(item, body), memo);
      }
      break;
    }
    case 'log-analytics':
      if (name.toLowerCase().endsWith('signinlogs')) {
        return signIn(record, body, signInOfLogAnalytics(body, name), memo);
      }
      break;
    case 'entra.portal': {
      const row = portalRow(body);
      if (row['request id'] !== undefined) {
        return signIn(record, row, signInOfPortal(row, name), memo);
      }
      break;
    }
  }
  if (looksLikeUal(value)) return routeUal(record, body, memo);
  return other(record, body, memo);
}

function routeUal(record: SourceRecord, ual: Json, memo: Memo): Routed {
  const recordType = recordTypeOf(ual['RecordType']);
  const operation = ual['Operation'];
  const mapping =
    (typeof operation === 'string' ? BY_OPERATION.get(operation) : undefined) ??
    (recordType === null ? undefined : BY_RECORD_TYPE.get(recordType)) ??
    base;
  const view = mapping === entraSignIn ? signInOfUal(ual, recordType ?? 15) : null;
  return { subject: { record, body: ual, memo, signIn: view, directory: null }, mapping };
}

function signIn(record: SourceRecord, body: Json, view: SignInView, memo: Memo): Routed {
  return { subject: { record, body, memo, signIn: view, directory: null }, mapping: entraSignIn };
}

function other(record: SourceRecord, body: Json, memo: Memo): Routed {
  return { subject: { record, body, memo, signIn: null, directory: null }, mapping: base };
}

const MAPPINGS: readonly Mapping[] = [entraSignIn];
const BY_RECORD_TYPE: ReadonlyMap<number, Mapping> = new Map(
  MAPPINGS.flatMap((m) => (m.matches.recordTypes ?? []).map((type) => [type, m] as const)),
);
const BY_OPERATION: ReadonlyMap<string, Mapping> = new Map(
  MAPPINGS.flatMap((m) => (m.matches.operations ?? []).map((name) => [name, m] as const)),
);
