import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Records of real captures, if the data folder is beside the repository. For tests only. */
const FOLDER: string = join(import.meta.dirname, '../../../../../shared/data');

export const capturesAreHere: boolean = existsSync(join(FOLDER, 'ual-captures'));
export const NO_CAPTURES = 'because there are no captures at ../shared/data';

export type Capture = { readonly file: string; readonly source: string; readonly value: Members };
type Members = { readonly [name: string]: unknown };

export function readCaptures(): Capture[] {
  const ual = join(FOLDER, 'ual-captures');
  const found: Capture[] = readdirSync(ual)
    .filter((file) => /\.(?:csv|json)$/.test(file))
    .flatMap((file) => {
      const text = readFileSync(join(ual, file), 'utf8').replace(/^\uFEFF/, '');
      const documents = file.endsWith('.csv') ? auditDataOfCsv(text) : documentsOf(text);
      return documents.map((document) => ({
        file,
        source: 'm365.export/unified-audit-log',
        value: (document['AuditData'] as Members | undefined) ?? document,
      }));
    });
  for (const [file, source] of GOLDEN_SAML) {
    const text = readFileSync(join(FOLDER, 'golden-saml', file), 'utf8');
    found.push(...documentsOf(text).map((value) => ({ file, source, value })));
  }
  return found;
}

const GOLDEN_SAML: readonly (readonly [string, string])[] = [
  ['AADAuditEvents.json', 'log-analytics/AuditLogs'],
  ['Microsoft365DefenderEvents.json', 'defender/advanced-hunting'],
  ['OfficeActivityEvents.json', 'log-analytics/OfficeActivity'],
];

/** Consecutive objects, with or without an array around them. */
function documentsOf(text: string): Members[] {
  const documents: Members[] = [];
  let depth = 0;
  let start = -1;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const here = text[at];
    if (inString) {
      if (here === '\\') at++;
      else if (here === '"') inString = false;
    } else if (here === '"') inString = true;
    else if (here === '{' && depth++ === 0) start = at;
    else if (here === '}' && --depth === 0) {
      documents.push(JSON.parse(text.slice(start, at + 1)) as Members);
    }
  }
  return documents;
}

/** The cells that hold a JSON document. In these files they are the AuditData column. */
function auditDataOfCsv(text: string): Members[] {
  return [...text.matchAll(/"(\{(?:[^"]|"")*\})"/g)].map(
    (match) => JSON.parse((match[1] as string).replaceAll('""', '"')) as Members,
  );
}
