import { plural } from '@countersign/core';
import { listIncidents, showIncident } from '../../operations/detection/incidents.ts';
import { listFindings } from '../../operations/detection/list-findings.ts';
import {
  type MarkedFindings,
  markFindings,
  markIncident,
} from '../../operations/detection/mark-findings.ts';
import { showFinding } from '../../operations/detection/show-finding.ts';
import { showStory } from '../../operations/detection/show-story.ts';
import { bindDocument, bindLedger, bindList } from '../adapter/binding.ts';
import type { CliCommand } from '../adapter/declare-command.ts';
import { printFinding } from '../render/findings/render-finding.ts';
import { printFindings } from '../render/findings/render-findings.ts';
import { INCIDENT_COLUMNS, printIncident } from '../render/findings/render-incident.ts';
import { printStory } from '../render/findings/render-story.ts';

const findings = bindList(listFindings, {
  ownFlags: [
    {
      flag: 'all',
      description:
        'list every finding; by default, a terminal shows the most severe of each incident',
    },
  ],
  async render({ terminal }, read, { incident, rule, minSeverity }, own) {
    const view = await read();
    if (view.groups.length === 0) return;
    const isNarrowed = incident !== undefined || rule !== undefined || minSeverity !== undefined;
    const isWhole = own['all'] === true || isNarrowed || terminal.columns === Infinity;
    printFindings(terminal, view, isWhole ? 'all' : 'most serious');
  },
});

const show = bindDocument(showFinding, {
  positional: ['id'],
  render: ({ terminal }, detail) => printFinding(terminal, detail),
});

const incidents = bindList(listIncidents, {
  render: ({ terminal }, rows) => terminal.table(INCIDENT_COLUMNS, rows),
});

const incident = bindDocument(showIncident, {
  positional: ['id'],
  when: { argument: 'id' },
  render: ({ terminal }, view) => printIncident(terminal, view),
});

const story = bindDocument(showStory, {
  positional: ['id'],
  render: ({ terminal }, view) => printStory(terminal, view),
});

const mark = bindLedger(markFindings, {
  positional: ['id'],
  render: ({ terminal }, marked) => terminal.line(markedText(marked)),
});

const markWhole = bindLedger(markIncident, {
  positional: ['id'],
  render: ({ terminal }, marked) => terminal.line(markedText(marked)),
});

function markedText({ findings: marked, status, entries }: MarkedFindings): string {
  const done = status ?? 'changed';
  return `${plural(marked.length, 'finding')} ${done}; entries ${entries.join(', ')}`;
}

export const commands: readonly CliCommand[] = [
  {
    name: 'findings',
    bindings: [findings],
    subcommands: [
      { name: 'show', bindings: [show] },
      { name: 'incidents', bindings: [incidents, incident] },
      { name: 'story', bindings: [story] },
      { name: 'mark', bindings: [mark] },
      { name: 'mark-incident', bindings: [markWhole] },
    ],
  },
];
