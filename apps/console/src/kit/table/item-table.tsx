import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { NARROW, useMedia } from '../../state/media.ts';
import { texts } from '../../texts/en.ts';
import { useKeys } from '../keyboard/keyboard.tsx';
import { ErrorView, LoadingView } from '../page/page-states.tsx';
import type { Column, ItemTableProps } from './column.ts';
import { EmptyList } from './empty-list.tsx';
import { ListFoot } from './list-foot.tsx';

const useStyles = makeStyles({
  scroll: {
    overflow: 'auto',
    maxHeight: 'max(320px, calc(100vh - 280px))',
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
  },
  row: { display: 'grid', columnGap: '12px', alignItems: 'center', padding: '0 12px' },
  head: {
    position: 'sticky',
    top: 0,
    zIndex: 1,
    minHeight: '32px',
    backgroundColor: tokens.colorNeutralBackground2,
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
  },
  line: {
    boxSizing: 'border-box',
    minHeight: '38px',
    padding: '6px 12px',
    borderTop: `1px solid ${tokens.colorNeutralStroke3}`,
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '-2px' },
  },
  opens: { cursor: 'pointer' },
  open: { backgroundColor: tokens.colorNeutralBackground1Selected },
  card: { display: 'flex', flexDirection: 'column', gap: '4px', alignItems: 'stretch' },
  cell: { minWidth: 0, overflow: 'hidden', textOverflow: 'ellipsis' },
  cardName: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
});

/** Rows beyond the screen that are drawn, so that scrolling never shows a gap. */
const OVERSCAN = 12;

const ROW_PX = 38;
const HEAD_PX = 32;

/**
 * A list of any length. Only the rows on the screen exist, the service sends page after page, and
 * a filter is a question to the service. On a narrow screen a row becomes a card.
 */
export function ItemTable<Item>(props: ItemTableProps<Item>) {
  const { items, looked } = props;
  const pages = items.data?.pages;
  if (pages === undefined) {
    if (items.error === null) return <LoadingView />;
    return <ErrorView error={items.error} retry={() => items.refetch()} />;
  }
  const rows = pages.flatMap((page) => page.items);
  const last = pages.at(-1);
  return (
    <div>
      {items.error !== null && <ErrorView error={items.error} retry={() => items.refetch()} />}
      {rows.length === 0 && last !== undefined ? (
        <EmptyList complete={last.complete} looked={looked} notices={last.notices} />
      ) : (
        <Rows {...props} rows={rows} />
      )}
      {rows.length > 0 && last !== undefined && <ListFoot {...props} rows={rows} last={last} />}
    </div>
  );
}

function Rows<Item>(props: ItemTableProps<Item> & { readonly rows: readonly Item[] }) {
  const styles = useStyles();
  const { rows, columns, items, label } = props;
  const isNarrow = useMedia(NARROW);
  const scroll = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => (isNarrow ? ROW_PX * columns.length : ROW_PX),
    overscan: OVERSCAN,
    // The head is above the rows, so the last one on the screen ends that much further down.
    scrollPaddingEnd: isNarrow ? 0 : HEAD_PX,
    getItemKey: (at) => keyAt(props, at),
  });
  const { current, focus, onKeyDown } = useRowFocus(props, virtual.scrollToIndex, scroll);
  const drawn = virtual.getVirtualItems();
  const lastDrawn = drawn.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = items;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && lastDrawn >= rows.length - OVERSCAN) {
      void fetchNextPage();
    }
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, lastDrawn, rows.length]);
  const grid = { gridTemplateColumns: columns.map(({ width }) => width).join(' ') };
  return (
    <div
      ref={scroll}
      role="table"
      aria-label={label}
      aria-rowcount={hasNextPage ? -1 : rows.length + 1}
      className={styles.scroll}
      data-print="whole"
      onKeyDown={onKeyDown}
    >
      {!isNarrow && <Head columns={columns} grid={grid} />}
      <div
        role="rowgroup"
        style={{ height: virtual.getTotalSize(), position: 'relative', minWidth: 'fit-content' }}
      >
        {drawn.map(({ index, key, start }) => (
          <div
            key={key}
            ref={virtual.measureElement}
            data-index={index}
            style={{ position: 'absolute', insetInline: 0, transform: `translateY(${start}px)` }}
            role="presentation"
          >
            <Line
              {...props}
              item={rows[index] as Item}
              at={index}
              grid={grid}
              isNarrow={isNarrow}
              isCurrent={index === current}
              onFocus={() => focus(index)}
            />
          </div>
        ))}
      </div>
    </div>
  );
}

function keyAt<Item>(
  { rows, rowKey }: ItemTableProps<Item> & { readonly rows: readonly Item[] },
  at: number,
): string {
  const item = rows[at];
  return item === undefined ? String(at) : rowKey(item);
}

function Head<Item>(props: {
  readonly columns: readonly Column<Item>[];
  readonly grid: { readonly gridTemplateColumns: string };
}) {
  const styles = useStyles();
  return (
    <div
      role="row"
      aria-rowindex={1}
      className={mergeClasses(styles.row, styles.head)}
      style={props.grid}
    >
      {props.columns.map(({ id, header }) => (
        <span key={id} role="columnheader">
          {header}
        </span>
      ))}
    </div>
  );
}

function Line<Item>(
  props: ItemTableProps<Item> & {
    readonly item: Item;
    readonly at: number;
    readonly grid: { readonly gridTemplateColumns: string };
    readonly isNarrow: boolean;
    readonly isCurrent: boolean;
    readonly onFocus: () => void;
  },
) {
  const styles = useStyles();
  const { item, at, grid, isNarrow, isCurrent, columns, onOpen, isOpen } = props;
  return (
    <div
      role="row"
      aria-rowindex={at + 2}
      aria-selected={isOpen?.(item)}
      data-row={at}
      tabIndex={isCurrent ? 0 : -1}
      className={mergeClasses(
        styles.line,
        isNarrow ? styles.card : styles.row,
        onOpen !== undefined && styles.opens,
        isOpen?.(item) === true && styles.open,
      )}
      style={isNarrow ? undefined : grid}
      onFocus={props.onFocus}
      onClick={(event) => {
        // A link or a button in the row has its own meaning.
        const isOwn = event.target instanceof Element && event.target.closest('a, button') !== null;
        if (!isOwn) onOpen?.(item);
      }}
    >
      {columns.map(({ id, header, cell }) => {
        const content = cell(item);
        // A card has no grid, so an empty cell would only be a name.
        if (isNarrow && content === '') return null;
        return (
          <span key={id} role="cell" className={styles.cell}>
            {isNarrow && header !== '' && <span className={styles.cardName}>{header} </span>}
            {content}
          </span>
        );
      })}
    </div>
  );
}

/** One row has the focus; `j`, `k` and the arrows move it, Enter opens. */
function useRowFocus<Item>(
  { rows, onOpen }: ItemTableProps<Item> & { readonly rows: readonly Item[] },
  scrollToIndex: (at: number) => void,
  scroll: React.RefObject<HTMLDivElement | null>,
) {
  const [current, setCurrent] = useState(0);
  const wanted = useRef<number>(undefined);
  // The row exists only after the scroll, which may take several frames.
  const focusWanted = (): void => {
    const row = scroll.current?.querySelector<HTMLElement>(`[data-row="${wanted.current}"]`);
    if (wanted.current === undefined || row === null || row === undefined) return;
    wanted.current = undefined;
    row.focus();
  };
  const move = (to: number): void => {
    const at = Math.min(Math.max(to, 0), rows.length - 1);
    wanted.current = at;
    setCurrent(at);
    scrollToIndex(at);
    requestAnimationFrame(focusWanted);
  };
  useEffect(focusWanted);
  const isFocused = (): boolean => scroll.current?.contains(document.activeElement) === true;
  useKeys(texts.keys.list, [
    { keys: 'j', label: texts.keys.next, run: () => move(isFocused() ? current + 1 : current) },
    { keys: 'k', label: texts.keys.previous, run: () => move(isFocused() ? current - 1 : current) },
  ]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const item = rows[current];
    const isRow = event.target instanceof Element && event.target.hasAttribute('data-row');
    if (!isRow) return;
    if (event.key === 'ArrowDown') move(current + 1);
    else if (event.key === 'ArrowUp') move(current - 1);
    else if (event.key === 'Home') move(0);
    else if (event.key === 'End') move(rows.length - 1);
    else if (event.key === 'Enter' && item !== undefined) onOpen?.(item);
    else return;
    event.preventDefault();
  };
  return { current: Math.min(current, rows.length - 1), focus: setCurrent, onKeyDown };
}
