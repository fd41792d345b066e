import { existsSync, statfsSync, statSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { messageOf, plural, secretModeProblem } from '@countersign/core';
import { layout, nodeFiles } from '@countersign/ledger/reader';
import type { ListenAddress } from '../../config/config-values.ts';
import { type Check, CheckList } from './check.ts';

/** The program runs on this version; npm brings it. */
const NODE_MAJOR = 24;

/** `serve` stops collecting below this free share of the disk, because decisions need the rest. */
const FREE_SHARE_MIN = 0.1;

/** At this free share, there is still time to act. */
const FREE_SHARE_LOW = 0.2;

/** Each decision waits for one sync, and its target is 10 ms for 99 of 100 (design, section 8). */
const SYNC_MS_MAX = 10;

/** The median of these, because a busy disk delays single ones. */
const SYNCS = 9;
const SYNC_BYTES = 4096;

/** What the checks read from the machine. */
export type Machine = {
  readonly nodeVersion: string;
  /** Free share of the disk that holds the folder, 0 to 1; undefined if it does not report it. */
  readonly freeShare: (folder: string) => number | undefined;
  /** Milliseconds of one durable write in the folder. */
  readonly syncMs: (folder: string) => Promise<number>;
  /** Resolves if a server can listen there. */
  readonly listen: (address: ListenAddress) => Promise<void>;
};

export async function machineChecks(machine: Machine, dataDir: string): Promise<readonly Check[]> {
  const list = new CheckList('machine');
  const major = Number(/^v(\d+)/.exec(machine.nodeVersion)?.[1]);
  if (major === NODE_MAJOR) list.yes('Node', machine.nodeVersion);
  else
    list.no('Node', `${machine.nodeVersion} runs`, `use Node ${NODE_MAJOR}, which npm ci brings`);
  const folder = existingParent(dataDir);
  freeDisk(list, machine, folder);
  await diskSpeed(list, machine, { folder, dataDir });
  if (existsSync(layout.keys(dataDir))) secretModes(list, filesBelow(layout.keys(dataDir)));
  return list.checks;
}

function freeDisk(list: CheckList, machine: Machine, folder: string): void {
  const share = machine.freeShare(folder);
  const cure = 'free space, enlarge the disk, or erase old bodies (ledger erase --before)';
  if (share === undefined) {
    list.unknown('free disk', `the disk of ${folder} does not report it`, 'watch it elsewhere');
    return;
  }
  const text = `${Math.floor(share * 100)} % of the disk of ${folder} is free`;
  if (share < FREE_SHARE_MIN) list.no('free disk', `${text}: serve does not collect`, cure);
  else if (share < FREE_SHARE_LOW) {
    list.no('free disk', `${text}: serve stops below ${FREE_SHARE_MIN * 100} %`, cure);
  } else list.yes('free disk', text);
}

async function diskSpeed(
  list: CheckList,
  machine: Machine,
  { folder, dataDir }: { readonly folder: string; readonly dataDir: string },
): Promise<void> {
  const what = 'disk speed';
  if (folder !== dataDir) {
    list.unknown(what, `${dataDir} does not exist yet`, 'create it, then run doctor again');
    return;
  }
  try {
    const times: number[] = [];
    for (let i = 0; i < SYNCS; i++) times.push(await machine.syncMs(folder));
    const median = times.sort((one, other) => one - other)[Math.floor(SYNCS / 2)] ?? 0;
    const text = `a durable write takes ${median.toFixed(1)} ms`;
    if (median <= SYNC_MS_MAX) list.yes(what, text);
    else list.no(what, text, `use a local SSD: decisions need less than ${SYNC_MS_MAX} ms`);
  } catch (error) {
    const cure = `let the user of the service write to ${folder}`;
    list.no(what, `could not write to ${folder}: ${messageOf(error)}`, cure);
  }
}

/** Secrets that every user of the machine can read are not secret. */
export function secretModes(list: CheckList, paths: readonly string[]): void {
  const bad = paths.flatMap((path) => {
    const problem = modeProblem(path);
    return problem === undefined ? [] : [{ path, problem }];
  });
  for (const { path, problem } of bad) {
    list.no('file modes', `${path}: ${problem}`, `run chmod 600 ${path}`);
  }
  if (bad.length === 0 && paths.length > 0) {
    list.yes('file modes', `${plural(paths.length, 'secret file')}, readable by the owner only`);
  }
}

function modeProblem(path: string): string | undefined {
  try {
    return secretModeProblem(statSync(path).mode);
  } catch (error) {
    return `could not be read: ${messageOf(error)}`;
  }
}

function filesBelow(folder: string): readonly string[] {
  return nodeFiles.list(folder).flatMap(({ name, kind }) => {
    const path = join(folder, name);
    return kind === 'folder' ? filesBelow(path) : [path];
  });
}

function existingParent(path: string): string {
  let folder = path;
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

/** The free share of the disk that holds `folder`; undefined if it does not report it. */
export function freeShareOf(folder: string): number | undefined {
  try {
    const { bavail, blocks } = statfsSync(folder);
    return blocks > 0 ? bavail / blocks : undefined;
  } catch {
    return undefined;
  }
}

/** Writes and removes a small file, as an append does. */
export async function syncMsOf(folder: string): Promise<number> {
  const path = join(folder, `.doctor-${process.pid}`);
  const file = await open(path, 'wx', 0o600);
  try {
    await file.write(Buffer.alloc(SYNC_BYTES));
    const startedMs = performance.now();
    await file.datasync();
    return performance.now() - startedMs;
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
}

export async function listenOnce({ host, port }: ListenAddress): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, () => server.close(() => resolve()));
  });
}
