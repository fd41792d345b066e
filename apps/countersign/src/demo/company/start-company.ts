import {
  type Browser,
  connectMethod,
  type Emulator,
  type Feed,
  type MethodAddress,
  startEmulator,
  WIKI,
} from '@countersign/emulator';
import {
  ATTACK,
  ATTACK_DAYS,
  CUT_CONTENT,
  CUT_DAY,
  DAY_MS,
  type DemoPlan,
  DILIGENCE,
  DOMAIN,
  FORGOTTEN_DOMAIN,
  MINUTE_MS,
} from './demo-plan.ts';

/** A collector starts an ended subscription again. During the cut it ends again this often. */
const END_EVERY_MS: number = 15 * MINUTE_MS;

/** What the demonstration collects. The emulator keeps nothing of other feeds. */
const COLLECTED: readonly Feed[] = [
  'activity/Audit.AzureActiveDirectory',
  'activity/Audit.Exchange',
  'activity/Audit.SharePoint',
  'activity/Audit.General',
  'activity/DLP.All',
  'graph/signIns',
  'graph/directoryAudits',
  'azure/NonInteractiveUserSignInLogs',
  'azure/MicrosoftGraphActivityLogs',
];

/**
 * Starts the company and its forgotten tenant at the beginning of the history. Only `advance` moves
 * its time.
 */
export async function startCompany(
  plan: DemoPlan,
  method: MethodAddress,
  browser: Browser,
): Promise<Emulator> {
  const startMs = startOf(plan);
  let connected = '';
  const emulator = await startEmulator({
    ...{ seed: plan.seed, startMs, subscribed: 'before', browser },
    partnerCa: method.certificate.certPem,
    tenants: [
      {
        ...{ domain: DOMAIN, people: plan.people, diligence: DILIGENCE },
        ...{ governed: true, askedDaily: true, apps: [WIKI] },
      },
      // Ten people are in its directory. No client reads its feeds, so their work is not simulated.
      { domain: FORGOTTEN_DOMAIN },
    ],
    scenarios: plan.days >= ATTACK_DAYS ? [ATTACK] : [],
    isRead: (feed, tenantId) => tenantId === connected && COLLECTED.includes(feed),
    faults: { disabled: cutOf(plan) },
  });
  connected = emulator.tenants[0]?.tenantId ?? '';
  connectMethod(emulator, method);
  return emulator;
}

export function startOf({ endMs, days }: DemoPlan): number {
  return endMs - days * DAY_MS;
}

/** The day without mailbox audit; undefined in a history that is too short for one. */
function cutDay(plan: DemoPlan): { readonly from: number; readonly to: number } | undefined {
  if (plan.days <= CUT_DAY + 1) return undefined;
  const from = Math.ceil((startOf(plan) + CUT_DAY * DAY_MS) / DAY_MS) * DAY_MS;
  return { from, to: from + DAY_MS };
}

function cutOf(plan: DemoPlan) {
  const cut = cutDay(plan);
  if (cut === undefined) return [];
  return Array.from({ length: Math.ceil(DAY_MS / END_EVERY_MS) }, (_, at) => ({
    contentType: CUT_CONTENT,
    atMs: cut.from + at * END_EVERY_MS,
    by: 'a tenant admin' as const,
  }));
}
