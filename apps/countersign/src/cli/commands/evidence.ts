import { createReadStream, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { messageOf, plural } from '@countersign/core';
import { EVIDENCE_BYTES_MAX, type EvidenceReport, verifyEvidence } from '@countersign/ledger';
import { parsePolicy, parseVkey } from '@countersign/tlog';
import type { Command as Parser } from 'commander';
import {
  askStore,
  indexIn,
  notYetIndexed,
  orCannotTell,
  reasonsText,
} from '../answers/open-readers.ts';
import { type EntryReference, entryReferences } from '../options/parse-options.ts';
import type { BindCommand, CommandHandler, Context } from '../process/command-context.ts';
import { CliError, usage } from '../process/errors.ts';
import { EXIT, type ExitCode } from '../process/exit-code.ts';
import { checkOutput, type OutputFlags, OVERWRITE, writeOutput } from '../process/output-file.ts';
import { evidenceJson, printEvidence } from '../render/render-evidence.ts';

export function declareEvidence(program: Parser, bind: BindCommand): void {
  const evidence = program
    .command('evidence')
    .summary('hand entries over with their proofs, and verify such files')
    .description('Files that hold entries with bodies, proofs and the chain of custody.');
  evidence
    .command('export')
    .summary('put entries into an evidence file')
    .description('Exports entries with bodies, proofs, checkpoint and the imports they came by.')
    .argument('<index...>', 'indices of the entries', entryReferences)
    .requiredOption('-o, --output <file>', 'the file to write')
    .option(...OVERWRITE)
    .action(bind(exportCommand));
  evidence
    .command('verify')
    .summary('verify an evidence file, offline')
    .description(
      'Verifies an evidence file with nothing but the file and the key of the log. Without a key ' +
        'it answers "cannot tell": any person can sign with their own key.',
    )
    .argument('<file>', 'the evidence file')
    .option('--key <vkey>', 'the key of the log, from a place that the file does not control')
    .option('--policy <file>', 'which witnesses you believe (C2SP tlog-policy)')
    .action(bind(verify));
}

type ExportFlags = OutputFlags & { readonly output: string };

const exportCommand: CommandHandler<
  [entries: readonly EntryReference[], flags: ExportFlags]
> = async (context, entries, flags) =>
  askStore(context, async ({ ledger, store, head }) => {
    checkOutput(context, flags);
    // Which imports and keys belong to the chain of custody, the books say: all of it or nothing.
    notYetIndexed(head);
    const { exportEvidence } = await import('../../reports/export-evidence.ts');
    const indices = entries.map((entry) => indexIn(head.origin, entry));
    const highest = Math.max(...indices);
    const file = await orCannotTell(highest, () => exportEvidence({ ledger, store }, indices));
    await writeOutput(context, flags, [file]);
    const { terminal } = context;
    const { items } = verifyEvidence(file, ledger.vkey);
    const summary = { file: flags.output, bytes: file.length, entries: items.map((i) => i.index) };
    if (flags.output === '-') return EXIT.done;
    if (context.json) terminal.document({ ...summary, checkpoint: head, vkey: ledger.vkey });
    else {
      terminal.line(`${plural(items.length, 'entry')} written to ${flags.output}`);
      terminal.line(
        `verify with: countersign evidence verify ${flags.output} --key ${ledger.vkey}`,
      );
    }
    return EXIT.done;
  });

type VerifyFlags = { readonly key?: string; readonly policy?: string };

const verify: CommandHandler<[file: string, flags: VerifyFlags]> = async (context, file, flags) => {
  const { cwd } = context;
  const trusted = flags.policy === undefined ? undefined : readFileSync(resolve(cwd, flags.policy));
  const policy = trusted === undefined ? undefined : parsePolicy(trusted);
  if (flags.key !== undefined) checkKey(flags.key);
  const report = verifyEvidence(await readEvidence(context, file), flags.key, policy);
  if (context.json) context.terminal.document(evidenceJson(report));
  else printEvidence(context.terminal, report);
  return verdict(report);
};

/** A key that was mistyped says nothing about the file. */
function checkKey(key: string): void {
  try {
    parseVkey(key);
  } catch (cause) {
    throw usage(`could not verify: --key is not a key of a log (${messageOf(cause)})`);
  }
}

function verdict({ answer }: EvidenceReport): ExitCode {
  switch (answer.kind) {
    case 'yes':
      return EXIT.done;
    case 'no':
      return EXIT.no;
    case 'unknown':
      throw new CliError('CANNOT_TELL', reasonsText(answer.because));
  }
}

/** One byte more than allowed is enough to be refused by the verifier. */
async function readEvidence(context: Context, file: string): Promise<Buffer> {
  const source: AsyncIterable<Buffer> =
    file === '-'
      ? context.stdin
      : createReadStream(resolve(context.cwd, file), { end: EVIDENCE_BYTES_MAX });
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of source) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > EVIDENCE_BYTES_MAX) break;
  }
  return Buffer.concat(chunks);
}
