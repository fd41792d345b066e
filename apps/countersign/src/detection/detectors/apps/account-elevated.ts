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

/** A new account that receives or grants privileges within minutes. */
export const accountRaised: WindowDetector = {
  rules: ['stream/account-raised'],
  title: 'New account received a role or permissions within minutes',
  needs: ['directory'],
  find: async (window) => {
    const steps = await stepsOf(window);
    const drafts: FindingDraft[] = [];
    for (const account of steps.filter(({ kind }) => kind === 'account')) {
      const privileges: Step[] = [];
      for (const step of privilegesOf(account, steps)) {
        const isSoon = step.atMs - account.atMs <= ACCOUNT_RAISED_WITHIN_MS;
        if (isSoon || (await isForAll(window, step))) privileges.push(step);
      }
      const [first] = privileges;
      if (first === undefined || !isWithin(window, first.atMs)) continue;
      drafts.push(draftOf(account, privileges));
    }
    return drafts.filter(isFirstOfItsGroup());
  },
};

/** Directory roles, and application permissions that need no further consent. */
async function isForAll(window: DetectionWindow, { kind, index }: Step): Promise<boolean> {
  if (kind !== 'consent') return true;
  return /AllPrincipals/i.test((await window.bodyOf(index)) ?? '');
}

/** Several feeds report one account creation. Report it once. */
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
  const name = account.targetName ?? account.target ?? 'an unnamed account';
  const maker = account.actorName ?? account.actor ?? 'an unnamed account';
  const minutes = Math.max(1, Math.round((first.atMs - account.atMs) / 60_000));
  const words = [...new Set(privileges.map(({ kind }) => WORDS[kind]))].join(', ');
  return draftFrom({
    rule: 'stream/account-raised',
    tenant: account.tenant,
    group: account.target ?? name,
    at: first,
    title: `${maker} created ${name}, which got privileges ${plural(minutes, 'minute')} later`,
    message:
      `Soon after ${maker} created the account ${name}: ${words}. Intruders create an account ` +
      'and raise it at once to keep access. Likely harmless when: an approved change creates ' +
      'an administrator or a service account.',
    next:
      `Ask ${maker} for the approved change. Without one, disable ${name}, revoke its sessions, ` +
      'and undo what it changed.',
    severity: 4,
    techniques: ['T1136.003', ...new Set(privileges.map(({ kind }) => TECHNIQUES[kind]))],
    seen: [account, ...privileges],
  });
}

const WORDS: Readonly<Record<Step['kind'], string>> = {
  credential: 'a credential was added to an application',
  consent: 'an application received delegated permissions',
  'app-role': 'an application received an application permission',
  role: 'a directory role was assigned',
  account: 'an account was created',
  application: 'an application was created',
};

const TECHNIQUES: Readonly<Record<Step['kind'], string>> = {
  credential: 'T1098.001',
  consent: 'T1528',
  'app-role': 'T1098.003',
  role: 'T1098.003',
  account: 'T1136.003',
  application: 'T1098.001',
};
