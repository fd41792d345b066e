import { plural } from '@countersign/core';
import type { FindingDraft } from '../../../store/rows/finding.ts';
import { ACCOUNT_RAISED_FAR_WITHIN_MS, ACCOUNT_RAISED_WITHIN_MS } from '../limits.ts';
import {
  type DetectionWindow,
  draftFrom,
  isWithin,
  type WindowDetector,
} from '../windows/window-detector.ts';
import { type Step, stepsOf } from './app-changes.ts';

/** A new account, and within minutes power for it or through it. */
export const accountRaised: WindowDetector = {
  rules: ['stream/account-raised'],
  title: 'A new account had a role, or consented, within minutes',
  needs: ['directory'],
  find: async (scene) => {
    const steps = await stepsOf(scene);
    const drafts: FindingDraft[] = [];
    for (const account of steps.filter(({ kind }) => kind === 'account')) {
      const privileges: Step[] = [];
      for (const step of privilegesOf(account, steps)) {
        const isSoon = step.atMs - account.atMs <= ACCOUNT_RAISED_WITHIN_MS;
        if (isSoon || (await isForAll(scene, step))) privileges.push(step);
      }
      const [first] = privileges;
      if (first === undefined || !isWithin(scene, first.atMs)) continue;
      drafts.push(draftOf(account, privileges));
    }
    return drafts.filter(isFirstOfItsGroup());
  },
};

/** Roles of the directory, and rights of an application that nobody need consent to any more. */
async function isForAll(scene: DetectionWindow, { kind, index }: Step): Promise<boolean> {
  if (kind !== 'consent') return true;
  return /AllPrincipals/i.test((await scene.bodyOf(index)) ?? '');
}

/** Several feeds tell of one account: it is said once. */
function isFirstOfItsGroup(): (draft: FindingDraft) => boolean {
  const seen = new Set<string>();
  return ({ group, windowMs }) => {
    const key = `${windowMs} ${group}`;
    const isFirst = !seen.has(key);
    seen.add(key);
    return isFirst;
  };
}

function privilegesOf(account: Step, steps: readonly Step[]): Step[] {
  const isOf = (value: string | null): boolean => {
    if (value === null) return false;
    const name = account.targetName?.toLowerCase();
    return value === account.target || value.toLowerCase() === name;
  };
  return steps.filter((step) => {
    const gap = step.atMs - account.atMs;
    if (gap < 0 || gap > ACCOUNT_RAISED_FAR_WITHIN_MS || step.tenant !== account.tenant)
      return false;
    if (step.kind === 'account' || step.kind === 'application') return false;
    return isOf(step.actor) || isOf(step.actorName) || isOf(step.target) || isOf(step.targetName);
  });
}

function draftOf(account: Step, privileges: readonly Step[]): FindingDraft {
  const first = privileges[0] as Step;
  const name = account.targetName ?? account.target ?? 'somebody';
  const minutes = Math.max(1, Math.round((first.atMs - account.atMs) / 60_000));
  const words = [...new Set(privileges.map(({ kind }) => WORDS[kind]))].join(', ');
  return draftFrom({
    rule: 'stream/account-raised',
    tenant: account.tenant,
    group: account.target ?? name,
    at: first,
    title: `${name} was made, and had power ${plural(minutes, 'minute')} later`,
    message:
      `${account.actorName ?? account.actor ?? 'Somebody'} made the account ${name}; soon after: ` +
      `${words}. Harmless if it was made for just that, by a change that was approved.`,
    next: 'Ask who made the account; unless they explain it, disable it and undo what it did.',
    severity: 4,
    techniques: ['T1136.003', ...new Set(privileges.map(({ kind }) => TECHNIQUES[kind]))],
    seen: [account, ...privileges],
  });
}

const WORDS: Readonly<Record<Step['kind'], string>> = {
  credential: 'a credential was added to an application',
  consent: 'an application was given rights',
  'app-role': 'an application was given a role',
  role: 'a directory role was given',
  account: 'an account was made',
  application: 'an application was made',
};

const TECHNIQUES: Readonly<Record<Step['kind'], string>> = {
  credential: 'T1098.001',
  consent: 'T1528',
  'app-role': 'T1098.003',
  role: 'T1098.003',
  account: 'T1136.003',
  application: 'T1098.001',
};
