import { sha256 } from '@noble/hashes/sha2.js';
import { formatBase64, utf8 } from '../proof/bytes.ts';

/**
 * The page around the evidence. All evidence pages of one version differ only in `data`, so the
 * program of the page can rebuild the page and compare it with the document that it is in.
 *
 * The page leaves out every optional tag, and has no line break: a browser reads a changed optional
 * tag or another line break as the same document.
 */
export type PageParts = {
  /** The evidence, as {@link embed} writes it. */
  readonly data: string;
  /** The program: ASCII, one line, without `</script`. */
  readonly code: string;
};

const TITLE = 'Countersign evidence';
const UNCHECKED =
  'Nothing in this file is checked. The program in this file did not run: ' +
  'the file was changed, or this browser does not run scripts.';

/** The bytes of the file. */
export function pageSource({ data, code }: PageParts): string {
  return (
    `<!doctype html><html lang="en">${head(code)}` +
    `<script type="application/json" id="evidence">${data}</script>` +
    `<p id="unchecked">${UNCHECKED}<script>${code}</script>`
  );
}

/** How a browser serializes the document element of an unchanged file. */
export function pageDocument({ data, code }: PageParts): string {
  return (
    `<html lang="en"><head>${head(code)}` +
    `<script type="application/json" id="evidence">${data}</script></head>` +
    `<body><p id="unchecked">${UNCHECKED}<script>${code}</script></p></body></html>`
  );
}

function head(code: string): string {
  return (
    '<meta charset="utf-8">' +
    `<meta http-equiv="Content-Security-Policy" content="${policyOf(code)}">` +
    '<meta name="viewport" content="width=device-width, initial-scale=1">' +
    `<title>${TITLE}</title>`
  );
}

/** Only this program runs, it loads nothing, and it sends nothing. */
function policyOf(code: string): string {
  const hash = formatBase64(sha256(utf8(code)));
  return (
    `default-src 'none'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; ` +
    "require-trusted-types-for 'script'; trusted-types 'none'"
  );
}

/** A text as JSON that is inert in HTML: ASCII, one line, no `<`. */
function embed(text: string): string {
  return JSON.stringify(text).replace(/[<\u007f-\uffff]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** Undefined if the text is not what {@link embed} writes. */
export function extract(data: string): string | undefined {
  try {
    const text: unknown = JSON.parse(data);
    return typeof text === 'string' && embed(text) === data ? text : undefined;
  } catch {
    return undefined;
  }
}
