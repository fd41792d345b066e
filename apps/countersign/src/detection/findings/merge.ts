import type { FindingDraft } from '../../store/rows/finding.ts';

/**
 * Merges drafts with one identity, independent of order. All evidence is kept. The texts are those
 * of the most severe draft; among equals the first in sort order.
 */
export function mergeDrafts(drafts: readonly [FindingDraft, ...FindingDraft[]]): FindingDraft {
  if (drafts.length === 1) return drafts[0];
  const leader = drafts.reduce((a, b) => (isBefore(b, a) ? b : a));
  const union = <T>(read: (draft: FindingDraft) => readonly T[]): T[] => [
    ...new Set(drafts.flatMap(read)),
  ];
  const confidences = drafts.flatMap(({ confidence }) => confidence ?? []);
  return {
    ...leader,
    techniques: union(({ techniques }) => techniques).sort(),
    entries: union(({ entries }) => entries).sort((a, b) => a - b),
    firstMs: Math.min(...drafts.map(({ firstMs }) => firstMs)),
    lastMs: Math.max(...drafts.map(({ lastMs }) => lastMs)),
    principals: union(({ principals }) => principals).sort(),
    sessions: union(({ sessions }) => sessions).sort(),
    apps: union(({ apps }) => apps).sort(),
    addresses: union(({ addresses }) => addresses).sort(),
    confidence: confidences.length === 0 ? null : Math.max(...confidences),
  };
}

function isBefore(a: FindingDraft, b: FindingDraft): boolean {
  if (a.severity !== b.severity) return a.severity > b.severity;
  const [first, second] = [a, b].map(({ title, message, next }) =>
    JSON.stringify([title, message, next]),
  ) as [string, string];
  return first < second;
}
