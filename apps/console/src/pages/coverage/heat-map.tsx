import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { type KeyboardEvent, useRef, useState } from 'react';
import { formatTime } from '../../kit/text/format-time.ts';
import { visibleText } from '../../kit/text/visible-text.ts';
import { usePreferences } from '../../state/preferences.tsx';
import { useTenantNames } from '../../state/tenant-names.ts';
import { coverageTexts as t } from '../../texts/coverage.ts';
import type { Cell, Grid, GridRow, State } from './coverage-grid.ts';

const useStyles = makeStyles({
  scroll: { overflowX: 'auto', maxWidth: '100%' },
  table: { borderCollapse: 'separate', borderSpacing: '2px' },
  row: {
    position: 'sticky',
    left: 0,
    backgroundColor: tokens.colorNeutralBackground1,
    textAlign: 'left',
    fontWeight: tokens.fontWeightRegular,
    paddingRight: '12px',
    minWidth: '112px',
    maxWidth: '260px',
    overflowWrap: 'anywhere',
  },
  workload: { display: 'block', color: tokens.colorNeutralForeground2, fontSize: '12px' },
  time: {
    fontWeight: tokens.fontWeightRegular,
    fontSize: '12px',
    color: tokens.colorNeutralForeground2,
    textAlign: 'left',
    whiteSpace: 'nowrap',
  },
  cell: {
    width: '26px',
    minWidth: '26px',
    height: '28px',
    padding: 0,
    textAlign: 'center',
    fontSize: '12px',
    cursor: 'pointer',
    borderRadius: tokens.borderRadiusSmall,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '1px' },
  },
  selected: { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  corroborated: { backgroundColor: tokens.colorPaletteGreenBackground3, color: '#fff' },
  collected: {
    backgroundColor: tokens.colorPaletteGreenBackground1,
    color: tokens.colorPaletteGreenForeground1,
  },
  late: { color: 'var(--answerUnknown)' },
  lost: { backgroundColor: tokens.colorPaletteRedBackground3, color: '#fff' },
  off: {
    backgroundColor: tokens.colorPaletteRedBackground1,
    color: tokens.colorPaletteRedForeground1,
  },
  unknown: { color: 'var(--answerUnknown)' },
  hatched: {
    backgroundImage:
      'repeating-linear-gradient(135deg, transparent 0 4px, ' +
      'color-mix(in srgb, var(--answerUnknown) 35%, transparent) 4px 5px)',
  },
  legend: { display: 'flex', flexWrap: 'wrap', gap: '6px 18px', margin: 0, padding: 0 },
  item: { display: 'flex', alignItems: 'center', gap: '6px', listStyleType: 'none' },
  swatch: { display: 'inline-grid', placeItems: 'center', flexShrink: 0 },
});

/** Stands for all sources, or all tenants. */
const ANY = '*';

/** A character for each state: color never stands alone. */
const MARKS: Readonly<Record<State, string>> = {
  corroborated: '\u2713\u2713',
  collected: '\u2713',
  late: '\u2026',
  lost: '\u2715',
  off: '\u2013',
  unknown: '?',
};

export type CellAddress = { readonly row: number; readonly column: number };

/** One row per source and workload, one cell per hour or day. Arrow keys move, Enter opens. */
export function HeatMap(props: {
  readonly grid: Grid;
  readonly selected: CellAddress | undefined;
  readonly onSelect: (address: CellAddress) => void;
}) {
  const styles = useStyles();
  const { grid, selected, onSelect } = props;
  const last = { row: 0, column: grid.columns.length - 1 };
  const [focus, setFocus] = useState<CellAddress>(selected ?? last);
  const table = useRef<HTMLTableElement>(null);
  const tenants = new Set(grid.rows.map(({ tenant }) => tenant).filter((each) => each !== ANY));
  const hasTenants = tenants.size > 1;
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = moved(focus, event.key, grid);
    if (next === undefined) return;
    event.preventDefault();
    setFocus(next);
    table.current?.querySelector<HTMLElement>(`[data-at="${next.row}-${next.column}"]`)?.focus();
  };
  return (
    <div className={styles.scroll}>
      <table
        ref={table}
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: ARIA grid pattern
        role="grid"
        aria-label={`${t.map}. ${t.keys}`}
        className={styles.table}
        onKeyDown={onKeyDown}
      >
        <thead>
          <HeadRow grid={grid} />
        </thead>
        <tbody>
          {grid.rows.map((row, at) => (
            <tr key={row.key}>
              <RowHead row={row} hasTenants={hasTenants} />
              {row.cells.map((cell, column) => (
                <HeatCell
                  key={grid.columns[column]}
                  cell={cell}
                  row={row}
                  at={{ row: at, column }}
                  startMs={grid.columns[column] ?? 0}
                  isFocus={focus.row === at && focus.column === column}
                  isSelected={selected?.row === at && selected.column === column}
                  onSelect={(address) => {
                    setFocus(address);
                    onSelect(address);
                  }}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const MOVES: Readonly<Record<string, CellAddress>> = {
  ArrowLeft: { row: 0, column: -1 },
  ArrowRight: { row: 0, column: 1 },
  ArrowUp: { row: -1, column: 0 },
  ArrowDown: { row: 1, column: 0 },
};

function moved(from: CellAddress, key: string, grid: Grid): CellAddress | undefined {
  if (key === 'Home') return { row: from.row, column: 0 };
  if (key === 'End') return { row: from.row, column: grid.columns.length - 1 };
  const move = MOVES[key];
  if (move === undefined) return undefined;
  const row = Math.max(0, Math.min(grid.rows.length - 1, from.row + move.row));
  const column = Math.max(0, Math.min(grid.columns.length - 1, from.column + move.column));
  return { row, column };
}

/** A time above every sixth column: more would not fit. */
const LABEL_EVERY = 6;

/** Columns that a label needs; the last ones may be fewer. */
const LABEL_ROOM = 5;

function HeadRow({ grid }: { readonly grid: Grid }) {
  const styles = useStyles();
  const timeOf = useCellTime(grid.stepMs);
  return (
    <tr>
      <th scope="col" className={mergeClasses(styles.row, styles.time)}>
        {t.source}
      </th>
      {grid.columns.map((startMs, at) => {
        if (at % LABEL_EVERY !== 0) return null;
        const columns = Math.min(LABEL_EVERY, grid.columns.length - at);
        // A header without a text is none.
        if (columns < LABEL_ROOM) return <td key={startMs} colSpan={columns} />;
        return (
          <th key={startMs} scope="colgroup" className={styles.time} colSpan={columns}>
            {timeOf(startMs)}
          </th>
        );
      })}
    </tr>
  );
}

function RowHead({ row, hasTenants }: { readonly row: GridRow; readonly hasTenants: boolean }) {
  const styles = useStyles();
  const tenant = useTenantNames().get(row.tenant.toLowerCase()) ?? row.tenant;
  return (
    <th scope="row" className={styles.row}>
      <bdi>{row.source === ANY ? t.allSources : visibleText(row.source)}</bdi>
      {row.workload !== null && (
        <span className={styles.workload}>
          <bdi>{visibleText(row.workload)}</bdi>
        </span>
      )}
      {hasTenants && row.tenant !== ANY && (
        <span className={styles.workload} title={row.tenant}>
          <bdi>{visibleText(tenant)}</bdi>
        </span>
      )}
    </th>
  );
}

function HeatCell(props: {
  readonly cell: Cell;
  readonly row: GridRow;
  readonly at: CellAddress;
  readonly startMs: number;
  readonly isFocus: boolean;
  readonly isSelected: boolean;
  readonly onSelect: (address: CellAddress) => void;
}) {
  const styles = useStyles();
  const timeOf = useCellTime(0);
  const { cell, row, at, startMs, isFocus, isSelected, onSelect } = props;
  const name = t.rowOf(visibleText(row.source), row.workload);
  const label = t.cell(name, timeOf(startMs), t.states[cell.state]);
  const isHatched = cell.state === 'unknown' || cell.state === 'late';
  return (
    <td
      className={mergeClasses(
        styles.cell,
        styles[cell.state],
        isHatched && styles.hatched,
        isSelected && styles.selected,
      )}
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: ARIA grid pattern
      role="gridcell"
      data-at={`${at.row}-${at.column}`}
      data-state={cell.state}
      aria-label={label}
      aria-selected={isSelected}
      title={label}
      tabIndex={isFocus ? 0 : -1}
      onClick={() => onSelect(at)}
      onKeyDown={({ key }) => {
        if (key === 'Enter' || key === ' ') onSelect(at);
      }}
    >
      <span aria-hidden="true">{MARKS[cell.state]}</span>
    </td>
  );
}

const DAY_MS = 86_400_000;

/** A time in the reader's zone; a day for columns of a day or more. */
function useCellTime(stepMs: number): (ms: number) => string {
  const { timeZone } = usePreferences();
  const form = stepMs >= DAY_MS ? 'day' : 'minute';
  return (ms) => formatTime(ms, { form, timeZone });
}

/** What each mark means. */
export function HeatMapLegend() {
  const styles = useStyles();
  const states = Object.keys(MARKS) as State[];
  return (
    <ul className={styles.legend}>
      {states.map((state) => (
        <li key={state} className={styles.item}>
          <span
            aria-hidden="true"
            className={mergeClasses(
              styles.cell,
              styles.swatch,
              styles[state],
              (state === 'unknown' || state === 'late') && styles.hatched,
            )}
          >
            {MARKS[state]}
          </span>
          <span>
            <strong>{t.states[state]}</strong>: {t.meanings[state]}
          </span>
        </li>
      ))}
    </ul>
  );
}
