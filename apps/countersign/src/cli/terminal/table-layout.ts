import { COLUMNS_MIN, PIPED_CELL_COLUMNS } from '../process/limits.ts';

/**
 * How a column shrinks on a narrow terminal: `text` wraps, `id` loses its middle, `whole` and
 * `number` (right-aligned) are never cut.
 */
export type ColumnKind = 'text' | 'id' | 'whole' | 'number';

/** What determines a column's position and width. */
export type ColumnShape = {
  readonly kind: ColumnKind;
  /** The minimum comfortable width. Below it, columns are folded. */
  readonly comfortable?: number;
  /** If space is short, columns move below the row, lowest number first. */
  readonly fold?: number;
};

/** Positions and widths of columns, by their index in the table. */
export type Layout = {
  readonly inline: readonly number[];
  readonly folded: readonly number[];
  readonly widths: readonly number[];
};

/** Spaces between two columns. */
export const GAP = 2;

const FLOOR: Readonly<Record<ColumnKind, number>> = {
  text: 8,
  id: 7,
  whole: Infinity,
  number: Infinity,
};
const COMFORTABLE: Readonly<Record<ColumnKind, number>> = {
  text: 18,
  id: 13,
  whole: Infinity,
  number: Infinity,
};

export type ColumnMeasurement = {
  /** The widths without a limit. */
  readonly natural: readonly number[];
  /** Columns that are empty in every row. */
  readonly empty: readonly number[];
};

/** `available` Infinity: no terminal. Then every column is shown, so that programs find them. */
export function layoutOf(
  columns: readonly ColumnShape[],
  { natural, empty }: ColumnMeasurement,
  available: number,
): Layout {
  const all = columns.map((_, at) => at);
  if (available === Infinity) {
    const widths = natural.map((width) => Math.min(width, PIPED_CELL_COLUMNS));
    return { inline: all, folded: [], widths };
  }
  const width = Math.max(available, COLUMNS_MIN);
  const folded = foldedColumns(columns, { natural, empty }, width);
  const inline = all.filter((at) => !folded.includes(at) && !empty.includes(at));
  return { inline, folded, widths: shrink(columns, natural, { inline, width }) };
}

/** Folds columns in their order until the rest is comfortable. */
function foldedColumns(
  columns: readonly ColumnShape[],
  { natural, empty }: ColumnMeasurement,
  width: number,
): number[] {
  const order = columns
    .flatMap(({ fold }, at) => (fold === undefined || empty.includes(at) ? [] : [{ at, fold }]))
    .sort((a, b) => a.fold - b.fold);
  const folded: number[] = [];
  const needed = (): number =>
    columns.reduce((sum, { kind, comfortable = COMFORTABLE[kind] }, at) => {
      if (folded.includes(at) || empty.includes(at)) return sum;
      return sum + GAP + Math.min(natural[at] as number, comfortable);
    }, -GAP);
  for (const { at } of order) {
    if (needed() <= width) break;
    folded.push(at);
  }
  return folded.sort((a, b) => a - b);
}

/** Shrinks the widest flexible column to the next widest, until all fit. */
function shrink(
  columns: readonly ColumnShape[],
  natural: readonly number[],
  into: { inline: readonly number[]; width: number },
): number[] {
  const widths = [...natural];
  const widthAt = (at: number): number => widths[at] as number;
  const floorAt = (at: number): number => FLOOR[(columns[at] as ColumnShape).kind];
  let excess = into.inline.reduce((sum, at) => sum + GAP + widthAt(at), -GAP) - into.width;
  while (excess > 0) {
    const [widest, next] = into.inline
      .filter((at) => widthAt(at) > floorAt(at))
      .sort((a, b) => widthAt(b) - widthAt(a));
    if (widest === undefined) break;
    const down = Math.max(floorAt(widest), next === undefined ? 0 : widthAt(next) - 1);
    const given = Math.max(1, Math.min(excess, widthAt(widest) - down));
    widths[widest] = widthAt(widest) - given;
    excess -= given;
  }
  return widths;
}
