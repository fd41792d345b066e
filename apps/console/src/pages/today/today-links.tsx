import type { Operations } from '@countersign/client';
import { makeStyles } from '@fluentui/react-components';
import { PageLink } from '../../kit/page/page-link.tsx';
import { useSession } from '../../state/session-context.ts';
import { todayTexts as t } from '../../texts/today.ts';

export type Overview = NonNullable<Operations['overview']['output']>;
export type OverviewLink = Overview['accounted']['links'][number];

/** What a question needs, if not everyone with a role may ask it. */
const SCOPES: Readonly<Record<string, string>> = {
  'reconcile list': 'events:read',
  verified: 'events:read',
};

/** The page that shows the answer of an operation. */
const PATHS: Readonly<Record<string, string>> = {
  'reconcile list': '/unaccounted',
  verified: '/access',
  coverage: '/coverage',
  'findings incidents': '/incidents',
  'rules status': '/detections',
  'feeds list': '/feeds',
};

const useStyles = makeStyles({ links: { display: 'flex', flexWrap: 'wrap', gap: '4px 16px' } });

/** One link for each piece of evidence that has a page. */
export function EvidenceLinks(props: {
  readonly links: readonly OverviewLink[];
  readonly children?: React.ReactNode;
}) {
  const styles = useStyles();
  const { scopes } = useSession();
  return (
    <div className={styles.links} data-print="no">
      {props.children}
      {props.links.map(({ operation, input }) => {
        const path = PATHS[operation];
        const text = t.links[operation];
        const scope = SCOPES[operation];
        if (scope !== undefined && !scopes.includes(scope)) return null;
        return path === undefined || text === undefined ? null : (
          <PageLink key={operation} path={path} search={input}>
            {text}
          </PageLink>
        );
      })}
    </div>
  );
}
