import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type BenchOptions,
  commitOf,
  type Figure,
  machineLine,
  number,
  ROOT,
  summaryOf,
  type Target,
} from './harness.ts';

const PAGE = join(ROOT, 'docs', 'benchmarks.md');

/**
 * Replaces a benchmark's section in docs/benchmarks.md: what was measured, when, on which machine,
 * at which commit and load.
 *
 * @throws Error if the page has no place for this benchmark
 */
export function writeSection(
  name: string,
  figures: readonly Figure[],
  options: Pick<BenchOptions, 'size' | 'against' | 'form'>,
): void {
  const text = readFileSync(PAGE, 'utf8');
  writeFileSync(PAGE, withSection(text, name, sectionOf(name, figures, options)));
}

/** Whether the page shows this benchmark. */
export function hasSection(name: string): boolean {
  return readFileSync(PAGE, 'utf8').includes(beginOf(name));
}

function beginOf(name: string): string {
  return `<!-- bench ${name} -->\n`;
}

export function withSection(page: string, name: string, section: string): string {
  const [begin, end] = [beginOf(name), `<!-- end ${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) {
    throw new Error(
      `docs/benchmarks.md has no section for ${name}: add ${begin.trim()} and ${end}`,
    );
  }
  return `${page.slice(0, from + begin.length)}${section}${page.slice(to)}`;
}

export function sectionOf(
  name: string,
  figures: readonly Figure[],
  { size, against, form }: Pick<BenchOptions, 'size' | 'against' | 'form'>,
): string {
  const long = form === 'long' ? 'COUNTERSIGN_LONG=1 ' : '';
  const sized = size === undefined ? '' : ` --size ${size}`;
  const other = against === undefined ? '' : ' --against CHECKOUT';
  const date = new Date().toISOString().slice(0, 10);
  const runs = Math.max(0, ...figures.map(({ values }) => values.length));
  const before = against === undefined ? '' : `; before is commit ${commitOf(against)}`;
  return `\`${long}npm run bench -- ${name}${sized}${other} --runs ${runs}\`, ${date}.
${machineLine()}${before}.

${tableOf(figures, against !== undefined)}
`;
}

function tableOf(figures: readonly Figure[], isPaired: boolean): string {
  const head = isPaired ? ['what', 'before', 'now', 'target'] : ['what', 'result', 'target'];
  const ruler = head.map((_, at) => (at === 0 ? '---' : '--:'));
  // A figure may exist in one checkout only.
  const rows = [...Map.groupBy(figures, (figure) => figure.name)].map(([name, same]) => {
    const there = same.find(({ checkout }) => checkout === 'there');
    const here = same.find(({ checkout }) => checkout !== 'there');
    const results = isPaired ? [resultOf(there), resultOf(here)] : [resultOf(here)];
    return [name, ...results, verdictOf(here)];
  });
  return [head, ruler, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function resultOf(figure: Figure | undefined): string {
  if (figure === undefined) return 'not measured';
  const { median, min, max } = summaryOf(figure);
  const spread = figure.values.length > 1 ? ` (${number(min)} to ${number(max)})` : '';
  return `${number(median)}${spread} ${figure.unit}`.trimEnd();
}

function verdictOf(figure: Figure | undefined): string {
  if (figure?.target === undefined) return '';
  const { target } = figure;
  const bound = 'atLeast' in target ? target.atLeast : target.atMost;
  return `${number(bound)}${isMet(target, summaryOf(figure).median) ? '' : ', missed'}`;
}

/** A figure that is not a number meets no target. */
function isMet(target: Target, value: number): boolean {
  return 'atLeast' in target ? value >= target.atLeast : value <= target.atMost;
}
