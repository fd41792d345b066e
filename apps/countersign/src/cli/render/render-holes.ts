import { plural } from '@countersign/core';
import type { CoverageHole } from '../../operations/reading/coverage-holes.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { timeText } from './time-text.ts';

const INDENT = 2;

/** Each hole with its reason and its cure. What a person can fix comes first. */
export function renderHoles(terminal: Terminal, holes: readonly CoverageHole[]): void {
  if (holes.length === 0) {
    terminal.line('No hole is known.');
    return;
  }
  terminal.line({ text: `${plural(holes.length, 'hole')}.`, style: 'heading' });
  for (const { source, workload, state, cause, from, to, because, cure } of holes) {
    const what = workload === null ? source : `${source}, ${workload}`;
    terminal.line();
    terminal.line({ text: `${what}: ${state} (${cause})`, style: 'strong' });
    terminal.paragraph(`${minute(from)} to ${minute(to)}: ${because}`, INDENT, 'faint');
    terminal.paragraph(cure, INDENT);
  }
}

function minute(time: string | null): string {
  return time === null ? 'open' : timeText(Date.parse(time)).slice(0, '2026-03-09 21:06'.length);
}
