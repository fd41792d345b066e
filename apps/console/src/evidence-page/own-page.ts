import { decodeUtf8 } from '../proof/bytes.ts';
import { extract, pageDocument, pageSource } from './page-shell.ts';

/** The document before the program changes it. */
export type OwnPage =
  | { readonly kind: 'as written'; readonly evidence: string; readonly source: string }
  | { readonly kind: 'changed' };

/**
 * Compares the document with the page that Countersign writes around its evidence. It sees every
 * change that changes the document. It does not see the letter case of tags or the spaces in them,
 * which a browser does not keep: {@link isWholeFile} does.
 * @param code the program of the page, as the document holds it
 */
export function readOwnPage(document: Document, code: string): OwnPage {
  const data = document.getElementById('evidence')?.textContent ?? '';
  const evidence = extract(data);
  const { doctype, documentElement, childNodes, compatMode } = document;
  const isSame =
    documentElement.outerHTML === pageDocument({ data, code }) &&
    childNodes.length === 2 &&
    childNodes[0] === doctype &&
    compatMode === 'CSS1Compat';
  if (evidence === undefined || !isSame) return { kind: 'changed' };
  return { kind: 'as written', evidence, source: pageSource({ data, code }) };
}

/** Whether the bytes are those of the page, each of them. */
export function isWholeFile(bytes: Uint8Array, source: string): boolean {
  return decodeUtf8(bytes) === source;
}
