import type { Answer, Watermark } from '@countersign/core';
import type { Opening } from '../../eviction/analysis/open-footholds.ts';
import type { EvictionReport, FootholdAnswer } from '../../eviction/eviction-report.ts';
import { partyName } from '../../eviction/lineage/suspect-names.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import { withReadableTimes } from '../time-text.ts';
import type { Story, StoryDoubt, StoryReading, StoryStep } from './story.ts';
import { graphOf, objectId } from './story-graph.ts';
import { phaseOfFoothold, phaseOfTechniques, STORY_PHASES } from './story-phase.ts';

export type StoryInput = {
  readonly incident: Story['incident'];
  readonly asOf: Watermark;
  /** Findings of the incident that no person explained. */
  readonly findings: readonly StoredFinding[];
  readonly eviction: EvictionReport;
  /** Ids of the findings that count as false alarms. */
  readonly without: readonly string[];
  /** Whether the period of the incident was collected. */
  readonly coverage: Answer;
  /** Replaces ids with names. */
  readonly readable: (text: string) => string;
};

/** Steps of a longer attack are in the list of findings. */
const STEPS_MAX = 400;

/** What happened, who tainted whom, what was read, and what each finding decides. */
export function buildStory(input: StoryInput): Story {
  const { incident, asOf, findings, eviction, without, coverage, readable } = input;
  const { nodes, edges, omitted } = graphOf(eviction, readable);
  const isFalse = (finding: StoredFinding): boolean => without.includes(finding.uid);
  return {
    ...{ incident, asOf, nodes, edges, nodesOmitted: omitted },
    without: findings
      .filter(isFalse)
      .map(({ uid, draft }) => ({ finding: uid, text: readable(draft.title) })),
    steps: stepsOf(
      input,
      findings.filter((finding) => !isFalse(finding)),
    ),
    readings: readingsOf(eviction, readable),
    readingsMayLack: coverage.kind === 'yes' ? [] : coverage.because,
    doubts: doubtsOf(input),
    footholds: {
      open: openOf(eviction).length,
      unknown: eviction.footholds.filter(({ answer }) => answer.kind === 'unknown').length,
    },
  };
}

function stepsOf(
  { eviction, readable }: StoryInput,
  findings: readonly StoredFinding[],
): StoryStep[] {
  const nodesOf = nodesByEntry(eviction);
  const reported = new Set(findings.flatMap(({ draft }) => draft.entries));
  const steps = [
    ...findings.map(({ uid, draft }): StoryStep => {
      const { firstMs, lastMs, severity, confidence, techniques, entries } = draft;
      return {
        ...{ phase: phaseOfTechniques(techniques), kind: 'finding', finding: uid },
        text: readable(draft.title),
        ...{ atMs: firstMs, untilMs: lastMs, severity, confidence, foothold: null, entries },
        nodes: nodesOf(entries),
      };
    }),
    ...eviction.footholds
      .filter(({ foothold }) => foothold.special === undefined)
      .flatMap(({ foothold, openings }) =>
        openings
          .filter(({ entries }) => !entries.some((entry) => reported.has(entry)))
          .map((opening): StoryStep => changeStep(opening, foothold, readable)),
      ),
  ];
  return steps
    .sort(
      (a, b) =>
        STORY_PHASES.indexOf(a.phase) - STORY_PHASES.indexOf(b.phase) ||
        a.atMs - b.atMs ||
        (b.severity ?? 0) - (a.severity ?? 0),
    )
    .slice(0, STEPS_MAX);
}

function changeStep(
  { text, atMs, entries, party }: Opening,
  foothold: FootholdAnswer['foothold'],
  readable: (text: string) => string,
): StoryStep {
  return {
    ...{ phase: phaseOfFoothold(foothold.id), kind: 'change', finding: null },
    text: withReadableTimes(readable(text)),
    ...{ atMs, untilMs: atMs, severity: null, confidence: null },
    ...{ foothold: foothold.name, nodes: [party], entries },
  };
}

/** The parties that the records of a step taint. */
function nodesByEntry({ lineage }: EvictionReport): (entries: readonly number[]) => string[] {
  const byEntry = new Map<number, Set<string>>();
  for (const { party, taints } of lineage) {
    for (const entry of taints.flatMap(({ entries }) => entries)) {
      byEntry.set(entry, (byEntry.get(entry) ?? new Set()).add(party));
    }
  }
  return (entries) => [...new Set(entries.flatMap((entry) => [...(byEntry.get(entry) ?? [])]))];
}

function readingsOf(
  { readings }: EvictionReport,
  readable: (text: string) => string,
): StoryReading[] {
  const byPlace = Map.groupBy(readings, ({ place }) => place.toLowerCase());
  return [...byPlace.values()]
    .flatMap((all): StoryReading[] => {
      const [one] = all;
      if (one === undefined) return [];
      const rows = all.flatMap(({ first, last }) => [first, last]);
      return [
        {
          ...{ place: readable(one.place), node: objectId(one.place) },
          by: [...new Set(all.map(({ party }) => party))],
          items: all.reduce((sum, { items }) => sum + items, 0),
          isMore: all.some(({ isMore }) => isMore),
          fromMs: Math.min(...rows.map(({ event }) => event.timeMs)),
          toMs: Math.max(...rows.map(({ event }) => event.timeMs)),
          entries: [...new Set(rows.flatMap(({ entries }) => entries))].sort((a, b) => a - b),
        },
      ];
    })
    .sort((a, b) => b.items - a.items || a.fromMs - b.fromMs);
}

/** Only findings that decide something: others confirm what they say. */
function doubtsOf({ eviction, readable }: StoryInput): StoryDoubt[] {
  const names = new Map(eviction.lineage.map((party) => [party.party, partyName(party)]));
  const open = openOf(eviction).length;
  return eviction.doubts
    .map(({ finding, cleared, openCounts }): StoryDoubt => {
      const { uid, draft } = finding;
      return {
        ...{ finding: uid, text: readable(draft.title), confidence: draft.confidence, open },
        clears: cleared.map((party) => readable(names.get(party) ?? party)),
        openWithout: [...openCounts.values()].filter((count) => count > 0).length,
      };
    })
    .filter(({ clears, openWithout }) => clears.length > 0 || openWithout !== open)
    .sort((a, b) => b.clears.length - a.clears.length);
}

function openOf({ footholds }: EvictionReport): readonly FootholdAnswer[] {
  return footholds.filter(({ answer }) => answer.kind === 'no');
}
