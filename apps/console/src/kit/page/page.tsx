import { makeStyles, Title2 } from '@fluentui/react-components';
import { type ReactNode, useEffect } from 'react';
import { texts } from '../../texts/en.ts';

const useStyles = makeStyles({
  page: {
    padding: '20px 28px 40px',
    display: 'flex',
    flexDirection: 'column',
    gap: '20px',
    maxWidth: '1500px',
    '@media (max-width: 720px)': { padding: '14px 14px 28px' },
  },
  head: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: '12px' },
  actions: { marginLeft: 'auto', display: 'flex', flexWrap: 'wrap', gap: '8px' },
});

/** The frame of every page: its title, acts beside it, and its content. */
export function Page(props: {
  readonly title: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  const styles = useStyles();
  const { title, actions, children } = props;
  useEffect(() => {
    document.title = `${title} · ${texts.shell.product}`;
  }, [title]);
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <Title2 as="h1">{title}</Title2>
        {actions !== undefined && (
          <div className={styles.actions} data-print="no">
            {actions}
          </div>
        )}
      </div>
      {children}
    </div>
  );
}
