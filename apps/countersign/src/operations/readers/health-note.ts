import { idsNamed, isCutId, plural, type Reason } from '@countersign/core';
import type { DetectorHealth } from '../../detection/health/detector-health.ts';
import type { HealthScope, HealthStatus } from '../../detection/health/health-status.ts';
import type { Sources } from './readers.ts';

export type HealthNoteQuery = {
  readonly scope: HealthScope;
  readonly tenants?: readonly string[] | undefined;
  readonly nowMs: number;
  /** Only this rule: its id, or its id up to a slash. */
  readonly rule?: string | undefined;
};

/** What each rule and detector can see, including those that read only hand-imported files. */
export async function readDetectorHealth(
  { store, profiles }: Sources,
  { scope, tenants, nowMs, rule }: HealthNoteQuery,
): Promise<DetectorHealth[]> {
  const { detectorHealth } = await import('../../detection/health/detector-health.ts');
  const wanted = (await profiles()).filter(
    ({ id }) => rule === undefined || isOfRule(id, rule) || isOfRule(rule, id),
  );
  return detectorHealth(store, wanted, { scope, tenants, nowMs });
}

/** The health as of now while a collector runs; else that of imported files, which stays valid. */
export function askedByDefault(
  { store }: Pick<Sources, 'store'>,
  tenant: string | undefined,
  nowMs: number,
): HealthScope {
  const period = store.answerablePeriod(tenant);
  if (period === undefined || store.collectedPeriod(tenant) !== undefined) {
    return { kind: 'now', nowMs };
  }
  return { kind: 'period', ...period };
}

/** Why the input of the rules may be incomplete, once for all rules. */
export function incompleteText(found: readonly DetectorHealth[]): string | undefined {
  const short = found.find(({ health }) => health.incomplete !== null);
  if (short === undefined) return undefined;
  return `Cannot tell whether this input is complete: ${short.health.incomplete}`;
}

export type HealthsOfAnswer = {
  /** Inputs that MUST be seen; otherwise the answer is "cannot tell". */
  readonly found: readonly DetectorHealth[];
  /** Inputs that the answer does not cover, and states so. */
  readonly limits: readonly Reason[];
};

/**
 * The basis of an answer without findings. Detectors of hand-imported files are never complete. If
 * a general answer waited for them, it would be "cannot tell" forever; ignoring them would be
 * silence. So the answer names them as a limit. For a rule that is requested by itself, only its
 * own input decides.
 */
export async function healthsOfAnswer(
  sources: Sources,
  of: HealthNoteQuery,
): Promise<HealthsOfAnswer> {
  const all = await readDetectorHealth(sources, of);
  if (of.rule !== undefined) return { found: all, limits: [] };
  const { isOfHandedIn } = await import('../../detection/runner/detector-profile.ts');
  const short = all.filter(
    ({ profile, health }) => isOfHandedIn(profile) && health.state !== 'live',
  );
  return {
    found: all.filter(({ profile }) => !isOfHandedIn(profile)),
    limits: short.length === 0 ? [] : [notHandedIn(short)],
  };
}

function notHandedIn(short: readonly DetectorHealth[]): Reason {
  const titles = short.map(({ profile }) => `"${profile.title}"`).join(', ');
  const why = 'because no collector delivers its input';
  const text = `not searched for, or only in part: ${titles}, ${why}`;
  return { code: 'not-handed-in', text };
}

/** Detectors that could not see everything; undefined if all could. */
export function blindReason(found: readonly DetectorHealth[]): Reason | undefined {
  const short = found.filter(({ health }) => health.state !== 'live');
  const [first] = [...short].sort(worstFirst);
  if (first === undefined) return undefined;
  const { profile, health } = first;
  const of = (state: HealthStatus['state']): number =>
    short.filter((each) => each.health.state === state).length;
  const [failed, count, partial] = [of('failed'), of('blind'), of('partial')];
  const parts = [
    ...(failed > 0 ? [`${plural(failed, 'rule has', 'rules have')} failed`] : []),
    ...(count > 0 ? [`${plural(count, 'rule is', 'rules are')} blind`] : []),
    ...(partial > 0 ? [`${plural(partial, 'rule sees', 'rules see')} only a part`] : []),
  ];
  const such = `such as "${profile.title}" (${health.because})`;
  const text = `${parts.join(' and ')}, ${such}: "countersign rules status" names them`;
  return { code: failed > 0 ? 'rules-failed' : 'rules-blind', text };
}

function worstFirst(a: DetectorHealth, b: DetectorHealth): number {
  return WORST.indexOf(a.health.state) - WORST.indexOf(b.health.state);
}

const WORST: readonly HealthStatus['state'][] = ['failed', 'blind', 'partial', 'live'];

/** Failed rules and detectors by name: reported with every answer. */
export async function failureReason({
  store,
}: Pick<Sources, 'store'>): Promise<Reason | undefined> {
  const { FAILED } = await import('../../detection/findings/failure.ts');
  const [first, ...more] = store.findings.openOfRule(FAILED);
  if (first === undefined) return undefined;
  const others = more.length === 0 ? '' : ` (and ${plural(more.length, 'more failure')})`;
  return { code: 'detector-failed', text: `${first.draft.title}${others}` };
}

/**
 * A rule by its id, whole or shortened, or all rules of a detector by the part before the slash.
 */
export function isOfRule(id: string, asked: string): boolean {
  const [found, wanted] = [id.toLowerCase(), asked.toLowerCase()];
  if (found === wanted || found.startsWith(`${wanted}/`)) return true;
  return isCutId(wanted) && idsNamed(wanted, [found]).length > 0;
}
