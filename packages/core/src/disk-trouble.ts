/** Why a disk refuses a write. Node, SQLite and DuckDB report it in different ways. */
export type DiskTrouble = 'full' | 'unwritable' | 'broken';

const BY_CODE: ReadonlyMap<unknown, DiskTrouble> = new Map([
  ['ENOSPC', 'full'],
  ['EDQUOT', 'full'],
  ['EROFS', 'unwritable'],
  ['EACCES', 'unwritable'],
  ['EPERM', 'unwritable'],
  ['EIO', 'broken'],
]);

/** Primary result codes of SQLite: PERM, READONLY, IOERR, FULL and CANTOPEN. */
const BY_SQLITE: ReadonlyMap<number, DiskTrouble> = new Map([
  [3, 'unwritable'],
  [8, 'unwritable'],
  [10, 'broken'],
  [13, 'full'],
  [14, 'unwritable'],
]);

/** DuckDB gives no code, only the operating system's text. */
const BY_WORDS: readonly (readonly [RegExp, DiskTrouble])[] = [
  [/No space left on device|Disk quota exceeded/, 'full'],
  [/Read-only file system|Permission denied|Operation not permitted/, 'unwritable'],
];

/** Returns undefined for an error that has nothing to do with the disk. */
export function diskTroubleOf(error: unknown): DiskTrouble | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown };
  if (typeof errcode === 'number') return BY_SQLITE.get(errcode & 0xff);
  const byWords = BY_WORDS.find(([words]) => words.test(error.message))?.[1];
  return BY_CODE.get(code) ?? (error.message.startsWith('IO Error') ? byWords : undefined);
}

/** What went wrong and what to do. The caller prints the file name and a colon before it. */
export function diskCure(trouble: DiskTrouble): string {
  switch (trouble) {
    case 'full':
      return 'the disk is full; free space and run the same command again';
    case 'unwritable':
      return (
        'it is not writable; check the owner and mode of it and of the files beside it, and that ' +
        'the disk is not mounted read-only'
      );
    case 'broken':
      return 'the disk reports errors; check the hardware before you trust the data folder';
  }
}
