import { makeStyles, tokens } from '@fluentui/react-components';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

const useStyles = makeStyles({
  link: {
    color: tokens.colorBrandForegroundLink,
    ':hover': { color: tokens.colorBrandForegroundLinkHover },
  },
});

/**
 * A link to a page of the console. Period and tenant stay in the address.
 *
 * @param to a path as the list of pages writes it: `/people/$who`
 * @param params the values of its parameters
 * @param search members of the address that change; undefined takes one out
 */
export function PageLink(props: {
  readonly to: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly search?: Readonly<Record<string, string | undefined>>;
  readonly children: ReactNode;
}) {
  const styles = useStyles();
  const { to, params = {}, search = {}, children } = props;
  const kept = ({ tenant, from, to: end }: Readonly<Record<string, string>>): object => ({
    ...{ tenant, from, to: end },
    ...search,
  });
  return (
    <Link className={styles.link} to={to} params={params as never} search={kept as never}>
      {children}
    </Link>
  );
}
