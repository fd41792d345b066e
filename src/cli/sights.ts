import { plural, type Reason } from '../core/index.ts';
import type { Asked } from '../detect/index.ts';
import type { WatcherSight } from '../pipeline/index.ts';
import type { Sources } from './question.ts';

export type SightsAsked = {
  readonly asked: Asked;
  readonly tenants?: readonly string[] | undefined;
  /** Only of this rule: its id, or its id up to a slash. */
  readonly rule?: string | undefined;
  /** Those, too, that look at what people hand in alone; else only where they are asked for. */
  readonly handedIn?: 'listed';
};

/** What each rule and detector can see. */
export async function sights(
  { books }: Sources,
  { asked, tenants, rule, handedIn }: SightsAsked,
): Promise<WatcherSight[]> {
  const { loadDetection, sightsOf } = await import('../pipeline/index.ts');
  const { isOfHandedIn } = await import('../detect/index.ts');
  const { watchers } = await loadDetection();
  const wanted = watchers.filter((watcher) =>
    rule === undefined
      ? handedIn === 'listed' || !isOfHandedIn(watcher)
      : isOfRule(watcher.id, rule) || isOfRule(rule, watcher.id),
  );
  return sightsOf(books, wanted, { asked, tenants });
}

/** Those that could not see all: undefined where all could. */
export function blindReason(found: readonly WatcherSight[]): Reason | undefined {
  const short = found.filter(({ sight }) => sight.state !== 'live');
  const [first] = [...short].sort(worstFirst);
  if (first === undefined) return undefined;
  const { watcher, sight } = first;
  const count = short.filter((each) => each.sight.state === 'blind').length;
  const partly = short.length - count;
  const parts = [
    ...(count > 0 ? [`${plural(count, 'rule is', 'rules are')} blind`] : []),
    ...(partly > 0 ? [`${plural(partly, 'rule sees', 'rules see')} only a part`] : []),
  ];
  const such = `such as "${watcher.title}" (${sight.because})`;
  const text = `${parts.join(' and ')}, ${such}: "countersign rules status" names them`;
  return { code: 'rules-blind', text };
}

/**
 * What was not looked for because it lies in what people hand in alone, and nobody did. It is no
 * reason to doubt the rest, and no "nothing" either.
 */
export async function notHandedIn(
  sources: Sources,
  of: Omit<SightsAsked, 'handedIn'>,
): Promise<string | undefined> {
  const { isOfHandedIn } = await import('../detect/index.ts');
  const all = await sights(sources, { ...of, handedIn: 'listed' });
  const short = all.filter(({ watcher, sight }) => isOfHandedIn(watcher) && sight.state !== 'live');
  if (short.length === 0) return undefined;
  const titles = short.map(({ watcher }) => `"${watcher.title}"`).join(', ');
  return `not looked for, or in a part only: ${titles}, since no collector brings what it needs`;
}

function worstFirst(a: WatcherSight, b: WatcherSight): number {
  return Number(b.sight.state === 'blind') - Number(a.sight.state === 'blind');
}

/** A rule by its id, or all rules of a detector by what comes before the slash. */
export function isOfRule(id: string, asked: string): boolean {
  const [found, wanted] = [id.toLowerCase(), asked.toLowerCase()];
  return found === wanted || found.startsWith(`${wanted}/`);
}
