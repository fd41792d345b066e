export const settingsTexts = {
  title: 'Settings',
  tabs: {
    service: 'Service',
    operators: 'Operators',
    tokens: 'API tokens',
    audit: 'Looks at people',
  },
  health: 'Health of the service',
  healthTexts: {
    yes: 'Everything that is configured works.',
    no: 'The service has a problem.',
    unknown: 'Cannot tell whether the service works.',
  },
  operators: 'Operators',
  operatorsLooked: 'people who have signed in, or may sign in with a link or a passkey',
  tokens: 'API tokens',
  tokensLooked: 'valid API tokens',
  roles: 'Roles',
  rolesLooked: 'roles in force',
  name: 'Name',
  role: 'Role',
  scopes: 'Scopes',
  lastUse: 'Last use',
  never: 'never',
  sessions: 'Open sessions',
  state: 'State',
  active: 'active',
  revoked: 'revoked',
  passkey: 'Passkey',
  yes: 'yes',
  no: 'no',
  expires: 'Expires',
  createdBy: 'Created by',
  entry: 'Recorded in',
  revoke: 'Revoke',
  act: 'Act',
  revokeOperator: (name: string) => `Revoke ${name}?`,
  revokeOperatorPreview:
    'It ends every session, token and link of this person at once. The person cannot sign in ' +
    'until someone restores them.',
  revokeToken: (name: string) => `Revoke the token ${name}?`,
  revokeTokenPreview: 'Programs with this token are refused from now on. This cannot be undone.',
  newOperators:
    'To let a person in, run "countersign operators link --role ROLE --name NAME" on the machine ' +
    'of the service, or assign the role at your identity provider.',
  newTokens: 'To create a token, run "countersign tokens create NAME --scope SCOPE --expires 90d".',
} as const;

export const configurationTexts = {
  title: 'Configuration in force',
  note:
    'Every value with its place in the document, defaults included. A secret shows where it ' +
    'comes from. Edit the file, then run "countersign reload"; it says what needs a restart.',
  filter: 'Filter settings',
  looked: 'settings of this service',
  lookedFor: (text: string) => `settings with "${text}"`,
  setting: 'Setting',
  value: 'Value',
  secret: (place: string) => `secret, from ${place}`,
} as const;

export const auditTexts = {
  title: 'Who opened the data of a person',
  note:
    'Each look at a person is an entry of the ledger, with its purpose and case. People show ' +
    'under pseudonyms here; operators show by name.',
  ofCase: 'Only this case',
  byWhom: 'Only operators with',
  looked: (ofCase: string | undefined, by: string | undefined) =>
    [
      'looks at people',
      ...(ofCase === undefined ? [] : [`for the case ${ofCase}`]),
      ...(by === undefined ? [] : [`by operators with "${by}"`]),
    ].join(' '),
  at: 'Time',
  erased: 'erased with the data of its person',
  by: 'Operator',
  question: 'Question',
  person: 'Person',
  noPerson: 'no single person',
  case: 'Case',
  purpose: 'Purpose',
  none: 'not stated',
  entry: 'Entry',
} as const;
