import type { ReactNode } from 'react';
import type { Items } from '../../api/hooks.ts';

export type Column<Item> = {
  readonly id: string;
  readonly header: string;
  /** A track of CSS grid: `120px`, `minmax(160px, 2fr)`. */
  readonly width: string;
  readonly cell: (item: Item) => ReactNode;
  /** The cell as text, for an export. Undefined: the column is not exported. */
  readonly text?: (item: Item) => string;
};

export type ItemTableProps<Item> = {
  readonly label: string;
  readonly items: Items<Item>;
  readonly columns: readonly Column<Item>[];
  readonly rowKey: (item: Item) => string;
  /** What Enter, or a click, opens. */
  readonly onOpen?: (item: Item) => void;
  readonly isOpen?: (item: Item) => boolean;
  /** What was looked for, for a list without items: "findings of high severity, 3–9 March". */
  readonly looked: string;
};
