import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { JsonObject } from '../../core/json-object.ts';

/** A captured document, with its kind in RECORDS.md. */
export type CapturedDocument = { readonly kind: string; readonly body: JsonObject };

/** Unified audit records from exports, as the cmdlet and several tools write them. */
export function unifiedCaptures(folder: string): CapturedDocument[] {
  const files = readdirSync(folder).filter((name) => /\.(?:csv|json)$/.test(name));
  return files.flatMap((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    const documents = name.endsWith('.csv') ? auditCells(text) : topLevel(text);
    return documents.flatMap(unified);
  });
}

/** The original records behind Defender's rows. */
export function defenderCaptures(path: string): CapturedDocument[] {
  return topLevel(readFileSync(path, 'utf8')).flatMap((row) => {
    const raw = row['RawEventData'];
    return raw === null || typeof raw !== 'object' ? [] : unified(raw as JsonObject);
  });
}

/** Export rows that rule authors keep as tests. */
export function exportCaptures(folder: string): CapturedDocument[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yml'));
  return files.flatMap((name) => {
    const rule = parse(readFileSync(join(folder, name), 'utf8')) as JsonObject;
    const tests = (rule['Tests'] ?? []) as readonly { readonly Log: JsonObject }[];
    return tests.map(({ Log: log }) => {
      const isAudit = /^(?:Policy|\w+Management)$/.test(String(log['category']));
      const category = isAudit ? 'AuditLogs' : String(log['category']);
      const own = Object.entries(log).filter(([member]) => !member.startsWith('p_'));
      const body = Object.fromEntries(own.map(([member, value]) => [spelling(member), value]));
      return { kind: `azure/${category}`, body };
    });
  });
}

/** Some of these were recorded in lower case. */
const SPELLINGS = new Map(
  (
    'callerIpAddress correlationId durationMs operationName operationVersion resourceId ' +
    'resultSignature resultType tenantId Level'
  )
    .split(' ')
    .map((member) => [member.toLowerCase(), member]),
);

function spelling(member: string): string {
  return SPELLINGS.get(member.toLowerCase()) ?? member;
}

function unified(document: JsonObject): CapturedDocument[] {
  const data = document['AuditData'];
  const body = (typeof data === 'string' ? JSON.parse(data) : (data ?? document)) as JsonObject;
  const isRecord = typeof body['RecordType'] === 'number' && 'Operation' in body;
  return isRecord ? [{ kind: String(body['RecordType']), body }] : [];
}

function auditCells(csv: string): JsonObject[] {
  return Array.from(csv.matchAll(/"(\{""(?:[^"]|"")*\})"/g), ([, cell = '']) => {
    return JSON.parse(cell.replaceAll('""', '"')) as JsonObject;
  });
}

/** Consecutive objects, with or without commas, lists and line breaks between them. */
function topLevel(text: string): JsonObject[] {
  const documents: JsonObject[] = [];
  let depth = 0;
  let start = 0;
  let isText = false;
  for (let at = 0; at < text.length; at++) {
    const here = text[at];
    if (isText && here === '\\') at++;
    else if (here === '"') isText = !isText;
    else if (isText) continue;
    else if (here === '{' && depth++ === 0) start = at;
    else if (here === '}' && --depth === 0) {
      documents.push(JSON.parse(text.slice(start, at + 1)) as JsonObject);
    }
  }
  return documents;
}
