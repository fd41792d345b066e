import { type Detection, type DetectionItem, parseRules, type Rule } from '@countersign/sigma';

/** The values of one record that a public rule requires. */
export type FieldCriterion = { readonly field: string; readonly values: readonly string[] };

/** A record in a real shape, as one source delivers it. */
export type RuleRecord = {
  readonly source: string;
  readonly value: Readonly<Record<string, unknown>>;
};

export function ruleOf(path: string, text: string): Rule {
  const [rule] = parseRules(path, text).rules;
  if (rule?.kind !== 'rule') throw new RangeError(`${path} holds no rule`);
  return rule;
}

/** For each required selection, one value of each item. Ignores filters. */
function wantedBy(rule: Rule): FieldCriterion[] {
  const names = [...rule.detections.keys()].filter((name) => !/^filter(?!$)/.test(name));
  const asked = rule.conditions.join(' ');
  const chosen = asked.includes('1 of ') ? firstOf(names) : names;
  return chosen.flatMap((name) => itemsOf(rule.detections.get(name) as Detection).map(wantedOf));
}

/** `selection` and one of `selection_empty1`, `selection_empty2`. */
function firstOf(names: readonly string[]): string[] {
  const numbered = names.filter((name) => /_/.test(name) && name !== 'selection_main');
  const plain = names.filter((name) => !numbered.includes(name));
  return [...plain, ...numbered.slice(0, 1)];
}

function itemsOf(detection: Detection): DetectionItem[] {
  if (detection.kind === 'item') return [detection];
  const parts = detection.kind === 'any' ? detection.of.slice(0, 1) : detection.of;
  return parts.flatMap(itemsOf);
}

function wantedOf({ field, modifiers, values }: DetectionItem): FieldCriterion {
  const texts = values.map((value) => (value === null ? '' : String(value)));
  return { field: field ?? KEYWORD, values: modifiers.includes('all') ? texts : texts.slice(0, 1) };
}

const KEYWORD = '(keyword)';

type Members = Record<string, unknown>;

/**
 * Writes the record that a rule requires in the vendor's shape. Uses knowledge of record shapes,
 * and none of our pipelines.
 */
export function recordFor(rule: Rule): RuleRecord[] {
  const wanted = wantedBy(rule);
  const { product, service } = rule.logsource;
  switch (`${product}/${service}`) {
    case 'azure/auditlogs':
      return [directoryAudit(wanted)];
    case 'azure/signinlogs':
      return [signIn(wanted)];
    case 'azure/activitylogs':
      return activity(wanted);
    case 'azure/riskdetection':
      return [riskEvent(wanted)];
    case 'azure/pim':
      return [pimAlert(wanted)];
    default:
      return [unified(wanted, service ?? '')];
  }
}

const TENANT = '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794';
const ID = '0d5ab8c6-7d2f-4f34-9a3a-6f6f2b0000e4';
const ADA = 'ada.byron@northmoor.example';

/**
 * The activity names of directory audits that rules write differently; by file, for rules in prose.
 */
const REAL_ACTIVITIES: Readonly<Record<string, string>> = {
  'Request Approved/Denied': 'Add member to role request approved (PIM activation)',
  'Add eligible member (permanent)': 'Add eligible member to role in PIM completed (permanent)',
  'Remove eligible member (permanent)':
    'Remove eligible member from role in PIM completed (permanent)',
  'Add member from group': 'Add member to group',
  'Assigns the caller to user access admin':
    'User has elevated their access to User Access Administrator for their Azure Resources',
  'Update Application Sucess- Property Name AppAddress': 'Update application',
  'Password reset': 'Reset user password',
};

/** The position of a rule's value in a record; `values` are all values of one item. */
type Place = (record: Members, value: string, values: readonly string[]) => void;
type Places = Readonly<Record<string, Place>>;

/** A field without a position in the record is an error of this test. */
function placed(record: Members, wanted: readonly FieldCriterion[], places: Places): Members {
  for (const { field, values } of wanted) {
    const place = places[field];
    if (place === undefined) throw new RangeError(`no position for ${field}`);
    place(record, values.at(-1) ?? '', values);
  }
  return record;
}

const at = (name: string): Place => {
  return (record, value) => {
    record[name] = value;
  };
};
const nowhere: Place = () => undefined;
const within = (of: Members, name: string): Members => of[name] as Members;

const activityPlace: Place = (record, value, values) => {
  const change = within(record, 'change');
  if (value.startsWith('"displayName":"UserType"')) {
    Object.assign(change, JSON.parse(`{${value}}`) as Members);
    return;
  }
  record['activityDisplayName'] = REAL_ACTIVITIES[value] ?? values.join(' ');
  if (value.includes('AppAddress')) change['displayName'] = 'AppAddress';
  // One record is one activity: the second of the two.
  if (values.includes('Add user')) record['activityDisplayName'] = value;
};

const resultPlace: Place = (record, value) => {
  const isWord = /^(?:success|failure)$/i.test(value);
  record[isWord ? 'result' : 'resultReason'] = isWord ? value.toLowerCase() : value;
};

const changeName: Place = (record, value) => {
  within(record, 'change')['displayName'] = value;
};
const targetName: Place = (record, value) => {
  within(record, 'target')['displayName'] = value;
};

const AUDIT_PLACES: Places = {
  'properties.message': activityPlace,
  OperationName: activityPlace,
  operationName: activityPlace,
  ActivityDisplayName: activityPlace,
  activityType: activityPlace,
  ActivityType: activityPlace,
  Category: at('category'),
  category: at('category'),
  LoggedByService: at('loggedByService'),
  Status: resultPlace,
  'properties.result': resultPlace,
  failure_status_reason: (record) => {
    const resultReason = 'Microsoft.Online.Security.UserConsentBlockedForRiskyAppsException';
    Object.assign(record, { result: 'failure', resultReason });
  },
  TargetResources: targetName,
  'properties.targetResources': targetName,
  'targetResources.type': (record, value) => {
    within(record, 'target')['type'] = value.replace(' ', '');
  },
  'TargetResources.ModifiedProperties.DisplayName': changeName,
  'TargetResources.modifiedProperties': changeName,
  'TargetResources.modifiedProperties.newValue': changeName,
  'TargetResources.ModifiedProperties.NewValue': (record, value) => {
    within(record, 'change')['newValue'] = `[{"${value}}]`;
  },
  'additionalDetails.additionalInfo': (record, value) => {
    record['additionalDetails'] = [{ key: 'additionalInfo', value }];
  },
  'ConsentContext.IsAdminConsent': (record) => {
    record['activityDisplayName'] = 'Consent to application';
    const displayName = 'ConsentContext.IsAdminConsent';
    Object.assign(within(record, 'change'), { displayName, oldValue: null, newValue: '"False"' });
  },
  Initiatedby: nowhere,
  Target: nowhere,
};

/** A directory audit as Graph returns it. */
function directoryAudit(wanted: readonly FieldCriterion[]): RuleRecord {
  const draft: Members = {
    id: ID,
    category: 'UserManagement',
    correlationId: ID,
    result: 'success',
    resultReason: '',
    activityDisplayName: 'Update user',
    activityDateTime: '2026-03-02T09:00:00Z',
    loggedByService: 'Core Directory',
    operationType: 'Update',
    initiatedBy: { app: null, user: { id: ID, userPrincipalName: ADA, ipAddress: '203.0.113.7' } },
    additionalDetails: [],
    target: { id: ID, displayName: 'Somebody', type: 'User' },
    change: { displayName: 'DisplayName', oldValue: '["a"]', newValue: '["b"]' },
  };
  const { target, change, ...record } = placed(draft, wanted, AUDIT_PLACES);
  const targetResources = [{ ...(target as Members), modifiedProperties: [change] }];
  return { source: 'graph/directoryAudits', value: { ...record, targetResources } };
}

const SIGN_IN_PLACES: Places = {
  ResultType: (record, value) => {
    within(record, 'status')['errorCode'] = Number(value);
  },
  // The current text of the service does not matter: the code counts.
  ResultDescription: nowhere,
  Resultdescription: nowhere,
  Status: (record, value) => {
    if (value !== 'MFA Denied') return;
    const denied = { errorCode: 500121, additionalDetails: 'MFA denied; user declined' };
    Object.assign(within(record, 'status'), denied);
  },
  userAgent: (record, value) => {
    record['userAgent'] = `${value}/1.0`;
  },
  'properties.message': (record, value) => {
    record['authenticationProtocol'] = value === 'ROPC' ? 'ropc' : 'deviceCode';
  },
  AuthenticationRequirement: at('authenticationRequirement'),
  RiskState: at('riskState'),
  ResourceDisplayName: (record, value) => {
    record['resourceDisplayName'] = value;
    record['authenticationRequirement'] = 'singleFactorAuthentication';
  },
  conditionalAccessStatus: at('conditionalAccessStatus'),
  NetworkLocationDetails: (record) => {
    record['networkLocationDetails'] = [];
  },
  'DeviceDetail.trusttype': (record) => {
    within(record, 'deviceDetail')['trustType'] = null;
  },
  'DeviceDetail.deviceId': (record) => {
    within(record, 'deviceDetail')['deviceId'] = '';
  },
  'DeviceDetail.isCompliant': (record) => {
    within(record, 'deviceDetail')['isCompliant'] = false;
  },
  ClientApp: (record) => {
    record['clientAppUsed'] = 'Other clients';
  },
  ActivityDetails: nowhere,
  Username: nowhere,
};

/** A sign-in as Graph returns it. */
function signIn(wanted: readonly FieldCriterion[]): RuleRecord {
  const record: Members = {
    id: ID,
    createdDateTime: '2026-03-02T09:00:00Z',
    userDisplayName: 'Ada Byron',
    userPrincipalName: ADA,
    userId: ID,
    appId: '1b730954-1685-4b74-9bfd-dac224a7b894',
    appDisplayName: 'Azure Active Directory PowerShell',
    ipAddress: '203.0.113.7',
    clientAppUsed: 'Browser',
    userAgent: 'Mozilla/5.0',
    authenticationProtocol: 'none',
    authenticationRequirement: 'multiFactorAuthentication',
    conditionalAccessStatus: 'notApplied',
    isInteractive: true,
    signInEventTypes: ['interactiveUser'],
    riskState: 'none',
    riskLevelDuringSignIn: 'none',
    resourceDisplayName: 'Windows Azure Active Directory',
    resourceId: '00000002-0000-0000-c000-000000000000',
    networkLocationDetails: [{ networkType: 'trustedNamedLocation', networkNames: ['Office'] }],
    location: { countryOrRegion: 'GB', city: 'London' },
    status: { errorCode: 0, failureReason: 'Words of another year.', additionalDetails: null },
    deviceDetail: { deviceId: ID, isCompliant: true, trustType: 'Azure AD joined' },
  };
  return { source: 'graph/signIns', value: placed(record, wanted, SIGN_IN_PLACES) };
}

/** A row of the table AzureActivity, and the same from a diagnostic setting. */
function activity(wanted: readonly FieldCriterion[]): RuleRecord[] {
  const message = wanted.find(({ field }) => field === 'properties.message');
  if (message !== undefined) return [directoryAudit(wanted)];
  const asked = wanted.filter(({ field }) => /^operationname/i.test(field));
  const keyword = wanted.find(({ field }) => field === KEYWORD);
  // One item states the beginning, the other the end.
  const operation = keyword?.values[0] ?? asked.map(({ values }) => values[0]).join('X/Y');
  const row: Members = {
    TimeGenerated: '2026-03-02T09:00:00Z',
    OperationNameValue: operation,
    CategoryValue: 'Administrative',
    ResourceProviderValue: operation.split('/')[0]?.toUpperCase(),
    _ResourceId: '/subscriptions/0d5ab8c6/providers/microsoft.adhybridhealthservice/services/x',
    ActivityStatusValue: 'Success',
    Caller: ADA,
    CallerIpAddress: '203.0.113.7',
    TenantId: TENANT,
  };
  for (const { field, values } of wanted) {
    if (field === 'ResourceId') row['ResourceId'] = `/subscriptions/x/${values[0]}-y`;
  }
  const setting = {
    time: '2026-03-02T09:00:00Z',
    resourceId: row['ResourceId'] ?? row['_ResourceId'],
    operationName: operation,
    category: 'Administrative',
    resultType: 'Success',
    callerIpAddress: '203.0.113.7',
    properties: { eventCategory: 'Administrative', entity: '/subscriptions/x' },
  };
  const hasColumns = wanted.some(({ field }) => field === 'OperationNameValue');
  return [
    { source: 'log-analytics/AzureActivity', value: row },
    ...(hasColumns ? [] : [{ source: 'azure-monitor/Administrative', value: setting }]),
  ];
}

function riskEvent(wanted: readonly FieldCriterion[]): RuleRecord {
  return {
    source: 'azure-monitor/UserRiskEvents',
    value: {
      time: '2026-03-02T09:00:00Z',
      category: 'UserRiskEvents',
      operationName: 'User Risk Detection',
      tenantId: TENANT,
      properties: {
        id: ID,
        riskEventType: wanted[0]?.values[0],
        riskLevel: 'medium',
        riskState: 'atRisk',
        userPrincipalName: ADA,
        ipAddress: '203.0.113.7',
      },
    },
  };
}

/** An incident of an alert in Graph's beta: its type identifies it. */
function pimAlert(wanted: readonly FieldCriterion[]): RuleRecord {
  return {
    source: 'other/json',
    value: {
      '@odata.type': `#microsoft.graph.${wanted[0]?.values[0]}`,
      id: ID,
      time: '2026-03-02T09:00:00Z',
      assigneeUserPrincipalName: ADA,
    },
  };
}

const UNIFIED_PLACES: Places = {
  eventSource: at('Workload'),
  Workload: at('Workload'),
  eventName: (record, value) => {
    if (record['Workload'] !== 'Exchange') record['Name'] = value;
    else Object.assign(record, { Operation: value, RecordType: 1 });
  },
  Operation: (record, value) => {
    record['Operation'] = value === 'domain' || value === 'add' ? 'Add verified domain' : value;
  },
  Parameters: (record, value) => {
    record['Parameters'] = [{ Name: value, Value: 'x@fabrikam.example' }];
  },
  OperationProperties: (record, value) => {
    record['OperationProperties'] = [{ Name: 'RuleActions', Value: `[{"ActionType":"${value}"}]` }];
  },
  Payload: (record, _, values) => {
    Object.assign(record, { Operation: values[0], Parameters: `-Action ${values.join(' ')}` });
  },
  RequestType: (record, value) => {
    const ExtendedProperties = [{ Name: 'RequestType', Value: value }];
    Object.assign(record, { RecordType: 15, Workload: 'AzureActiveDirectory', ExtendedProperties });
  },
  Directionality: (record, value) => {
    Object.assign(record, { RecordType: 28, Directionality: value });
  },
  ApplicationId: at('ApplicationId'),
  status: nowhere,
  ResultStatus: nowhere,
};

/** A record of the unified audit log. */
function unified(wanted: readonly FieldCriterion[], service: string): RuleRecord {
  const record: Members = {
    CreationTime: '2026-03-02T09:00:00',
    Id: ID,
    OrganizationId: TENANT,
    RecordType: service === 'audit' ? 1 : 40,
    Operation: 'AlertTriggered',
    ResultStatus: 'Succeeded',
    UserId: ADA,
    UserKey: '10032001',
    UserType: 0,
    Workload: 'Exchange',
  };
  const value = placed(record, wanted, UNIFIED_PLACES);
  return { source: 'm365.export/unified-audit-log', value };
}
