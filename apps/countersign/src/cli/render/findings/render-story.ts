import { numberText, plural } from '@countersign/core';
import { entriesText } from '../../../reports/entries-text.ts';
import type { Story, StoryEdge } from '../../../reports/incident/story.ts';
import { PHASE_TITLES, STORY_PHASES } from '../../../reports/incident/story-phase.ts';
import { shortTimeText } from '../../../reports/time-text.ts';
import type { Terminal } from '../../terminal/terminal.ts';

const LABEL = 14;
const STEPS_SHOWN = 12;

/** An incident as a story: its phases, who tainted whom, what was read, and what is doubtful. */
export function printStory(terminal: Terminal, story: Story): void {
  const { incident, without, readings, doubts, footholds, readingsMayLack } = story;
  terminal.line({ text: incident.title, style: 'heading' });
  for (const { text } of without) terminal.labeled('Without', text, LABEL);
  printSteps(terminal, story);
  printEdges(terminal, story);
  terminal.line();
  for (const [at, { place, items, isMore, entries }] of readings.entries()) {
    const more = isMore ? ', and more that was not recorded item by item' : '';
    const text = `at least ${plural(items, 'item')} of ${place}${more} (${entriesText(entries)})`;
    terminal.labeled(at === 0 ? 'Read' : '', text, LABEL);
  }
  if (readings.length === 0) terminal.labeled('Read', 'no record shows that they read', LABEL);
  const [lack] = readingsMayLack;
  if (lack !== undefined) terminal.labeled('Cannot tell', `what else: ${lack.text}`, LABEL);
  const open = plural(footholds.open, 'foothold is', 'footholds are');
  terminal.labeled('Open', `${open} open, and ${numberText(footholds.unknown)} unknown`, LABEL);
  for (const [at, doubt] of doubts.entries()) {
    const { text, clears, openWithout, finding } = doubt;
    const cleared = plural(clears.length, 'party is', 'parties are');
    const left = plural(openWithout, 'foothold stays', 'footholds stay');
    const which = `if "${text}" (${finding.slice(0, 8)}) is a false alarm`;
    const line = `${which}: ${cleared} cleared, ${left} open`;
    terminal.labeled(at === 0 ? 'Doubtful' : '', line, LABEL);
  }
}

function printSteps(terminal: Terminal, { steps }: Story): void {
  const isWhole = terminal.columns === Infinity;
  for (const phase of STORY_PHASES) {
    const own = steps.filter((step) => step.phase === phase);
    if (own.length === 0) continue;
    terminal.line();
    const shown = isWhole ? own : own.slice(0, STEPS_SHOWN);
    for (const [at, { text, atMs, entries }] of shown.entries()) {
      const line = `${shortTimeText(atMs, 'without year')}  ${text} (${entriesText(entries)})`;
      terminal.labeled(at === 0 ? PHASE_TITLES[phase] : '', line, LABEL);
    }
    const left = own.length - shown.length;
    if (left > 0) terminal.labeled('', `… ${left} more: --json lists them`, LABEL);
  }
}

function printEdges(terminal: Terminal, { nodes, edges, nodesOmitted }: Story): void {
  const names = new Map(nodes.map(({ id, name }) => [id, name]));
  const nameOf = (id: string): string => names.get(id) ?? id;
  const line = ({ from, to, text, count, entries }: StoryEdge): string => {
    const times = count === 1 ? '' : `, ${count} times`;
    return `${nameOf(from)} → ${nameOf(to)}: ${text}${times} (${entriesText(entries)})`;
  };
  terminal.line();
  for (const [at, edge] of edges.entries()) {
    terminal.labeled(at === 0 ? 'Who, whom' : '', line(edge), LABEL);
  }
  if (nodesOmitted > 0) {
    terminal.labeled('', `${plural(nodesOmitted, 'more party', 'more parties')} not shown`, LABEL);
  }
}
