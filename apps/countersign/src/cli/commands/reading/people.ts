import { numberText } from '@countersign/core';
import { type AppItem, listApps } from '../../../operations/people/list-apps.ts';
import { listPeople, type PrincipalItem } from '../../../operations/people/list-people.ts';
import { type SearchResult, search } from '../../../operations/people/search.ts';
import { type AppActivity, type ShownApp, showApp } from '../../../operations/people/show-app.ts';
import { bindDocument, bindList, collect } from '../../adapter/binding.ts';
import type { CliCommand, CliGroup } from '../../adapter/declare-command.ts';
import { instantText } from '../../render/time-text.ts';
import type { Column } from '../../terminal/table.ts';

const people = bindList(listPeople, {
  async render({ terminal }, rows) {
    const found = await collect(rows);
    if (found.length === 0) terminal.line('no such principal');
    else await terminal.table(PEOPLE, found);
  },
});

const apps = bindList(listApps, {
  async render({ terminal }, rows) {
    const found = await collect(rows);
    if (found.length === 0) terminal.line('no such application');
    else await terminal.table(APP_COLUMNS, found);
  },
});

const app = bindDocument(showApp, {
  positional: ['app'],
  async render({ terminal }, shown) {
    terminal.line(`${shown.name ?? shown.id}, ${numberText(shown.events)} events`);
    for (const line of directoryLines(shown)) terminal.line(`  ${line}`);
    await terminal.table(ACTIVITY, shown.activity);
  },
});

const find = bindList(search, {
  positional: ['text'],
  async render({ terminal }, rows) {
    const found = await collect(rows);
    if (found.length === 0) terminal.line('nothing found');
    else await terminal.table(RESULTS, found);
  },
});

function directoryLines({ directory }: ShownApp): readonly string[] {
  if (directory === null) return [];
  const { permissions, consents, credentials, owners } = directory;
  return [
    ...permissions.map(({ resource, permission }) => `may itself: ${permission} on ${resource}`),
    ...consents.map(({ resource, scopes, people: of }) => {
      const whom = of === 'all' ? 'all people' : 'one person';
      return `may for ${whom}: ${scopes.join(', ')} on ${resource}`;
    }),
    ...credentials.map(({ kind, id, until }) => `${kind} ${id}, valid until ${until ?? 'unknown'}`),
    owners === null ? 'owners: unknown' : `owners: ${owners.join(', ') || 'none'}`,
  ];
}

const PEOPLE: readonly Column<PrincipalItem>[] = [
  { title: 'who', kind: 'text', cell: ({ principal, who }) => principal.name ?? who },
  { title: 'kind', kind: 'whole', fold: 1, cell: ({ kind }) => kind },
  { title: 'first', kind: 'whole', fold: 2, cell: ({ first }) => instantText(first) },
  { title: 'last', kind: 'whole', cell: ({ last }) => instantText(last) },
  { title: 'id', kind: 'id', cell: ({ who }) => who },
];

const APP_COLUMNS: readonly Column<AppItem>[] = [
  { title: 'application', kind: 'text', cell: ({ name, id }) => name ?? id },
  { title: 'events', kind: 'number', cell: ({ events }) => numberText(events) },
  { title: 'first', kind: 'whole', fold: 1, cell: ({ first }) => instantText(first) },
  { title: 'last', kind: 'whole', cell: ({ last }) => instantText(last) },
  { title: 'id', kind: 'id', cell: ({ id }) => id },
];

const ACTIVITY: readonly Column<AppActivity>[] = [
  { title: 'operation', kind: 'text', cell: ({ operation }) => operation ?? undefined },
  { title: 'events', kind: 'number', cell: ({ events }) => numberText(events) },
  { title: 'items', kind: 'number', fold: 1, cell: ({ items }) => numberText(items) },
  { title: 'last', kind: 'whole', cell: ({ last }) => instantText(last) },
];

const RESULTS: readonly Column<SearchResult>[] = [
  { title: 'kind', kind: 'whole', cell: ({ kind }) => kind },
  { title: 'what', kind: 'text', cell: ({ principal, title }) => principal?.name ?? title },
  { title: 'last', kind: 'whole', fold: 1, cell: ({ last }) => instantText(last) },
  { title: 'id', kind: 'id', cell: ({ id }) => id },
];

export const searchCommands: readonly CliCommand[] = [{ name: 'search', bindings: [find] }];

export const peopleGroups: readonly CliGroup[] = [
  {
    name: 'people',
    summary: 'list the people and other principals that acted',
    description: 'A principal is a person, an application or the suite itself.',
    subcommands: [{ name: 'list', bindings: [people] }],
  },
];

export const appGroups: readonly CliGroup[] = [
  {
    name: 'apps',
    summary: 'list applications, and show what one may do and did',
    description: 'An application is the client of a person, or acts as itself.',
    subcommands: [
      { name: 'list', bindings: [apps] },
      { name: 'show', bindings: [app] },
    ],
  },
];
