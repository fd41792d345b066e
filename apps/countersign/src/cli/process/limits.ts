/** Narrower terminals are laid out as if they were this wide: below it no table can be read. */
export const COLUMNS_MIN = 40;

/** When the terminal does not say, and for help that goes through a pipe. */
export const COLUMNS_DEFAULT = 80;

/** A table learns its column widths from this many rows, so that a long list can be streamed. */
export const TABLE_SAMPLE_ROWS = 400;

/** Through a pipe nothing is cut; a cell wider than this only pushes its own row to the right. */
export const PIPED_CELL_COLUMNS = 60;

/** No cell shows more characters than this: a name of 16 MiB must not fill the screen. */
export const CELL_CHARACTERS_MAX = 2000;

/** Redrawing a progress line more often than this only flickers. */
export const PROGRESS_REDRAW_MS = 100;

/** Where standard error is no terminal, progress is one line in this time. */
export const PROGRESS_LINE_MS = 10_000;

/** The first reasons of an import's summary on a terminal; `--json` lists all that are kept. */
export const REASONS_SHOWN = 5;

/** Problems of a configuration that are listed; who has more mends the first ones first. */
export const PROBLEMS_SHOWN = 100;

/** Fields in a cell of the table of kinds; `--json` has all of them. */
export const DIFFERENCES_SHOWN = 6;
