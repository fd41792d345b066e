import {
  alertRecords,
  complianceCmdletRecords,
  directoryRecords,
  FIRST_PARTY,
  riskRecords,
} from '../../records/index.ts';
import type { Stage } from '../stage.ts';
import type { Session } from '../things.ts';
import { userTarget } from './directory.ts';
import { cmdlet } from './mail.ts';
import type { Verb } from './verb.ts';

/** The unified audit log of the whole tenant, off or on. */
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

/** A policy against data loss is taken away before data is. */
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

/** What one account does in mailboxes is not recorded any more. */
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

function footholdOfAudit(stage: Stage, session: Session, isOn: boolean, detail: string): void {
  const { id } = session.home.tenant;
  if (isOn) stage.closeFootholds('audit-bypass', id);
  else stage.addFoothold({ kind: 'audit-bypass', tenantId: id, objectId: id, detail });
}

/** What the vendor's own detection says, hours later as a rule. */
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

/** The company answers: a new password ends the sessions that grew out of the old one. */
export const resetPassword: Verb = (stage, args) => {
  const { person, home } = args.person('of');
  const helper = home.person(person.index === 1 ? 2 : 1);
  const operations = ['Reset user password.', 'Update StsRefreshTokenValidFrom Timestamp.'];
  for (const operation of operations) {
    const records = directoryRecords(home.tenant, {
      atMs: stage.nowMs,
      id: stage.random.guid(),
      correlationId: stage.random.guid(),
      operation,
      category: 'User',
      auditCategory: 'UserManagement',
      operationType: 'Update',
      actor: { kind: 'user', account: helper, ip: helper.office.ip },
      targets: [userTarget(person)],
      changes: [{ name: 'Included Updated Properties', newValue: 'StsRefreshTokensValidFrom' }],
      userAgent: 'O365AdminPortal',
    });
    stage.emit(home, stage.nowMs, records);
  }
  stage.closeFootholds('password', person.objectId);
  stage.closeFootholds('session', person.objectId);
  stage.nowMs += 1000;
};

/** Nothing, for a while. */
export const wait: Verb = (stage, args) => {
  stage.nowMs += args.duration('for');
};
