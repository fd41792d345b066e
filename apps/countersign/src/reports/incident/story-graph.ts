import type { EvictionReport, SuspectParty } from '../../eviction/eviction-report.ts';
import type { Taint } from '../../eviction/lineage/lineage.ts';
import {
  partyKind,
  partyName,
  plainName,
  sinceMsOf,
} from '../../eviction/lineage/suspect-names.ts';
import type { StoryEdge, StoryNode, StoryNodeKind, StoryReason } from './story.ts';

/** A picture with more parties is read as a table. */
const NODES_MAX = 300;
const REASONS_SHOWN_MAX = 20;
const ENTRIES_SHOWN_MAX = 20;

/** Footholds whose object is a mailbox. */
const OF_MAILBOX: ReadonlySet<string> = new Set([
  ...['inbox-rules', 'forwarding', 'mailbox-permissions', 'folder-permissions', 'auditing-off'],
]);

export type StoryGraph = {
  readonly nodes: readonly StoryNode[];
  readonly edges: readonly StoryEdge[];
  readonly omitted: number;
};

/**
 * The parties of the intruders, and what they touched. An edge states an act that the ledger
 * holds; parties without one have only their own reasons.
 */
export function graphOf(report: EvictionReport, readable: (text: string) => string): StoryGraph {
  const nodes = new Map<string, StoryNode>();
  for (const party of report.lineage) nodes.set(party.party, partyNode(party, readable));
  const edges = new EdgeList();
  for (const [finding, own] of taintsByFinding(report.lineage)) linkWithin(edges, finding, own);
  for (const { party, taints } of report.lineage) {
    for (const taint of taints) {
      if (taint.origin.kind !== 'change' || !nodes.has(taint.origin.from)) continue;
      const { from, operation } = taint.origin;
      edges.add({ from, to: party, kind: 'change', text: operation, taint, finding: null });
    }
  }
  for (const act of objectsOf(report)) {
    if (!nodes.has(act.from)) continue;
    const { place, kind, atMs } = act;
    const id = objectId(place);
    if (!nodes.has(id)) nodes.set(id, objectNode(id, kind, readable(place), atMs));
    edges.add({ ...act.edge, from: act.from, to: id });
  }
  const kept = [...nodes.values()].slice(0, NODES_MAX);
  const ids = new Set(kept.map(({ id }) => id));
  return {
    nodes: kept,
    edges: edges.list().filter(({ from, to }) => ids.has(from) && ids.has(to)),
    omitted: nodes.size - kept.length,
  };
}

export function objectId(place: string): string {
  return `object:${place.toLowerCase()}`;
}

function partyNode(party: SuspectParty, readable: (text: string) => string): StoryNode {
  const kind = partyKind(party);
  const raw = partyName(party).replace(/^(?:address|session|app|uid) /, '');
  // The label of an application is stored in lower case; records name its id as written.
  const ids = party.names.map(plainName).map((each) => each.replace(/^(?:app|uid) /, ''));
  const named = kind === 'application' ? ids.find((id) => readable(id) !== id) : undefined;
  const name = readable(named ?? raw);
  const lower = name.toLowerCase();
  const detail = ids.find((each) => each.toLowerCase() !== lower) ?? null;
  return {
    ...{ id: party.party, kind, name, detail },
    sinceMs: sinceMsOf(party),
    isSuspect: true,
    because: reasonsOf(party.taints, readable),
    reasons: party.taints.length,
  };
}

/** A finding that cites many records is one reason. */
function reasonsOf(
  taints: readonly Taint[],
  readable: (text: string) => string,
): readonly StoryReason[] {
  const byText = Map.groupBy(taints, ({ because, origin }) => `${origin.kind}\n${because}`);
  return [...byText.values()].slice(0, REASONS_SHOWN_MAX).flatMap((all): StoryReason[] => {
    const [first] = all;
    if (first === undefined) return [];
    const { because, sinceMs, origin } = first;
    return [
      {
        text: readable(because),
        atMs: sinceMs,
        finding: origin.kind === 'finding' ? origin.uid : null,
        confidence: origin.kind === 'finding' ? origin.confidence : null,
        entries: entriesOf(all.flatMap(({ entries }) => entries)),
      },
    ];
  });
}

function objectNode(id: string, kind: StoryNodeKind, name: string, atMs: number): StoryNode {
  return {
    ...{ id, kind, name, detail: null, sinceMs: atMs, isSuspect: false },
    ...{ because: [], reasons: 0 },
  };
}

type PartyTaint = { readonly party: SuspectParty; readonly taint: Taint };

function taintsByFinding(
  lineage: readonly SuspectParty[],
): ReadonlyMap<string, readonly PartyTaint[]> {
  const all = lineage.flatMap((party) => party.taints.map((taint) => ({ party, taint })));
  const byFinding = new Map<string, PartyTaint[]>();
  for (const one of all) {
    const { origin } = one.taint;
    if (origin.kind !== 'finding') continue;
    const known = byFinding.get(origin.uid);
    if (known === undefined) byFinding.set(origin.uid, [one]);
    else known.push(one);
  }
  return byFinding;
}

/** Parties that one record of a finding names: an address, then an actor, then a session. */
function linkWithin(edges: EdgeList, finding: string, taints: readonly PartyTaint[]): void {
  const byEntry = Map.groupBy(
    taints.flatMap((one) => one.taint.entries.map((entry) => ({ ...one, entry }))),
    ({ entry }) => entry,
  );
  for (const own of byEntry.values()) {
    const of = (...kinds: StoryNodeKind[]): typeof own =>
      own.filter(({ party }) => kinds.includes(partyKind(party)));
    const actors = of('account', 'application');
    for (const { party: address } of of('address')) {
      for (const { party, taint } of actors) {
        const ends = { from: address.party, to: party.party };
        edges.add({ ...ends, kind: 'came from', text: 'acted as', taint, finding });
      }
    }
    for (const { party: actor } of actors) {
      for (const { party, taint } of of('session')) {
        const to = party.party;
        const text = 'opened the session';
        edges.add({ from: actor.party, to, kind: 'session', text, taint, finding });
      }
    }
  }
}

type EdgeAct = Pick<StoryEdge, 'from' | 'to' | 'kind' | 'text'> & {
  readonly taint: Pick<Taint, 'sinceMs' | 'entries' | 'origin'>;
  readonly finding: string | null;
};

type ObjectAct = {
  readonly from: string;
  readonly place: string;
  readonly kind: 'mailbox' | 'site';
  readonly atMs: number;
  readonly edge: Omit<EdgeAct, 'from' | 'to'>;
};

/** Mailboxes and sites that were read or changed. */
function objectsOf({ readings, footholds }: EvictionReport): ObjectAct[] {
  const read = readings.map(({ place, party, first, last, taint }): ObjectAct => {
    const entries = [...new Set([...first.entries, ...last.entries])];
    const atMs = first.event.timeMs;
    const by = { ...taint, sinceMs: atMs, entries };
    return {
      ...{ from: party, place, atMs, kind: first.event.site === place ? 'site' : 'mailbox' },
      edge: { kind: 'read', text: 'read', taint: by, finding: null },
    };
  });
  const changed = footholds
    .filter(({ foothold }) => OF_MAILBOX.has(foothold.id))
    .flatMap(({ foothold, openings }) =>
      openings.flatMap(({ party, mailbox, atMs, entries, by }): ObjectAct[] => {
        if (mailbox === null) return [];
        const taint = { ...by, sinceMs: atMs, entries };
        return [
          {
            ...{ from: party, place: mailbox, atMs, kind: 'mailbox' },
            edge: { kind: 'change', text: foothold.name, taint, finding: null },
          },
        ];
      }),
    );
  return [...read, ...changed];
}

/** Acts of one kind between two parties are one edge. */
class EdgeList {
  readonly #edges = new Map<string, StoryEdge>();

  add({ from, to, kind, text, taint, finding }: EdgeAct): void {
    if (from === to) return;
    const key = JSON.stringify([from, to, kind, text]);
    const known = this.#edges.get(key);
    const stated = finding !== null && taint.origin.kind === 'finding' ? taint.origin : undefined;
    const confidences = [known?.confidence ?? null, stated?.confidence ?? null].filter(
      (each) => each !== null,
    );
    this.#edges.set(key, {
      ...{ from, to, kind, text },
      atMs: Math.min(known?.atMs ?? Infinity, taint.sinceMs),
      count: (known?.count ?? 0) + 1,
      findings: [...new Set([...(known?.findings ?? []), ...(finding === null ? [] : [finding])])],
      confidence: confidences.length === 0 ? null : Math.max(...confidences),
      entries: entriesOf([...(known?.entries ?? []), ...taint.entries]),
    });
  }

  list(): StoryEdge[] {
    return [...this.#edges.values()].sort((a, b) => a.atMs - b.atMs);
  }
}

function entriesOf(entries: readonly number[]): number[] {
  return [...new Set(entries)].sort((a, b) => a - b).slice(0, ENTRIES_SHOWN_MAX);
}
