import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const TENANT = '3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21';

/**
 * The policies of the AuthZEN certification scenario. A record is archived if the directory or the
 * caller says that it is sensitive.
 */
const RECORDS: Readonly<Record<string, string>> = {
  'records.cedarschema': `
entity Group in [Group];
entity Role = { privileged: Bool };
entity Person in [Group, Role] = { enabled: Bool, role?: String };
entity App = { sensitivity: String, status?: String };
action read, write appliesTo { principal: [Person], resource: [App], context: { time: Long } };
action delete appliesTo {
  principal: [Person],
  resource: [App],
  context: { time: Long, action: { soft?: Bool } },
};
`,
  'records.cedar': `
@id("read") @sentence("People of the company read records.") @enforcement_points("records")
permit (principal is Person, action == Action::"read", resource is App)
when { principal.enabled };

@id("editors-write") @sentence("Editors write what is not archived.") @enforcement_points("records")
permit (principal in Group::"editors", action == Action::"write", resource is App)
unless {
  resource.sensitivity == "sensitive" || (resource has status && resource.status == "archived")
};

@id("admins-write-archived") @sentence("Admins write what is archived.")
@enforcement_points("records")
permit (principal is Person, action == Action::"write", resource is App)
when {
  principal in Role::"admin" || (principal has role && principal.role == "admin")
} when {
  resource.sensitivity == "sensitive" || (resource has status && resource.status == "archived")
};

@id("delete-softly") @sentence("People delete what can be brought back.")
@enforcement_points("records")
permit (principal is Person, action == Action::"delete", resource is App)
when { principal.enabled && context.action has soft && context.action.soft };
`,
  'enforcement-points.yaml': `
enforcementPoints:
  - name: records
    sentence: The application that keeps records.
    supplies: [principal.role, resource.status, context.action]
    types: { user: Person, record: App }
`,
};

const RECORDS_DIRECTORY = `
tenant: ${TENANT}
people:
  - { id: alice, enabled: true, groups: [editors], roles: [] }
  - { id: bob, enabled: true, groups: [], roles: [admin] }
  - { id: carol, enabled: false, groups: [], roles: [] }
groups: [{ id: editors }]
roles: [{ id: admin, privileged: true }]
apps:
  - { id: record-1, sensitivity: normal }
  - { id: record-2, sensitivity: sensitive }
  - { id: secret-1, sensitivity: normal }
`;

/** The todo application of the AuthZEN interoperability event. */
export const PID: Readonly<Record<string, string>> = Object.fromEntries(
  ['Rick=MTRk', 'Morty=E2', 'Summer=I2', 'Beth=M2', 'Jerry=Q2'].map((each) => {
    const [name = '', part = ''] = each.split('=');
    const rest = 'MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs';
    return [name, name === 'Rick' ? `CiRmZDA2${rest}` : `CiRmZD${part}${rest}`];
  }),
);

const OWNERS = Object.entries({
  Rick: 'rick@the-citadel.com',
  Morty: 'morty@the-citadel.com',
  Summer: 'summer@the-smiths.com',
  Beth: 'beth@the-smiths.com',
  Jerry: 'jerry@the-smiths.com',
});

const OWNS = OWNERS.map(
  ([name, mail]) =>
    `(principal == Person::"${PID[name]}" && resource has ownerID &&` +
    ` resource.ownerID == "${mail}")`,
).join(' || ');

const TODO: Readonly<Record<string, string>> = {
  'todo.cedarschema': `
entity Group in [Group];
entity Person in [Group] = { enabled: Bool };
entity App = { ownerID?: String };
action can_read_user appliesTo {
  principal: [Person], resource: [Person], context: { time: Long }
};
action can_read_todos, can_create_todo, can_update_todo, can_delete_todo appliesTo {
  principal: [Person], resource: [App], context: { time: Long }
};
`,
  'todo.cedar': `
@id("readers") @sentence("Everybody reads.") @enforcement_points("todo")
permit (
  principal is Person,
  action in [Action::"can_read_user", Action::"can_read_todos"],
  resource
);

@id("creators") @sentence("Admins and editors make todos.") @enforcement_points("todo")
permit (principal is Person, action == Action::"can_create_todo", resource is App)
when { principal in [Group::"admin", Group::"editor"] };

@id("geniuses") @sentence("An evil genius changes all todos.") @enforcement_points("todo")
permit (principal in Group::"evil_genius", action == Action::"can_update_todo", resource is App);

@id("admins") @sentence("Admins delete all todos.") @enforcement_points("todo")
permit (principal in Group::"admin", action == Action::"can_delete_todo", resource is App);

@id("owners") @sentence("Editors change and delete what is theirs.") @enforcement_points("todo")
permit (
  principal in Group::"editor",
  action in [Action::"can_update_todo", Action::"can_delete_todo"],
  resource is App
) when { ${OWNS} };
`,
  'enforcement-points.yaml': `
enforcementPoints:
  - name: todo
    sentence: The todo application.
    supplies: [resource.ownerID]
    types: { user: Person, todo: App }
`,
};

const TODO_ROLES: Readonly<Record<string, string>> = {
  ...{ Rick: 'admin, evil_genius', Morty: 'editor', Summer: 'editor' },
  ...{ Beth: 'viewer', Jerry: 'viewer' },
};

const TODO_DIRECTORY = `
tenant: ${TENANT}
people:
${Object.entries(TODO_ROLES)
  .map(([name, roles]) => `  - { id: ${PID[name]}, enabled: true, groups: [${roles}], roles: [] }`)
  .join('\n')}
groups: [{ id: admin }, { id: evil_genius }, { id: editor }, { id: viewer }]
`;

export type ContentName = 'records' | 'todo';

type Content = {
  readonly files: Readonly<Record<string, string>>;
  readonly directory: string;
};

const SETS: Readonly<Record<ContentName, Content>> = {
  records: { files: RECORDS, directory: RECORDS_DIRECTORY },
  todo: { files: TODO, directory: TODO_DIRECTORY },
};

/** Writes policies and directory into a folder, and returns their paths. */
export function writeContent(
  folder: string,
  name: ContentName,
): { readonly policies: string; readonly directory: string } {
  const policies = join(folder, `${name}-policies`);
  const directory = join(folder, `${name}-directory.yaml`);
  mkdirSync(policies, { recursive: true });
  const { files, directory: people } = SETS[name];
  for (const [file, text] of Object.entries(files)) writeFileSync(join(policies, file), text);
  writeFileSync(directory, people);
  return { policies, directory };
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
