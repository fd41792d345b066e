import { plural } from '@countersign/core';
import type { PolicyTestResult } from '@countersign/policy';
import { activatePolicies } from '../../../operations/policies/activate-policies.ts';
import {
  checkPolicyFolder,
  testPolicyFolder,
} from '../../../operations/policies/check-policies.ts';
import { exportPolicies } from '../../../operations/policies/export-policies.ts';
import { replayPolicies } from '../../../operations/policies/replay-policies.ts';
import { type ShownPolicies, showPolicies } from '../../../operations/policies/show-policies.ts';
import { bindDocument, bindLedger, bindList, collect } from '../../adapter/binding.ts';
import type { CliGroup } from '../../adapter/declare-command.ts';
import { checkOutputOf, outputFlags, outputOf } from '../../adapter/output-flags.ts';
import { writeOutput } from '../../process/output-file.ts';
import { renderReplay } from '../../render/render-replay.ts';
import { instantText } from '../../render/time-text.ts';
import type { Column } from '../../terminal/table.ts';

const check = bindDocument(checkPolicyFolder, {
  positional: ['dir'],
  async render({ terminal }, { ok, policies, version, problems }) {
    if (ok) {
      terminal.line(`${plural(policies.length, 'policy')} valid, version ${version?.slice(0, 16)}`);
      return;
    }
    const { problemText } = await import('@countersign/policy');
    for (const { what, ...place } of problems) terminal.line(problemText({ place, what }));
  },
});

const use = bindLedger(activatePolicies, {
  positional: ['dir'],
  render: ({ terminal }, { version }) =>
    terminal.line(`policies of version ${version.slice(0, 16)} are in force`),
});

const test = bindList(testPolicyFolder, {
  positional: ['dir'],
  async render({ terminal }, rows) {
    const results = await collect(rows);
    const failed = results.filter(({ differences }) => differences.length > 0);
    if (failed.length > 0) await terminal.table(COLUMNS, failed);
    terminal.line(`${plural(results.length, 'test')}, ${failed.length} failed`);
  },
});

const show = bindDocument(showPolicies, {
  async render({ terminal }, { version, list, history }) {
    const [last] = history;
    terminal.line(
      version === null || last === undefined
        ? 'no policies are in force: these come with the program'
        : `version ${version.slice(0, 16)}, since ${instantText(last.at)} UTC, by ${last.by}`,
    );
    await terminal.table(POLICY_COLUMNS, list);
  },
});

const replay = bindDocument(replayPolicies, { render: renderReplay });

const exporting = bindList(exportPolicies, {
  positional: ['what'],
  ownFlags: outputFlags('write them to this file, as one JSON list', 'optional'),
  before: checkOutputOf,
  async print(context, list, own) {
    const output = outputOf(own);
    if (output.output === undefined && context.json) {
      await context.terminal.items(list);
      return;
    }
    const policies = await collect(list);
    await writeOutput(context, output, [`${JSON.stringify(policies, null, 2)}\n`]);
  },
});

const POLICY_COLUMNS: readonly Column<ShownPolicies['list'][number]>[] = [
  { title: 'policy', kind: 'text', cell: ({ id }) => id },
  { title: 'effect', kind: 'whole', fold: 2, cell: ({ effect }) => effect },
  { title: 'meaning', kind: 'text', comfortable: 40, cell: ({ sentence }) => sentence },
  { title: 'where', kind: 'text', fold: 1, cell: ({ file, line }) => `${file}:${line}` },
];

const COLUMNS: readonly Column<PolicyTestResult>[] = [
  { title: 'test', kind: 'text', comfortable: 30, cell: ({ name }) => name },
  {
    title: 'what differs',
    kind: 'text',
    comfortable: 40,
    cell: ({ differences }) => differences.join('; '),
  },
  { title: 'where', kind: 'text', fold: 1, cell: ({ file, line }) => `${file}:${line}` },
];

export const commands: readonly CliGroup[] = [
  {
    name: 'policy',
    summary: 'show, check, test, use, replay and export policies',
    description: 'A policy folder holds Cedar files, a schema and tests.',
    subcommands: [
      { name: 'show', bindings: [show] },
      { name: 'check', bindings: [check] },
      { name: 'use', bindings: [use] },
      { name: 'test', bindings: [test] },
      { name: 'replay', bindings: [replay] },
      { name: 'export', bindings: [exporting] },
    ],
  },
];
