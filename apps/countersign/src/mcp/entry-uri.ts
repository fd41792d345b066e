import type { EntryReference } from '../operations/definition/fields.ts';

/** The template of evidence, as MCP clients read it (RFC 6570). */
export const ENTRY_URI_TEMPLATE = 'countersign://entry/{origin}/{index}';

/** The origin of a log contains slashes, which the URI escapes. */
export function entryUri(origin: string, index: number): string {
  return `countersign://entry/${encodeURIComponent(origin)}/${index}`;
}

const ENTRY_URI = /^countersign:\/\/entry\/([^/?#]{1,300})\/(\d{1,15})$/;

/** Undefined if the text is not the URI of an entry. */
export function parseEntryUri(text: string): Required<EntryReference> | undefined {
  const [, escaped, digits] = ENTRY_URI.exec(text) ?? [];
  if (escaped === undefined || digits === undefined) return undefined;
  try {
    return { origin: decodeURIComponent(escaped), index: Number(digits) };
  } catch {
    return undefined;
  }
}
