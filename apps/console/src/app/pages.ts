import type { ComponentType } from 'react';

/**
 * The pages in the order of the navigation. A page is loaded when someone opens it.
 *
 * `path` takes parameters as TanStack Router writes them: `/incidents/$id`.
 */
export type PageDefinition = {
  readonly path: string;
  /** Undefined: the navigation does not show it, other pages link to it. */
  readonly nav?: { readonly label: string; readonly key: string; readonly icon: NavIcon };
  readonly load: () => Promise<ComponentType>;
};

export type NavIcon =
  | 'today'
  | 'incidents'
  | 'people'
  | 'apps'
  | 'access'
  | 'detections'
  | 'coverage'
  | 'ledger'
  | 'feeds'
  | 'inventory'
  | 'requests'
  | 'gate'
  | 'settings';

export const PAGES: readonly PageDefinition[] = [
  {
    path: '/today',
    nav: { label: 'Today', key: 't', icon: 'today' },
    load: async () => (await import('../pages/today/today-page.tsx')).TodayPage,
  },
  {
    path: '/incidents',
    nav: { label: 'Incidents', key: 'i', icon: 'incidents' },
    load: async () => (await import('../pages/incidents/incidents-page.tsx')).IncidentsPage,
  },
  {
    path: '/incidents/$id',
    load: async () => (await import('../pages/incident/incident-page.tsx')).IncidentPage,
  },
  {
    path: '/incidents/$id/brief',
    load: async () => (await import('../pages/brief/brief-page.tsx')).BriefPage,
  },
  {
    path: '/findings/$id',
    load: async () => (await import('../pages/finding/finding-page.tsx')).FindingPage,
  },
  {
    path: '/unaccounted',
    load: async () => (await import('../pages/unaccounted/unaccounted-page.tsx')).UnaccountedPage,
  },
  {
    path: '/people',
    nav: { label: 'People', key: 'p', icon: 'people' },
    load: async () => (await import('../pages/people/people-page.tsx')).PeoplePage,
  },
  {
    path: '/people/$who',
    load: async () => (await import('../pages/person/person-page.tsx')).PersonPage,
  },
  {
    path: '/apps',
    nav: { label: 'Apps', key: 'a', icon: 'apps' },
    load: async () => (await import('../pages/apps/apps-page.tsx')).AppsPage,
  },
  {
    path: '/apps/$app',
    load: async () => (await import('../pages/app/app-page.tsx')).AppPage,
  },
  {
    path: '/access',
    nav: { label: 'Access', key: 'x', icon: 'access' },
    load: async () => (await import('../pages/access/access-page.tsx')).AccessPage,
  },
  {
    path: '/detections',
    nav: { label: 'Detections', key: 'd', icon: 'detections' },
    load: async () => (await import('../pages/detections/detections-page.tsx')).DetectionsPage,
  },
  {
    path: '/rule',
    load: async () => (await import('../pages/detections/rule-page.tsx')).RulePage,
  },
  {
    path: '/coverage',
    nav: { label: 'Coverage', key: 'c', icon: 'coverage' },
    load: async () => (await import('../pages/coverage/coverage-page.tsx')).CoveragePage,
  },
  {
    path: '/ledger',
    nav: { label: 'Ledger', key: 'l', icon: 'ledger' },
    load: async () => (await import('../pages/ledger/ledger-page.tsx')).LedgerPage,
  },
  {
    path: '/feeds',
    nav: { label: 'Feeds', key: 'f', icon: 'feeds' },
    load: async () => (await import('../pages/feeds/feeds-page.tsx')).FeedsPage,
  },
  {
    path: '/inventory',
    nav: { label: 'Inventory', key: 'y', icon: 'inventory' },
    load: async () => (await import('../pages/inventory/inventory-page.tsx')).InventoryPage,
  },
  {
    path: '/vendor-requests',
    nav: { label: 'Vendor requests', key: 'v', icon: 'requests' },
    load: async () =>
      (await import('../pages/vendor-requests/vendor-requests-page.tsx')).VendorRequestsPage,
  },
  {
    path: '/gate',
    nav: { label: 'Gate', key: 'w', icon: 'gate' },
    load: async () => (await import('../pages/gate/gate-page.tsx')).GatePage,
  },
  {
    path: '/search',
    load: async () => (await import('../pages/search/search-page.tsx')).SearchPage,
  },
  {
    path: '/connections',
    load: async () => (await import('../pages/connections/connections-page.tsx')).ConnectionsPage,
  },
  {
    path: '/settings',
    nav: { label: 'Settings', key: 's', icon: 'settings' },
    load: async () => (await import('../pages/settings/settings-page.tsx')).SettingsPage,
  },
  {
    path: '/signed-in',
    load: async () => (await import('../pages/signed-in/signed-in-page.tsx')).SignedInPage,
  },
];
