import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { NotFoundPage, PageErrorView } from '../kit/page/page-states.tsx';
import { readView } from '../state/view.ts';
import { PAGES } from './pages.ts';
import { Shell } from './shell.tsx';

/** One route for each page. What a page shows is in its address, so a link shows the same. */
export function createAppRouter() {
  const root = createRootRoute({
    component: Shell,
    validateSearch: readView,
    notFoundComponent: NotFoundPage,
    errorComponent: PageErrorView,
  });
  const routes = PAGES.map(({ path, load }) =>
    createRoute({
      getParentRoute: () => root,
      path,
      component: lazyRouteComponent(async () => ({ default: await load() })),
    }),
  );
  const first = PAGES.find(({ nav }) => nav !== undefined)?.path;
  const home = createRoute({
    getParentRoute: () => root,
    path: '/',
    beforeLoad: () => {
      if (first !== undefined && first !== '/') redirect({ to: first, throw: true });
    },
  });
  const isHomeKnown = PAGES.some(({ path }) => path === '/');
  return createRouter({
    routeTree: root.addChildren(isHomeKnown ? routes : [home, ...routes]),
    defaultPreload: 'intent',
    scrollRestoration: true,
  });
}
