import type { SourceId } from '@countersign/core';
import { CANARY_PERIOD_MS } from '../limits.ts';

/**
 * What a canary does in a workload. Each act is harmless, affects only its own identity, and is
 * recorded like the acts of people. An application performs each act, because no person can answer
 * a prompt. So no act covers interactive sign-ins.
 */
export const CANARY_ACTS = ['draft', 'file', 'channel', 'attribute', 'sign-in'] as const;
/**
 * - `draft`      creates a draft in its own mailbox (`Create`), and deletes it
 * - `file`       uploads a file to its own site (`FileUploaded`), and deletes it
 * - `channel`    changes the description of a channel of its own team (`ChannelSettingChanged`)
 * - `attribute`  sets an attribute of its own account (`Update user.`)
 * - `sign-in`    gets a token (a row in the sign-in logs of applications)
 */
export type CanaryAct = (typeof CANARY_ACTS)[number];

/** The act that tests a workload, and the feeds that must deliver its record. */
export type CanaryPlan = {
  readonly tenant: string;
  readonly workload: string;
  readonly act: CanaryAct;
  readonly sources: readonly SourceId[];
  readonly periodMs: number;
};

/** Plans every act whose record a collected source delivers. */
export function canaryPlans(
  tenant: string,
  collected: readonly SourceId[],
  {
    acts = CANARY_ACTS,
    periodMs = CANARY_PERIOD_MS,
  }: { readonly acts?: readonly CanaryAct[]; readonly periodMs?: number } = {},
): CanaryPlan[] {
  return PLANS.filter(({ act }) => acts.includes(act)).flatMap(({ workload, act, sources }) => {
    const wanted = sources.filter((source) => collected.includes(source));
    return wanted.length === 0 ? [] : [{ tenant, workload, act, sources: wanted, periodMs }];
  });
}

const ENTRA = 'AzureActiveDirectory';
const PLANS: readonly Omit<CanaryPlan, 'tenant' | 'periodMs'>[] = [
  { workload: 'Exchange', act: 'draft', sources: ['m365.activity/Audit.Exchange'] },
  { workload: 'SharePoint', act: 'file', sources: ['m365.activity/Audit.SharePoint'] },
  { workload: 'MicrosoftTeams', act: 'channel', sources: ['m365.activity/Audit.General'] },
  {
    workload: ENTRA,
    act: 'attribute',
    sources: [
      'm365.activity/Audit.AzureActiveDirectory',
      'graph/directoryAudits',
      'azure-monitor/AuditLogs',
    ],
  },
  {
    workload: ENTRA,
    act: 'sign-in',
    sources: ['graph/signIns', 'azure-monitor/ServicePrincipalSignInLogs'],
  },
];

/**
 * The sending time of the canary for the period that contains `nowMs`. It differs for each period
 * and act, so that an attacker cannot adapt to it. `seed` MUST be secret.
 */
export function canaryTimeMs(plan: CanaryPlan, nowMs: number, seed: number): number {
  const period = Math.floor(nowMs / plan.periodMs);
  const mixed = mix(`${seed}\n${plan.tenant}\n${plan.act}\n${period}`);
  return period * plan.periodMs + Math.floor(mixed * plan.periodMs);
}

/** FNV-1a with a final mix: only an even spread is needed. */
function mix(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return ((hash ^ (hash >>> 15)) >>> 0) / 0x1_0000_0000;
}
