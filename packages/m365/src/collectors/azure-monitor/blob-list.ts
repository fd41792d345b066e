/** One blob in a List Blobs answer. */
export type ListedBlob = {
  readonly name: string;
  readonly bytes: number;
  readonly etag: string;
  readonly changedMs: number;
  readonly isAppend: boolean;
};

export type BlobPage = {
  readonly blobs: readonly ListedBlob[];
  readonly nextMarker: string | undefined;
};

const BLOB = /<Blob>([\s\S]*?)<\/Blob>/g;

/**
 * Parses an answer of List Blobs (Blob service REST API). The XML has a fixed form, and the
 * relevant parts have no attributes. Returns undefined for anything else.
 */
export function parseBlobList(xml: string): BlobPage | undefined {
  if (!xml.includes('<EnumerationResults') || !xml.includes('</EnumerationResults>')) {
    return undefined;
  }
  const blobs = [...xml.matchAll(BLOB)].flatMap(([, blob = '']) => blobOf(blob) ?? []);
  const nextMarker = textOf(xml, 'NextMarker');
  return { blobs, nextMarker: nextMarker === '' ? undefined : nextMarker };
}

function blobOf(xml: string): ListedBlob | undefined {
  const name = textOf(xml, 'Name');
  const bytes = Number(textOf(xml, 'Content-Length') ?? 'none');
  const changedMs = Date.parse(textOf(xml, 'Last-Modified') ?? '');
  if (name === undefined || !Number.isSafeInteger(bytes) || Number.isNaN(changedMs)) {
    return undefined;
  }
  const isAppend = textOf(xml, 'BlobType') === 'AppendBlob';
  return { name, bytes, etag: textOf(xml, 'Etag') ?? '', changedMs, isAppend };
}

function textOf(xml: string, element: string): string | undefined {
  const opening = `<${element}>`;
  const start = xml.indexOf(opening);
  const end = start < 0 ? -1 : xml.indexOf(`</${element}>`, start);
  return end < 0 ? undefined : unescaped(xml.slice(start + opening.length, end));
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

function unescaped(text: string): string {
  return text.replace(/&(#x?[0-9a-fA-F]{1,6}|[a-z]{1,5});/g, (whole, name: string) => {
    if (!name.startsWith('#')) return ENTITIES[name] ?? whole;
    const isHex = name[1] === 'x';
    const code = Number.parseInt(name.slice(isHex ? 2 : 1), isHex ? 16 : 10);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
