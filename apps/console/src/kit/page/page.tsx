import { makeStyles, Subtitle1, Title2 } from '@fluentui/react-components';
import { type ReactNode, useEffect } from 'react';
import { texts } from '../../texts/en.ts';
import { SafeText } from '../text/safe-text.tsx';

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

/** A sentence as a title is set smaller, so that the page stays in view. */
const LONG_TITLE = 40;

/** The frame of every page: its title, acts beside it, and its content. */
export function Page(props: {
  readonly title: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  const styles = useStyles();
  const { title, actions, children } = props;
  const Heading = title.length > LONG_TITLE ? Subtitle1 : Title2;
  useEffect(() => {
    document.title = `${title} · ${texts.shell.product}`;
  }, [title]);
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <Heading as="h1">
          <SafeText text={title} />
        </Heading>
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
