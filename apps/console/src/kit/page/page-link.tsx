import { Link as FluentLink } from '@fluentui/react-components';
import { useRouter } from '@tanstack/react-router';
import type { MouseEvent, ReactNode } from 'react';

/** Where a link goes: the path of a page, its parameters, and what its address states. */
export type PageTarget = {
  /** As a page declares it: `/incidents/$id`. */
  readonly path: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly search?: Readonly<Record<string, string>>;
};

/**
 * A link to another page, which keeps the tenant and the period. Nothing where there is no such
 * page: an answer may know more evidence than the console shows.
 */
export function PageLink(props: PageTarget & { readonly children: ReactNode }) {
  const router = useRouter();
  const { path, params = {}, search = {}, children } = props;
  if (!usePageExists(path)) return null;
  const to = {
    to: path,
    params,
    search: ({ tenant, from, to: end }: Readonly<Record<string, string | undefined>>) => ({
      ...(tenant !== undefined && { tenant }),
      ...(from !== undefined && { from }),
      ...(end !== undefined && { to: end }),
      ...search,
    }),
  } as never;
  const { href } = router.buildLocation(to);
  const go = (event: MouseEvent): void => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    void router.navigate(to);
  };
  return (
    <FluentLink href={href} onClick={go}>
      {children}
    </FluentLink>
  );
}

function usePageExists(path: string): boolean {
  const { routesByPath } = useRouter();
  return Object.hasOwn(routesByPath, path);
}
