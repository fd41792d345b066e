import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { NotFoundPage, PageErrorView } from '../kit/page/page-states.tsx';
import { readView } from '../state/view.ts';
import { texts } from '../texts/en.ts';
import { PAGES } from './pages.ts';
import { Shell } from './shell.tsx';

/**
 * The router reloads the window if the code of a page cannot be loaded. While the service restarts,
 * that replaces the console, and what was typed in it, by an error of the browser. An error of ours
 * leaves the navigation, and a button that tries again.
 */
async function loaded<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw new Error(texts.errors.notSent, { cause });
  }
}

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
      component: lazyRouteComponent(async () => ({ default: await loaded(load) })),
      errorComponent: PageErrorView,
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
