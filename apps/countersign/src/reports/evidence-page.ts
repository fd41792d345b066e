import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatBase64, sha256 } from '@countersign/tlog';
import { contentFolder } from '../config/installed-package.ts';

/** A browser holds the page several times, as text and as a document. */
export const EVIDENCE_PAGE_BYTES_MAX: number = 32 * 1024 * 1024;

const DATA_HEAD = '<script type="application/json" id="evidence">';
const PROGRAM_HEAD = '<script>';
const END = '</script>';
const HASH = /'sha256-[A-Za-z0-9+/=]{44}'/;

/** The page around exported evidence, without evidence: `npm run reference` builds it. */
export function readPageShell(): string {
  return readFileSync(join(contentFolder(), 'evidence-page', 'page.html'), 'utf8');
}

/** One HTML file that shows the evidence and verifies it in a browser, offline. */
export function evidencePage(shell: string, evidence: string): string {
  const { before, program } = partsOf(shell);
  return `${before}${embed(evidence)}${program}`;
}

export type EvidenceOfPage = {
  /** The evidence file in it; undefined if it holds none. */
  readonly evidence: string | undefined;
  /** A byte of the page outside the evidence differs from what any version writes. */
  readonly isChanged: boolean;
  /** The program that verifies in the browser is the one of this version. */
  readonly isOwnProgram: boolean;
};

export function isEvidencePage(bytes: Uint8Array): boolean {
  return /^\s*</.test(Buffer.from(bytes.subarray(0, 64)).toString('latin1'));
}

/** Takes the evidence out of a page, and compares every other byte with the shell. */
export function readEvidencePage(shell: string, bytes: Uint8Array): EvidenceOfPage {
  const text = Buffer.from(bytes).toString('utf8');
  const from = text.indexOf(DATA_HEAD) + DATA_HEAD.length;
  const to = text.indexOf(END, from);
  const data = from < DATA_HEAD.length || to < 0 ? '' : text.slice(from, to);
  const evidence = extract(data);
  // The program may hold the same tag in a string; only the first one after the evidence is real.
  const code = text.slice(text.indexOf(PROGRAM_HEAD, to) + PROGRAM_HEAD.length, -END.length);
  const written = ofProgram(shell, code, data);
  return {
    evidence,
    isChanged: evidence === undefined || !Buffer.from(written).equals(bytes),
    isOwnProgram: code === partsOf(shell).code,
  };
}

/** The page as a version with this program writes it. */
function ofProgram(shell: string, code: string, data: string): string {
  const { before, program, code: own } = partsOf(shell);
  const hash = `'sha256-${formatBase64(sha256(Buffer.from(code)))}'`;
  const head = before.replace(HASH, () => hash);
  return `${head}${data}${program.slice(0, -own.length - END.length)}${code}${END}`;
}

/** The shell up to the place of the evidence, the rest, and the program in the rest. */
function partsOf(shell: string): {
  readonly before: string;
  readonly program: string;
  readonly code: string;
} {
  const at = shell.indexOf(DATA_HEAD) + DATA_HEAD.length;
  const program = shell.slice(at);
  const code = program.slice(program.indexOf(PROGRAM_HEAD) + PROGRAM_HEAD.length, -END.length);
  return { before: shell.slice(0, at), program, code };
}

/** A text as JSON that is inert in HTML: ASCII, one line, no `<`. */
function embed(text: string): string {
  return JSON.stringify(text).replace(/[<\u007f-\uffff]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

function extract(data: string): string | undefined {
  try {
    const text: unknown = JSON.parse(data);
    return typeof text === 'string' && embed(text) === data ? text : undefined;
  } catch {
    return undefined;
  }
}
