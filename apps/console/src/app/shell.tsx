import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { EvidencePanel } from '../kit/evidence/evidence-panel.tsx';
import { KeyHelp } from '../kit/keyboard/key-help.tsx';
import { NARROW, useMedia } from '../state/media.ts';
import { useView } from '../state/view.ts';
import { texts } from '../texts/en.ts';
import { BottomBar, NavigationList } from './navigation.tsx';
import { useNavigationKeys } from './navigation-keys.ts';
import { TopBar } from './top-bar.tsx';

const useStyles = makeStyles({
  shell: {
    height: '100%',
    display: 'grid',
    gridTemplateRows: 'auto minmax(0, 1fr)',
    gridTemplateColumns: '200px minmax(0, 1fr) auto',
    gridTemplateAreas: '"top top top" "nav page panel"',
    backgroundColor: tokens.colorNeutralBackground2,
  },
  narrow: {
    gridTemplateRows: 'auto minmax(0, 1fr) auto',
    gridTemplateColumns: 'minmax(0, 1fr)',
    gridTemplateAreas: '"top" "page" "nav"',
  },
  page: {
    gridArea: 'page',
    overflow: 'auto',
    backgroundColor: tokens.colorNeutralBackground1,
    borderTopLeftRadius: tokens.borderRadiusXLarge,
    ':focus': { outlineStyle: 'none' },
  },
  skip: {
    position: 'absolute',
    left: '8px',
    top: '-60px',
    zIndex: 10,
    padding: '8px',
    backgroundColor: tokens.colorNeutralBackground1,
    ':focus': { top: '8px' },
  },
});

export function Shell() {
  const styles = useStyles();
  const isNarrow = useMedia(NARROW);
  const [{ entry }] = useView();
  const page = useRef<HTMLElement>(null);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  useNavigationKeys();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page starts at its top.
  useEffect(() => {
    page.current?.scrollTo(0, 0);
    page.current?.focus({ preventScroll: true });
  }, [path]);
  return (
    <div className={mergeClasses(styles.shell, isNarrow && styles.narrow)} data-print="whole">
      <a href="#page" className={styles.skip} data-print="no">
        {texts.shell.skip}
      </a>
      <TopBar isNarrow={isNarrow} />
      {isNarrow ? <BottomBar /> : <NavigationList />}
      <main id="page" ref={page} tabIndex={-1} className={styles.page} data-print="whole">
        <Outlet />
      </main>
      {entry !== undefined && <EvidencePanel entry={entry} isNarrow={isNarrow} />}
      <KeyHelp />
    </div>
  );
}
