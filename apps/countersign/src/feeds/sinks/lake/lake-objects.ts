import { instantOfMs } from '@countersign/core';
import type { Delivery, RefusedRecord } from '../../delivery/sink.ts';
import { lakeParquet } from './lake-parquet.ts';
import { classShape } from './lake-schema.ts';
import { TIME_MS_MAX } from './limits.ts';
import { RowShredder } from './row-shredder.ts';
import { type ShapeTree, shapeTree } from './shape-node.ts';

export type LakeLayout = {
  /** The start of the names of custom sources. Each class has its own: `PREFIX-CLASS`. */
  readonly source: string;
  readonly region: string;
  readonly accountId: string;
};

/** One object: events of one class and one day, sorted by time. */
export type LakeObject = {
  readonly key: string;
  readonly bytes: Buffer;
};

type LakeRow = {
  readonly index: number;
  readonly timeMs: number;
  readonly row: Readonly<Record<string, unknown>>;
};

/** Turns deliveries into objects. Late events get an object of their own day. */
export class LakeObjects {
  readonly #layout: LakeLayout;
  readonly #trees = new Map<number, ShapeTree>();

  constructor(layout: LakeLayout) {
    this.#layout = layout;
  }

  /** Builds one object at a time, so that only one is in memory. */
  *of(records: readonly Delivery[], refused: RefusedRecord[]): Iterable<LakeObject> {
    const groups = new Map<string, { readonly classUid: number; readonly rows: LakeRow[] }>();
    for (const record of records) {
      const row = rowOf(record);
      if (row === undefined) continue;
      if (typeof row === 'string') {
        refused.push({ index: record.index, because: row });
        continue;
      }
      const folder = folderOf(row.classUid, dayOf(row.timeMs), this.#layout);
      const group = groups.get(folder) ?? { classUid: row.classUid, rows: [] };
      groups.set(folder, group);
      group.rows.push(row);
    }
    for (const [folder, { classUid, rows }] of groups) {
      yield { key: `${folder}${nameOf(rows)}`, bytes: this.#bytesOf(classUid, rows) };
    }
  }

  #bytesOf(classUid: number, rows: LakeRow[]): Buffer {
    let tree = this.#trees.get(classUid);
    if (tree === undefined) {
      tree = shapeTree(classShape(classUid));
      this.#trees.set(classUid, tree);
    }
    const shredder = new RowShredder(tree);
    rows.sort((a, b) => a.timeMs - b.timeMs || a.index - b.index);
    for (const { row } of rows) shredder.add(row);
    return lakeParquet(tree, shredder);
  }
}

/** Undefined: nothing to store. A text: why the lake can never hold it. */
function rowOf(delivery: Delivery): (LakeRow & { readonly classUid: number }) | string | undefined {
  // An erased entry has nothing left to store.
  if (delivery.kind === 'erased') return undefined;
  if (delivery.kind === 'unreadable') return `it cannot be read: ${delivery.because}`;
  const { index, id, body } = delivery as Extract<Delivery, { body: object }>;
  const { class_uid: classUid, time } = body as { class_uid?: unknown; time?: unknown };
  if (!isClassUid(classUid))
    return `a ${delivery.kind} is no OCSF event, and a lake has only these`;
  if (!isTime(time)) return 'its time is not between 1970 and 9999, so it belongs to no day';
  return { index, classUid, timeMs: time, row: { ...body, cs_id: id, cs_index: index } };
}

/** OCSF numbers classes with up to eight digits, extensions included. */
function isClassUid(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 1e8;
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < TIME_MS_MAX;
}

/** `YYYYMMDD` in UTC. */
function dayOf(timeMs: number): string {
  return (instantOfMs(timeMs) ?? '').slice(0, 10).replaceAll('-', '');
}

function folderOf(
  classUid: number,
  day: string,
  { source, region, accountId }: LakeLayout,
): string {
  return (
    `ext/${sourceOf(source, classUid)}/region=${region}/accountId=${accountId}/` +
    `eventDay=${day}/`
  );
}

function sourceOf(prefix: string, classUid: number): string {
  return `${prefix}-${classUid}`;
}

/** The lowest and the highest index in it. The same records have the same name. */
function nameOf(rows: readonly LakeRow[]): string {
  let from = Number.POSITIVE_INFINITY;
  let last = 0;
  for (const { index } of rows) {
    from = Math.min(from, index);
    last = Math.max(last, index);
  }
  return `${from}-${last}.parquet`;
}

/** The indices in the name of an object; undefined for objects that the lake did not write. */
export function indicesOfName(key: string): { from: number; to: number } | undefined {
  const [, first, last] = /(?:^|\/)(\d{1,15})-(\d{1,15})\.parquet$/.exec(key) ?? [];
  if (first === undefined || last === undefined) return undefined;
  return { from: Number(first), to: Number(last) + 1 };
}
