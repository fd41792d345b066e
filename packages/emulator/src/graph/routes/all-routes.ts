import type { Route } from '../calls/route-table.ts';
import { searchRoutes } from './audit-search.ts';
import { changeRoutes } from './changes.ts';
import { possessionRoutes } from './client-content.ts';
import { collectionRoutes } from './collections.ts';
import { containmentRoutes } from './containment.ts';
import { deltaRoutes } from './delta.ts';
import { ownedRoutes } from './owned-objects.ts';
import { relationRoutes } from './relations.ts';
import { reportRoutes, type Withheld } from './reports.ts';

/** All routes of the service. */
export function allRoutes(options: {
  readonly seed: string | number;
  readonly withheld?: Withheld | undefined;
}): readonly Route[] {
  return [
    ...collectionRoutes(),
    ...relationRoutes(),
    ...ownedRoutes(),
    ...possessionRoutes(),
    ...changeRoutes(),
    ...containmentRoutes(),
    ...deltaRoutes(),
    ...reportRoutes(options.withheld),
    ...searchRoutes(options),
  ];
}
