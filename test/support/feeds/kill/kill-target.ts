import type { SeededRandom } from '../../../../tools/sample/random.ts';

/** A feed and its receiver, which keeps what it has over its own kills, as a disk does. */
export type KillTarget = {
  readonly name: string;
  /** The members of the feed in the configuration, without its name. */
  readonly feed: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What the items are: indices of entries, ids of entries, or messages to people. */
  readonly items: 'indices' | 'ids' | 'messages';
  /** `ledger`: each item arrives for the first time in the order of the ledger. */
  readonly order: 'ledger' | 'any';
  /** Records that a kill may repeat: the batches in flight. */
  readonly repeatedMax: number;
  /** What the receiver has, with duplicates. */
  readonly received: () => Promise<readonly (string | number)[]>;
  /** `kill -9`. Undefined: the receiver is a folder. */
  readonly kill?: () => Promise<void>;
  readonly restart?: () => Promise<void>;
  readonly end: () => Promise<void>;
};

export type TargetWorld = {
  readonly root: string;
  /** The delays of a slow line to each receiver. Undefined: feeds call them directly. */
  readonly slowness: SeededRandom | undefined;
};
