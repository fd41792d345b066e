import { plural } from '@countersign/core';
import { exportEvidenceFile, verifyEvidenceFile } from '../../operations/ledger/evidence.ts';
import { bindDocument } from '../adapter/binding.ts';
import type { CliGroup } from '../adapter/declare-command.ts';
import { checkOutputOf, outputFlags, outputOf } from '../adapter/output-flags.ts';
import { writeOutput } from '../process/output-file.ts';
import { printEvidence } from '../render/render-evidence.ts';

const exportFile = bindDocument(exportEvidenceFile, {
  positional: ['entries'],
  ownFlags: outputFlags('the file to write', 'required'),
  before: checkOutputOf,
  async print(context, { output: { evidence, ...summary } }, own) {
    const { terminal, json } = context;
    const output = outputOf(own);
    const { output: file = '-' } = output;
    await writeOutput(context, output, [evidence]);
    if (file === '-') return;
    const { bytes, entries, vkey, checkpoint } = summary;
    if (json) {
      terminal.document({ file, bytes, entries, checkpoint, vkey });
      return;
    }
    terminal.line(`${plural(entries.length, 'entry')} written to ${file}`);
    terminal.line(`verify with: countersign evidence verify ${file} --key ${vkey}`);
  },
});

const verify = bindDocument(verifyEvidenceFile, {
  positional: ['evidence'],
  render: ({ terminal }, report) => printEvidence(terminal, report),
});

export const commands: readonly CliGroup[] = [
  {
    name: 'evidence',
    summary: 'export entries with their proofs to a file, and verify such a file',
    description: 'An evidence file holds entries with bodies, proofs and the chain of custody.',
    subcommands: [
      { name: 'export', bindings: [exportFile] },
      { name: 'verify', bindings: [verify] },
    ],
  },
];
