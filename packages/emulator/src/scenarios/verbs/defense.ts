import type { Person } from '../../population/person.ts';
import type { Population } from '../../population/population.ts';
import { alertRecords, riskRecords } from '../../records/alert.ts';
import { complianceCmdletRecords } from '../../records/exchange-admin.ts';
import { FIRST_PARTY } from '../../records/first-party-apps.ts';
import { ScenarioError } from '../errors.ts';
import type { ScenarioContext } from '../steps/scenario-context.ts';
import type { Session } from '../steps/scenario-value.ts';
import { shuffled } from '../steps/scenario-variables.ts';
import { cmdlet } from './mail.ts';
import { setPassword } from './respond.ts';
import type { Verb } from './verb.ts';

/** Disables or enables the unified audit log of the whole tenant. */
export const setAudit: Verb = (stage, args) => {
  const session = args.session('by');
  const isOn = args.text('to') === 'on';
  cmdlet(stage, session, {
    operation: 'Set-AdminAuditLogConfig',
    objectId: 'Admin Audit Log Settings',
    appId: FIRST_PARTY.exchangePowerShell,
    parameters: [['UnifiedAuditLogIngestionEnabled', isOn ? 'True' : 'False']],
  });
  footholdOfAudit(stage, session, isOn, 'the unified audit log is off');
};

/** Removes a DLP policy before data is stolen. */
export const removeDlpPolicy: Verb = (stage, args) => {
  const { home, account } = args.session('by');
  const records = complianceCmdletRecords(home.tenant, {
    atMs: stage.nowMs,
    id: stage.random.guid(),
    operation: 'Remove-DlpCompliancePolicy',
    account,
    identity: args.text('policy'),
  });
  stage.emit(home, stage.nowMs, records);
  stage.nowMs += stage.random.int(5000, 60_000);
};

/** Stops the recording of one account's mailbox acts. */
export const bypassAudit: Verb = (stage, args) => {
  const session = args.session('by');
  const { account } = args.account('of');
  const isOn = args.is('end');
  cmdlet(stage, session, {
    operation: 'Set-MailboxAuditBypassAssociation',
    objectId: account.objectId,
    appId: FIRST_PARTY.exchangePowerShell,
    parameters: [
      ['AuditBypassEnabled', isOn ? 'False' : 'True'],
      ['Identity', account.upn],
    ],
  });
  footholdOfAudit(stage, session, isOn, `mailbox audit passes over ${account.upn}`);
};

function footholdOfAudit(
  stage: ScenarioContext,
  session: Session,
  isOn: boolean,
  detail: string,
): void {
  const { id } = session.home.tenant;
  if (isOn) stage.closeFootholds('audit-bypass', id);
  else stage.addFoothold({ kind: 'audit-bypass', tenantId: id, objectId: id, detail });
}

/** A detection of the vendor, usually hours later. */
export const risk: Verb = (stage, args) => {
  const { account, home } = args.account('who');
  const { random } = stage;
  const address = stage.address(args.pool());
  const records = riskRecords(home.tenant, {
    atMs: stage.nowMs,
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
  stage.emit(home, stage.nowMs, records);
};

export const alert: Verb = (stage, args) => {
  const { account, home } = args.account('who');
  const { random } = stage;
  const records = alertRecords(home.tenant, {
    atMs: stage.nowMs,
    ids: [random.guid(), random.guid(), random.guid()],
    policyId: random.guid(),
    name: args.text('name'),
    category: 'ThreatManagement',
    severity: args.text('severity', 'Medium') as 'Low' | 'Medium' | 'High',
    entity: { id: account.upn, type: 'User' },
  });
  stage.emit(home, stage.nowMs, records);
  stage.nowMs += 3000;
};

/** The company responds: a new password ends the sessions of the old one. */
export const resetPassword: Verb = (stage, args) => {
  const { person, home } = args.person('of');
  const helper = home.person(person.index === 1 ? 2 : 1);
  setPassword(stage, home, helper, person);
};

/**
 * An administrator closes a share of the footholds, one after the other; which ones is drawn from
 * the seed.
 */
export const evict: Verb = (stage, args) => {
  const home = args.tenant();
  const share = args.share('share', 0.5);
  const overMs = args.duration('over', '3h');
  const taken = new Set([...stage.intruders.values()].map(({ id }) => id));
  const responder = responderIn(home, taken);
  const here = stage.footholds.filter(
    (foothold) => foothold.tenantId === home.tenant.id && stage.undoOf(foothold) !== undefined,
  );
  const all = shuffled(stage, here);
  const most = Math.round(all.length * share);
  const startMs = stage.nowMs;
  for (const [at, foothold] of all.entries()) {
    const gone = all.filter((each) => !stage.footholds.includes(each)).length;
    if (gone >= most) break;
    // An earlier removal closed it too.
    if (!stage.footholds.includes(foothold)) continue;
    stage.nowMs = Math.max(stage.nowMs, startMs + Math.floor((overMs * at) / all.length));
    stage.undoOf(foothold)?.(responder);
  }
  stage.nowMs = Math.max(stage.nowMs, startMs + overMs);
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
export const wait: Verb = (stage, args) => {
  stage.nowMs += args.duration('for');
};
