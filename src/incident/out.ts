import type { CoverageFact, KeptFinding } from '../books/index.ts';
import {
  type Answer,
  type EvidenceRef,
  no,
  type Observation,
  plural,
  type Reason,
  unknown,
  type Watermark,
} from '../core/index.ts';
import { changesOf, learnParties } from './changes.ts';
import { doingsOf } from './doings.ts';
import type { Foothold } from './foothold.ts';
import { FOOTHOLDS } from './footholds.ts';
import { groundReasons } from './grounds.ts';
import { Lineage, type Seed, seedsOf, type Taint } from './lineage.ts';
import { appName, calledName, type Name, Parties, uidName } from './names.ts';
import { type Opening, readChanges } from './openings.ts';
import type { IncidentSource, Period } from './source.ts';
import { readSpecial } from './specials.ts';

export type OutInput = {
  readonly source: IncidentSource;
  /** Of the log that the indices point into. */
  readonly asOf: Watermark;
  readonly period: Period;
  readonly findings: readonly KeptFinding[];
  /** What people say is the intruders'. */
  readonly seeds: readonly Seed[];
  /** Facts of coverage that touch the period. */
  readonly coverage: readonly CoverageFact[];
  readonly connected: ReadonlySet<string>;
  /** Tenants that are owned and not connected, by name. */
  readonly unconnected: readonly string[];
  /** Why a finding that would name them may be missing: rules that could not see. */
  readonly blind: readonly Reason[];
  readonly nowMs: number;
};

/** One foothold. `no`: not out by this way, it is open. There is no `yes` without reading state. */
export type FootholdAnswer = {
  readonly foothold: Foothold;
  readonly answer: Answer;
  /** Those that are open, then those that a later change took back. */
  readonly openings: readonly Opening[];
};

export type TaintedParty = {
  readonly names: readonly Name[];
  readonly taint: Taint;
};

export type OutReport = {
  readonly footholds: readonly FootholdAnswer[];
  /** Everything that counts as the intruders', earliest first. */
  readonly lineage: readonly TaintedParty[];
};

/** Are they out? One answer for each of the 44 ways to stay in. */
export async function areTheyOut(input: OutInput): Promise<OutReport> {
  const { source, period } = input;
  const changes = await changesOf(source, FOOTHOLDS, period);
  const parties = new Parties();
  learnParties(parties, changes);
  for (const { tenant, uid, appId, name } of await source.servicePrincipals(period)) {
    parties.same([
      ...(uid === null ? [] : [uidName(uid)]),
      ...(appId === null ? [] : [appName(appId)]),
      ...(name === null ? [] : [calledName(tenant, name)]),
    ]);
  }
  const lineage = new Lineage(parties);
  for (const { name, taint } of await allSeeds(input)) lineage.taint(name, taint);
  lineage.close(changes);
  const doings = await doingsOf(source, lineage, period);
  const footholds: FootholdAnswer[] = [];
  for (const foothold of FOOTHOLDS) {
    const { openings, others } = readChanges(foothold, changes, lineage);
    const { connected, nowMs } = input;
    const context = { foothold, changes, lineage, doings, source, connected, nowMs };
    const special = await readSpecial(context);
    const all = [...openings, ...special.openings];
    const because = [...special.because, ...othersReasons(others)];
    footholds.push(answerOf(input, foothold, all, because, lineage.list().length));
  }
  return { footholds, lineage: lineage.list() };
}

async function allSeeds(input: OutInput): Promise<Seed[]> {
  const addresses = [...new Set(input.findings.flatMap(({ draft }) => draft.addresses))];
  const sharers = await input.source.sharers(addresses, input.period);
  return [...input.seeds, ...input.findings.flatMap(({ draft }) => seedsOf(draft, sharers))];
}

function answerOf(
  input: OutInput,
  foothold: Foothold,
  openings: readonly Opening[],
  because: readonly Reason[],
  tainted: number,
): FootholdAnswer {
  const { asOf } = input;
  const open = openings.filter(({ closed }) => closed === undefined);
  const closed = openings.filter((opening) => opening.closed !== undefined);
  const ordered = [...open, ...closed];
  if (open.length > 0) {
    const evidence: EvidenceRef[] = open.flatMap(({ entries }) =>
      entries.map((index) => ({ origin: asOf.origin, index })),
    );
    const because = open.map(({ text }) => ({ code: 'opened', text }));
    return { foothold, answer: no(asOf, because, evidence), openings: ordered };
  }
  const reasons = [
    ...because,
    ...closed.slice(0, 1).map((opening) => closedReason(opening, closed.length)),
    ...(tainted === 0 ? [NOBODY_TAINTED] : []),
    ...input.blind,
    ...groundReasons(foothold.grounds, input.coverage),
    ...input.unconnected.map(
      (name): Reason => ({
        code: 'tenant-not-connected',
        text: `the tenant ${name} is owned and not connected`,
      }),
    ),
    { code: 'state-not-read', text: 'the live state was not read back' },
    ...(foothold.blind === undefined ? [] : [{ code: 'not-in-any-log', text: foothold.blind }]),
  ];
  const wouldDecide: Observation[] = [{ what: foothold.readBack }];
  return { foothold, answer: unknown(asOf, reasons, wouldDecide), openings: ordered };
}

const NOBODY_TAINTED: Reason = {
  code: 'nobody-named',
  text: 'no finding of high severity names anybody, and nobody was named',
};

function closedReason({ closed, text }: Opening, count: number): Reason {
  const when = closed === undefined ? '' : new Date(closed.atMs).toISOString();
  const more = count === 1 ? '' : ` (and ${count - 1} more)`;
  return { code: 'taken-back', text: `${text}${more} was taken back at ${when}` };
}

function othersReasons(others: number): Reason[] {
  if (others === 0) return [];
  const changes = plural(others, 'change of this kind was', 'changes of this kind were');
  const text = `${changes} made by others, and nobody said that they were approved`;
  return [{ code: 'others-not-approved', text }];
}
