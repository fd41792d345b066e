import { messageOf } from '@countersign/core';
import type { EvidenceReport } from '@countersign/ledger';
import type { TrustPolicy } from '@countersign/tlog';
import { z } from 'zod';
import type { LedgerHead } from '../../store/reading/ledger-head.ts';
import { answerConclusion, YES } from '../definition/conclusion.ts';
import { invalidInput } from '../definition/errors.ts';
import { bytes, type EntryReference, entryReference, field } from '../definition/fields.ts';
import { type DocumentOperation, documentResult } from '../definition/operation.ts';
import { answerSchema, entriesSchema, watermarkSchema } from '../definition/output-schemas.ts';
import { indexIn, needIndex, readOrCannotTell } from '../readers/readers.ts';
import { checkpointSchema, leafSchema } from './entry-schema.ts';

type ExportInput = {
  readonly entries: readonly EntryReference[];
  readonly format?: 'jsonl' | 'html' | undefined;
};

export type ExportedEvidence = {
  /** The file: JSON lines, or a page that verifies itself. */
  readonly evidence: string;
  readonly bytes: number;
  /** The entries and the entries of their imports. */
  readonly entries: readonly number[];
  readonly checkpoint: LedgerHead;
  readonly vkey: string;
};

export const exportEvidenceFile: DocumentOperation<ExportInput, ExportedEvidence> = {
  name: 'evidence export',
  summary: 'export entries to an evidence file',
  description:
    'Exports entries with their bodies, proofs and imports, and the checkpoint. As HTML, it is ' +
    'one file that shows the entries in a browser and verifies them there, offline, against the ' +
    'key that its reader enters.',
  scope: 'ledger:read',
  effect: 'read',
  kind: 'document',
  runsIn: 'caller',
  input: z.strictObject({
    entries: field(z.array(entryReference).min(1), 'indices of the entries', { value: 'index' }),
    format: field(
      z.enum(['jsonl', 'html']).optional(),
      'jsonl: lines of JSON, the default; html: a page that verifies itself in a browser',
    ),
  }),
  output: z.strictObject({
    evidence: z.string().regex(/^(?:\{"countersign":"evidence"|<!doctype html>)/),
    bytes: z.int().min(1),
    entries: entriesSchema,
    checkpoint: z.strictObject({
      origin: z.string(),
      size: z.int().min(1),
      root: z.base64(),
      asOf: watermarkSchema,
    }),
    vkey: z.string().min(1),
  }),
  examples: [
    {
      summary: 'Export two records with their proofs',
      input: { entries: [3461, 3462] },
      commandLine: 'evidence export 3461 3462 -o case-1042.evidence',
      runsOn: 'sample',
    },
    {
      summary: 'The same as one file for a browser',
      input: { entries: [3461, 3462], format: 'html' },
      commandLine: 'evidence export 3461 3462 --format html -o case-1042.html',
      runsOn: 'sample',
    },
  ],
  async run({ readers }, { entries, format }) {
    const { verifyEvidence } = await import('@countersign/ledger');
    const { exportEvidence } = await import('../../reports/export-evidence.ts');
    const { ledger, store, head } = await readers.sources();
    // The index knows which imports and keys belong to the chain of custody, so it must be
    // complete.
    needIndex(head);
    const indices = entries.map((entry) => indexIn(head.origin, entry));
    const highest = Math.max(...indices);
    const file = await readOrCannotTell(highest, () => exportEvidence({ ledger, store }, indices));
    const { vkey } = ledger;
    const { items } = verifyEvidence(file, vkey);
    const text = file.toString('utf8');
    const evidence = format === 'html' ? await pageOf(text) : text;
    const output = {
      ...{ evidence, bytes: Buffer.byteLength(evidence), checkpoint: head, vkey },
      entries: items.map(({ index }) => index),
    };
    return documentResult(output, YES);
  },
};

async function pageOf(evidence: string): Promise<string> {
  const page = await import('../../reports/evidence-page.ts');
  if (evidence.length > page.EVIDENCE_PAGE_BYTES_MAX) {
    throw invalidInput(
      `could not write a page: the evidence has ${evidence.length} bytes, and a browser holds ` +
        `${page.EVIDENCE_PAGE_BYTES_MAX}. Export fewer entries, or leave out the format html`,
    );
  }
  return page.evidencePage(page.readPageShell(), evidence);
}

type VerifyInput = {
  readonly evidence: Uint8Array;
  readonly key?: string | undefined;
  readonly policy?: string | undefined;
};

export const verifyEvidenceFile: DocumentOperation<VerifyInput, object, EvidenceReport> = {
  name: 'evidence verify',
  summary: 'verify an evidence file, offline',
  description:
    'Verifies an evidence file, or a page with evidence, with only the file and the key of the ' +
    'log. Without a key ' +
    'it answers "cannot tell": an attacker can sign with another key.',
  scope: 'ledger:read',
  effect: 'read',
  kind: 'document',
  runsIn: 'caller',
  input: z.strictObject({
    evidence: field(bytes, 'the evidence file', {
      value: 'file',
      isFileOf: 'bytes',
      // One byte more than allowed, so that the verifier can refuse it.
      bytesMax: 256 * 1024 * 1024,
    }),
    key: field(z.string().optional(), 'the key of the log, from a source outside the file', {
      value: 'vkey',
    }),
    policy: field(z.string().optional(), 'the witnesses that you trust (C2SP tlog-policy)', {
      value: 'file',
      isFileOf: 'text',
    }),
  }),
  output: z.strictObject({
    answer: answerSchema,
    witnessed: answerSchema,
    problems: z.array(z.string()),
    checkpoint: checkpointSchema.nullable(),
    items: z.array(
      z.strictObject({
        index: z.int().min(0),
        leaf: leafSchema,
        body: z
          .union([z.strictObject({ text: z.string() }), z.strictObject({ base64: z.base64() })])
          .nullable(),
      }),
    ),
  }),
  examples: [
    {
      summary: 'Verify the proofs in an evidence file',
      input: { evidence: 'e30K' },
      commandLine: 'evidence verify case-1042.evidence',
      runsOn: 'sample',
    },
  ],
  async run({ notice }, { evidence, key, policy }) {
    const { parsePolicy } = await import('@countersign/tlog');
    const { evidenceItem } = await import('../../reports/entry-item.ts');
    const believed: TrustPolicy | undefined =
      policy === undefined ? undefined : parsePolicy(Buffer.from(policy));
    if (key !== undefined) await checkKey(key);
    const report = await verified(evidence, key, believed, notice);
    return {
      output: evidenceItem(report),
      view: report,
      conclusion: answerConclusion(report.answer),
    };
  },
};

/** Verifies the file; of a page, the evidence in it and every byte around it. */
async function verified(
  file: Uint8Array,
  key: string | undefined,
  policy: TrustPolicy | undefined,
  notice: (text: string) => void,
): Promise<EvidenceReport> {
  const { verifyEvidence } = await import('@countersign/ledger');
  const { isEvidencePage, readEvidencePage, readPageShell } = await import(
    '../../reports/evidence-page.ts'
  );
  if (!isEvidencePage(file)) return verifyEvidence(file, key, policy);
  const page = readEvidencePage(readPageShell(), file);
  const report = verifyEvidence(Buffer.from(page.evidence ?? ''), key, policy);
  if (page.isChanged) {
    const { no } = await import('@countersign/core');
    const text = 'the page around the evidence was changed: do not trust what it shows';
    const because = [{ code: 'page-changed', text }];
    const problems = [...report.problems, text];
    return { ...report, problems, answer: no(report.answer.asOf, because) };
  }
  if (!page.isOwnProgram) {
    notice(
      'The program in the page is not the one of this version of Countersign. This command did ' +
        'not run it. Do not trust what the page shows in a browser, unless you trust its sender.',
    );
  }
  return report;
}

/** A mistyped key says nothing about the file. */
async function checkKey(key: string): Promise<void> {
  const { parseVkey } = await import('@countersign/tlog');
  try {
    parseVkey(key);
  } catch (cause) {
    throw invalidInput(
      `could not verify: --key is not a key of a log (${messageOf(cause)})`,
      cause,
    );
  }
}
