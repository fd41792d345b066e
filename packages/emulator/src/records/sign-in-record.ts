import type { FeedRecord } from '../core/feed-record.ts';
import type { Tenant } from '../population/tenant.ts';
import { exportedSignIn, SIGN_IN_CATEGORIES } from './exported-sign-in.ts';
import { commonRow, graphSignIn } from './graph-sign-in.ts';
import type { Fullness, SignIn } from './sign-in.ts';
import { logon } from './sts-logon.ts';

/**
 * All records of one token request. The unified audit log has interactive sign-ins; refreshes and
 * applications appear only in sign-in rows.
 */
export function signInRecords(tenant: Tenant, signIn: SignIn): FeedRecord[] {
  const { atMs, requestId: id, eventType, completedAfterMs } = signIn;
  const category = `azure/${SIGN_IN_CATEGORIES[eventType]}` as const;
  const rows = (fullness: Fullness, version: { completes?: true; afterMs?: number }) => {
    const common = commonRow(tenant, signIn, fullness);
    const row = { id, atMs, ...version };
    return [
      { feed: 'graph/signIns', ...row, body: graphSignIn(signIn, fullness, common) },
      { feed: category, ...row, body: exportedSignIn(tenant, signIn, common) },
    ] as const;
  };
  if (signIn.isVendor) return vendorRecords(tenant, signIn);
  const records: FeedRecord[] = [];
  if (eventType === 'interactiveUser') {
    const feed = 'activity/Audit.AzureActiveDirectory';
    records.push({ feed, id, atMs, body: logon(tenant, signIn) });
  }
  records.push(...rows(completedAfterMs === undefined ? 'complete' : 'first', {}));
  if (completedAfterMs !== undefined) {
    records.push(...rows('complete', { completes: true, afterMs: completedAfterMs }));
  }
  return records;
}

function vendorRecords(tenant: Tenant, signIn: SignIn): FeedRecord[] {
  const category = 'MicrosoftServicePrincipalSignInLogs';
  const common = commonRow(tenant, signIn, 'complete');
  const body = { ...exportedSignIn(tenant, signIn, common), category };
  return [{ feed: `azure/${category}`, id: signIn.requestId, atMs: signIn.atMs, body }];
}
