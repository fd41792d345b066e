import { STRING_LAYERS_MAX } from '../../../limits.ts';
import type { JsonObject } from '../chunks/chunk.ts';
import { JsonScanner } from './json-scanner.ts';

export type AuditDocument =
  | { readonly kind: 'document'; readonly value: JsonObject; readonly body: Uint8Array }
  | { readonly kind: 'rejected'; readonly reason: string };

/**
 * Parses an AuditData document. Tools that write JSON into JSON wrap it as a string, sometimes
 * twice. The body is then the innermost text.
 */
export function parseAuditData(text: string, body: Uint8Array): AuditDocument {
  let inner = text;
  let bytes = body;
  for (let layer = 0; layer < STRING_LAYERS_MAX; layer++) {
    const parsed = parseJson(inner);
    if (parsed === undefined) return { kind: 'rejected', reason: whyBroken(inner, bytes) };
    if (isObject(parsed.value)) return { kind: 'document', value: parsed.value, body: bytes };
    if (typeof parsed.value !== 'string') break;
    inner = parsed.value;
    // A lone surrogate that only the wrapping could hold becomes U+FFFD, because UTF-8 cannot
    // encode it.
    bytes = Buffer.from(inner);
  }
  return { kind: 'rejected', reason: 'AuditData is not a JSON object' };
}

export function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    // V8's message quotes the text, which may hold anything. The caller gives its own reason.
    return undefined;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Excel keeps this many characters of a cell and drops the rest silently. */
const EXCEL_CELL_CHARACTERS = 32_767;

function whyBroken(text: string, bytes: Uint8Array): string {
  if (text.trim() === '') return 'AuditData is empty';
  const scanner = new JsonScanner();
  const start = bytes.findIndex((byte) => byte === 0x7b || byte === 0x22);
  if (start < 0) return 'AuditData is not JSON';
  scanner.begin(start);
  const state = scanner.run(bytes, bytes.length);
  if (state === 'broken') return `AuditData is not JSON: ${scanner.problem}`;
  if (state === 'done') return 'AuditData is not JSON';
  return text.length === EXCEL_CELL_CHARACTERS
    ? 'AuditData is cut off at 32,767 characters, the limit of a cell in Excel'
    : `AuditData is cut off after ${text.length} characters`;
}
