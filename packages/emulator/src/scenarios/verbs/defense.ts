import type { Person } from '../../population/person.ts';
import type { Population } from '../../population/population.ts';
import { alertRecords, riskRecords } from '../../records/alert.ts';
import { complianceCmdletRecords } from '../../records/exchange-admin.ts';
import { FIRST_PARTY } from '../../records/first-party-apps.ts';
import { ScenarioError } from '../errors.ts';
import type { ScenarioContext } from '../steps/scenario-context.ts';
import type { Session } from '../steps/scenario-value.ts';
import { shuffle } from '../steps/scenario-variables.ts';
import { cmdlet } from './mail.ts';
import { setPassword } from './respond.ts';
import type { Verb } from './verb.ts';

/** Disables or enables the unified audit log of the whole tenant. */
export const setAudit: Verb = (context, args) => {
  const session = args.session('by');
  const isOn = args.text('to') === 'on';
  cmdlet(context, session, {
    operation: 'Set-AdminAuditLogConfig',
    objectId: 'Admin Audit Log Settings',
    appId: FIRST_PARTY.exchangePowerShell,
    parameters: [['UnifiedAuditLogIngestionEnabled', isOn ? 'True' : 'False']],
  });
  footholdOfAudit(context, session, isOn, 'the unified audit log is off');
};

/** Removes a DLP policy before data is stolen. */
export const removeDlpPolicy: Verb = (context, args) => {
  const { home, account } = args.session('by');
  const records = complianceCmdletRecords(home.tenant, {
    atMs: context.nowMs,
    id: context.random.guid(),
    operation: 'Remove-DlpCompliancePolicy',
    account,
    identity: args.text('policy'),
  });
  context.emit(home, context.nowMs, records);
  context.nowMs += context.random.int(5000, 60_000);
};

/** Stops the recording of one account's mailbox acts. */
export const bypassAudit: Verb = (context, args) => {
  const session = args.session('by');
  const { account } = args.account('of');
  const isOn = args.is('end');
  cmdlet(context, session, {
    operation: 'Set-MailboxAuditBypassAssociation',
    objectId: account.objectId,
    appId: FIRST_PARTY.exchangePowerShell,
    parameters: [
      ['AuditBypassEnabled', isOn ? 'False' : 'True'],
      ['Identity', account.upn],
    ],
  });
  footholdOfAudit(context, session, isOn, `mailbox audit passes over ${account.upn}`);
};

function footholdOfAudit(
  context: ScenarioContext,
  session: Session,
  isOn: boolean,
  detail: string,
): void {
  const { id } = session.home.tenant;
  if (isOn) context.closeFootholds('audit-bypass', id);
  else context.addFoothold({ kind: 'audit-bypass', tenantId: id, objectId: id, detail });
}

/** A detection of the vendor, usually hours later. */
export const risk: Verb = (context, args) => {
  const { account, home } = args.account('who');
  const { random } = context;
  const address = context.address(args.pool());
  const records = riskRecords(home.tenant, {
    atMs: context.nowMs,
    id: random.guid(),
    auditId: random.guid(),
    correlationId: random.guid(),
    requestId: random.guid(),
    account,
    ip: address.ip,
    countryOrRegion: address.place.countryOrRegion,
    type: args.text('type'),
    level: args.text('level', 'medium') as 'low' | 'medium' | 'high',
  });
  context.emit(home, context.nowMs, records);
};

export const alert: Verb = (context, args) => {
  const { account, home } = args.account('who');
  const { random } = context;
  const records = alertRecords(home.tenant, {
    atMs: context.nowMs,
    ids: [random.guid(), random.guid(), random.guid()],
    policyId: random.guid(),
    name: args.text('name'),
    category: 'ThreatManagement',
    severity: args.text('severity', 'Medium') as 'Low' | 'Medium' | 'High',
    entity: { id: account.upn, type: 'User' },
  });
  context.emit(home, context.nowMs, records);
  context.nowMs += 3000;
};

/** The company responds: a new password ends the sessions of the old one. */
export const resetPassword: Verb = (context, args) => {
  const { person, home } = args.person('of');
  const helper = home.person(person.index === 1 ? 2 : 1);
  setPassword(context, home, helper, person);
};

/**
 * An administrator closes a share of the footholds, one after the other; which ones is drawn from
 * the seed.
 */
export const evict: Verb = (context, args) => {
  const home = args.tenant();
  const share = args.share('share', 0.5);
  const overMs = args.duration('over', '3h');
  const taken = new Set([...context.intruders.values()].map(({ id }) => id));
  const responder = responderIn(home, taken);
  const here = context.footholds.filter(
    (foothold) => foothold.tenantId === home.tenant.id && context.undoOf(foothold) !== undefined,
  );
  const all = shuffle(context, here);
  const most = Math.round(all.length * share);
  const startMs = context.nowMs;
  for (const [at, foothold] of all.entries()) {
    const gone = all.filter((each) => !context.footholds.includes(each)).length;
    if (gone >= most) break;
    // An earlier removal closed it too.
    if (!context.footholds.includes(foothold)) continue;
    context.nowMs = Math.max(context.nowMs, startMs + Math.floor((overMs * at) / all.length));
    context.undoOf(foothold)?.(responder);
  }
  context.nowMs = Math.max(context.nowMs, startMs + overMs);
};

/** In a small company all administrators may be taken over; then another employee responds. */
function responderIn(home: Population, taken: ReadonlySet<string>): Person {
  const free = Array.from({ length: home.size }, (_, index) => home.person(index)).filter(
    ({ objectId }) => !taken.has(objectId),
  );
  const found = free.find((person) => person.isAdministrator || person.isHelpDesk) ?? free[0];
  if (found === undefined)
    throw new ScenarioError('wrong', 'no administrator is left to evict the intruders.');
  return found;
}

/** Lets time pass. */
export const wait: Verb = (context, args) => {
  context.nowMs += args.duration('for');
};
