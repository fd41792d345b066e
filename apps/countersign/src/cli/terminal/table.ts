import { CELL_CHARACTERS_MAX, COLUMNS_MIN, TABLE_SAMPLE_ROWS } from '../process/limits.ts';
import { paint, type Style } from './color.ts';
import { sanitize } from './sanitize.ts';
import { type ColumnKind, type ColumnShape, GAP, type Layout, layoutOf } from './table-layout.ts';
import { cutMiddle, displayWidth, ELLIPSIS, wrap } from './text-width.ts';

/** Text that is sanitized and then colored. Undefined is an empty cell. */
export type Cell = string | { readonly text: string; readonly style: Style } | undefined;

export type Column<Row> = ColumnShape & {
  readonly title: string;
  readonly cell: (row: Row) => Cell;
};

export type TableOptions = {
  /** Infinity without a terminal: every row is one complete line. */
  readonly columns: number;
  readonly color: 'color' | 'no color';
  /** Omitted if the table is one of several under their own headings. */
  readonly titles?: 'shown' | 'omitted';
};

type Value = { readonly text: string; readonly style: Style };
type Plan = { readonly shapes: readonly ColumnShape[]; readonly titles: readonly string[] };

const INDENT = 2;
/** An id in a column of names. It is cut like an id, because wrapped parts mean nothing. */
const LONE_ID = /^[0-9a-f-]{24,}$/i;

/** The lines of a table: the titles, then rows as they arrive. Nothing without rows. */
export async function* tableLines<Row>(
  columns: readonly Column<Row>[],
  rows: AsyncIterable<Row> | Iterable<Row>,
  options: TableOptions,
): AsyncGenerator<string> {
  const plan: Plan = { shapes: columns, titles: columns.map((column) => column.title) };
  let sample: Value[][] | undefined = [];
  let layout: Layout | undefined;
  for await (const row of rows) {
    const values = columns.map((column) => cellValue(column.cell(row)));
    if (sample === undefined) {
      yield* rowLines(plan, layout as Layout, values, options);
      continue;
    }
    sample.push(values);
    if (sample.length < TABLE_SAMPLE_ROWS) continue;
    // A column that is empty so far may fill later, so it keeps its position.
    const natural = naturalWidths(plan, sample);
    layout = layoutOf(columns, { natural, empty: [] }, options.columns);
    yield* firstLines(plan, layout, sample, options);
    sample = undefined;
  }
  if (sample === undefined || sample.length === 0) return;
  const measured = { natural: naturalWidths(plan, sample), empty: emptyColumns(plan, sample) };
  yield* firstLines(plan, layoutOf(columns, measured, options.columns), sample, options);
}

function cellValue(cell: Cell): Value {
  const { text, style } =
    typeof cell === 'object' ? cell : { text: cell ?? '', style: 'plain' as const };
  const cut =
    text.length > CELL_CHARACTERS_MAX ? `${text.slice(0, CELL_CHARACTERS_MAX)}${ELLIPSIS}` : text;
  return { text: sanitize(cut), style };
}

function naturalWidths(plan: Plan, sample: readonly (readonly Value[])[]): number[] {
  return plan.titles.map((title, at) =>
    sample.reduce(
      (width, row) => Math.max(width, displayWidth((row[at] as Value).text)),
      displayWidth(title),
    ),
  );
}

function emptyColumns(plan: Plan, sample: readonly (readonly Value[])[]): number[] {
  const all = plan.titles.map((_, at) => at);
  return all.filter((at) => sample.every((row) => (row[at] as Value).text === ''));
}

function* firstLines(
  plan: Plan,
  layout: Layout,
  sample: readonly (readonly Value[])[],
  options: TableOptions,
): Generator<string> {
  const titles = plan.titles.map((text): Value => ({ text, style: 'heading' }));
  if (options.titles !== 'omitted') yield* inlineLines(plan, layout, titles, options);
  for (const values of sample) yield* rowLines(plan, layout, values, options);
}

function* rowLines(
  plan: Plan,
  layout: Layout,
  values: readonly Value[],
  options: TableOptions,
): Generator<string> {
  yield* inlineLines(plan, layout, values, options);
  if (layout.folded.length === 0) return;
  const width = Math.max(options.columns, COLUMNS_MIN) - INDENT;
  const details = layout.folded.flatMap((at) => {
    const { text } = values[at] as Value;
    const title = plan.titles[at] as string;
    const room = width - displayWidth(title) - 1;
    const isId = (plan.shapes[at] as ColumnShape).kind === 'id';
    return text === '' ? [] : [`${title} ${isId ? cutMiddle(text, room) : text}`];
  });
  for (const line of joined(details, width)) {
    yield ' '.repeat(INDENT) + painted(line, 'faint', options);
  }
}

/** As many details per line as fit. Only a detail that is too long is broken. */
function joined(details: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const detail of details) {
    const last = lines.at(-1);
    const together = `${last}${' '.repeat(INDENT + 1)}${detail}`;
    if (last !== undefined && displayWidth(together) <= width) lines[lines.length - 1] = together;
    else lines.push(...wrap(detail, width));
  }
  return lines;
}

function* inlineLines(
  plan: Plan,
  layout: Layout,
  values: readonly Value[],
  options: TableOptions,
): Generator<string> {
  const cells = layout.inline.map((at) => {
    const { kind } = plan.shapes[at] as ColumnShape;
    const { text, style } = values[at] as Value;
    const width = layout.widths[at] as number;
    return {
      kind,
      style,
      width,
      lines: linesOf(kind, text, options.columns === Infinity ? Infinity : width),
    };
  });
  const height = Math.max(...cells.map((cell) => cell.lines.length));
  for (let line = 0; line < height; line++) {
    const parts = cells.map(({ kind, style, width, lines }) => {
      const text = lines[line] ?? '';
      const pad = ' '.repeat(Math.max(0, width - displayWidth(text)));
      // Only the text is colored, because spaces would show in reverse or underlined styles.
      return kind === 'number'
        ? pad + painted(text, style, options)
        : painted(text, style, options) + pad;
    });
    yield parts.join(' '.repeat(GAP)).trimEnd();
  }
}

function linesOf(kind: ColumnKind, text: string, width: number): string[] {
  if (width === Infinity || kind === 'whole' || kind === 'number') return [text];
  return kind === 'id' || LONE_ID.test(text) ? [cutMiddle(text, width)] : wrap(text, width);
}

function painted(text: string, style: Style, options: TableOptions): string {
  return options.color === 'color' ? paint(text, style) : text;
}
