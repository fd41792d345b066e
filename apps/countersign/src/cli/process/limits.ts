/** Minimum layout width, because no table is readable below it. */
export const COLUMNS_MIN = 40;

/** If the terminal does not state its width, and for help through a pipe. */
export const COLUMNS_DEFAULT = 80;

/** Rows from which a table computes its column widths, so that a long list can be streamed. */
export const TABLE_SAMPLE_ROWS = 400;

/** Through a pipe nothing is cut. A wider cell only shifts its own row. */
export const PIPED_CELL_COLUMNS = 60;

/** No cell shows more characters, because a name of 16 MiB must not fill the screen. */
export const CELL_CHARACTERS_MAX = 2000;

/** Redrawing a progress line more often only causes flicker. */
export const PROGRESS_REDRAW_MS = 100;

/** Without a terminal on standard error, progress is one line per this time. */
export const PROGRESS_LINE_MS = 10_000;

/** Reasons in an import's summary on a terminal. `--json` lists all that are kept. */
export const REASONS_SHOWN = 5;

/** Listed problems of a configuration; fix the first ones first. */
export const PROBLEMS_SHOWN = 100;

/** Fields in a cell of the table of kinds. `--json` has all of them. */
export const DIFFERENCES_SHOWN = 6;
