import { plural } from '@countersign/core';
import type { FindingDraft } from '../../../store/rows/finding.ts';
import { CREDENTIAL_USED_WITHIN_MS, HISTORY_MS } from '../limits.ts';
import { numberOf, queryEvents, type Row, sqlList, textOf } from '../windows/event-query.ts';
import {
  type CitedEvent,
  DAY_MS,
  type DetectionWindow,
  draftFrom,
  isWithin,
  type WindowDetector,
} from '../windows/window-detector.ts';
import { keysOf, type Step, stepsOf } from './app-changes.ts';

/**
 * A new credential on an application, which then signs in from a network that it never used.
 *
 * The holder of the new secret is then not the holder of the old one.
 */
export const credentialUsed: WindowDetector = {
  rules: ['stream/credential-used'],
  title: 'New application credential used from a new network',
  needs: ['directory', 'workload-sign-ins'],
  find: async (window) => {
    const steps = await stepsOf(window);
    const added = steps.filter(({ kind }) => kind === 'credential');
    if (added.length === 0) return [];
    const pairs: [Step, ReadonlySet<string>][] = [];
    for (const step of added) pairs.push([step, await keysOf(window, step)]);
    const uses = await usesOf(window, new Set(pairs.flatMap(([, keys]) => [...keys])));
    const made = steps.filter(({ kind }) => kind === 'application');
    const drafts = new Map<string, FindingDraft>();
    for (const [step, keys] of pairs) {
      const draft = draftOf(window, step, { keys, uses, made });
      if (draft !== undefined) drafts.set(`${draft.group} ${draft.windowMs}`, draft);
    }
    return [...drafts.values()];
  },
};

/** One day of an application from one network. */
type Use = CitedEvent & {
  readonly keys: readonly string[];
  readonly tenant: string;
  readonly app: string | null;
  readonly name: string;
  readonly net: string;
};

async function usesOf(window: DetectionWindow, keys: ReadonlySet<string>): Promise<Use[]> {
  const ids = sqlList([...keys].filter((key) => !key.startsWith('name:')));
  const names = sqlList([...keys].filter((key) => key.startsWith('name:')).map((k) => k.slice(5)));
  const rows = await queryEvents(
    window,
    HISTORY_MS,
    ['index', 'org', 't', 'app', 'actor', 'name', 'ip', 'net'],
    (events) => `SELECT arg_min("index", (t, "index")), org, min(t), app_uid, actor_uid,
        any_value(name), arg_min(ip, (t, "index")), net
      FROM (SELECT *, lower(coalesce(app_name, actor_name, '')) AS name FROM ${events}
        WHERE class_uid = 3002 AND status_id = 1 AND ip IS NOT NULL
          AND (sign_in_type IN ('servicePrincipal', 'managedIdentity') OR actor_type = 4))
      WHERE app_uid IN (${ids}) OR actor_uid IN (${ids}) OR name IN (${names})
      GROUP BY org, app_uid, actor_uid, net, d ORDER BY 3, 1`,
  );
  return rows.map(useOf);
}

function useOf(row: Row): Use {
  const [app, actor] = [textOf(row['app']), textOf(row['actor'])];
  const name = textOf(row['name']) ?? '';
  const keys = [app, actor, `name:${name}`].filter((key) => key !== null);
  return {
    index: numberOf(row['index']),
    atMs: numberOf(row['t']),
    tenant: String(row['org']),
    net: textOf(row['net']) ?? '',
    ip: textOf(row['ip']),
    ...{ app, actor, name, keys },
  };
}

type CredentialFacts = {
  readonly keys: ReadonlySet<string>;
  readonly uses: readonly Use[];
  readonly made: readonly Step[];
};

function draftOf(
  window: DetectionWindow,
  step: Step,
  { keys, uses, made }: CredentialFacts,
): FindingDraft | undefined {
  const own = uses.filter((use) => use.keys.some((key) => keys.has(key)));
  const before = (use: Use): Use[] =>
    own.filter(({ atMs }) => atMs < step.atMs && atMs >= use.atMs - HISTORY_MS);
  const after = own.filter((use) => {
    const gapMs = use.atMs - step.atMs;
    if (gapMs < 0 || gapMs > CREDENTIAL_USED_WITHIN_MS) return false;
    return !before(use).some(({ net }) => net === use.net);
  });
  const [first] = after;
  if (first === undefined || !isWithin(window, first.atMs)) return undefined;
  const known = new Set(before(first).map(({ net }) => net));
  const isNew = made.some(({ target, targetName, atMs }) => {
    const of = [target, `name:${targetName?.toLowerCase()}`];
    const isRecent = atMs <= step.atMs && atMs >= first.atMs - HISTORY_MS;
    return isRecent && of.some((key) => key !== null && keys.has(key));
  });
  // The creator of an application normally adds a secret and uses it.
  if (isNew && known.size === 0 && first.tenant === step.tenant) return undefined;
  const days = Math.max(1, Math.round((first.atMs - step.atMs) / DAY_MS));
  const who = step.actorName ?? step.actor ?? 'An unnamed account';
  const what = step.targetName ?? first.name;
  return draftFrom({
    rule: 'stream/credential-used',
    tenant: first.tenant,
    group: `${first.app ?? first.name} ${step.target ?? ''}`,
    at: first,
    title: `${what} signed in from a new network with a credential that ${who} added`,
    message:
      `${who} added a credential to ${what}. Within ${plural(days, 'day')} the application ` +
      'signed ' +
      `in from ${first.ip ?? 'an unknown address'}. ` +
      (known.size === 0
        ? 'It had not signed in for weeks before.'
        : `Until then it used ${plural(known.size, 'other network')}.`) +
      (first.tenant === step.tenant ? '' : ' The credential was added in another tenant.') +
      ' Likely harmless when: the application moved to another host with a new secret.',
    next:
      `Ask ${who} why they added the credential. Without a good reason, remove it, and check ` +
      `what ${what} did since then.`,
    severity: 4,
    techniques: ['T1098.001', 'T1550.001'],
    seen: [step, ...after.slice(0, 20)],
  });
}
