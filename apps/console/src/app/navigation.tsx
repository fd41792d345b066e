import {
  Button,
  Menu,
  MenuItemLink,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { Link, useRouterState } from '@tanstack/react-router';
import { useView, type View } from '../state/view.ts';
import { texts } from '../texts/en.ts';
import { iconOf, MoreIcon } from './navigation-icons.tsx';
import { PAGES, type PageDefinition } from './pages.ts';

const useStyles = makeStyles({
  list: {
    gridArea: 'nav',
    padding: '8px',
    display: 'flex',
    flexDirection: 'column',
    gap: '2px',
    overflowY: 'auto',
  },
  bar: { gridArea: 'nav', display: 'flex', justifyContent: 'space-around', padding: '4px' },
  link: {
    display: 'flex',
    alignItems: 'center',
    gap: '10px',
    minHeight: '32px',
    padding: '2px 10px',
    borderRadius: tokens.borderRadiusMedium,
    color: tokens.colorNeutralForeground1,
    textDecorationLine: 'none',
    ':hover': { backgroundColor: tokens.colorNeutralBackground2Hover },
    '&[aria-current="page"]': {
      backgroundColor: tokens.colorNeutralBackground1Selected,
      fontWeight: tokens.fontWeightSemibold,
    },
  },
  small: {
    flexDirection: 'column',
    gap: '0',
    minWidth: 0,
    fontWeight: tokens.fontWeightRegular,
    fontSize: tokens.fontSizeBase100,
    padding: '4px',
  },
});

type NavigationItem = PageDefinition & { readonly nav: NonNullable<PageDefinition['nav']> };

const ITEMS = PAGES.filter((page): page is NavigationItem => page.nav !== undefined);

/** The bottom bar has room for four and "More". */
const BAR_ITEMS = 4;

/** Tenant and period go along to the next page. What is open beside the page does not. */
function useKeptView(): View {
  const [{ tenant, from, to }] = useView();
  return {
    ...(tenant !== undefined && { tenant }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  };
}

export function NavigationList() {
  const styles = useStyles();
  return (
    <nav className={styles.list} aria-label={texts.shell.navigation} data-print="no">
      {ITEMS.map((page) => (
        <NavigationLink key={page.path} page={page} className={styles.link} />
      ))}
    </nav>
  );
}

export function BottomBar() {
  const styles = useStyles();
  const kept = new URLSearchParams(useKeptView() as Record<string, string>).toString();
  return (
    <nav className={styles.bar} aria-label={texts.shell.navigation} data-print="no">
      {ITEMS.slice(0, BAR_ITEMS).map((page) => (
        <NavigationLink key={page.path} page={page} className={`${styles.link} ${styles.small}`} />
      ))}
      {ITEMS.length > BAR_ITEMS && (
        <Menu>
          <MenuTrigger>
            <Button appearance="transparent" className={`${styles.link} ${styles.small}`}>
              <MoreIcon aria-hidden />
              {texts.shell.more}
            </Button>
          </MenuTrigger>
          <MenuPopover>
            <MenuList>
              {ITEMS.slice(BAR_ITEMS).map(({ path, nav }) => (
                <MenuItemLink key={path} href={kept === '' ? path : `${path}?${kept}`}>
                  {nav.label}
                </MenuItemLink>
              ))}
            </MenuList>
          </MenuPopover>
        </Menu>
      )}
    </nav>
  );
}

function NavigationLink({
  page,
  className,
}: {
  readonly page: NavigationItem;
  readonly className: string;
}) {
  const kept = useKeptView();
  const here = useRouterState({ select: ({ location }) => location.pathname });
  const isHere = page.path === '/' ? here === '/' : here.startsWith(page.path);
  const Icon = iconOf(page.nav.icon);
  return (
    <Link
      to={page.path}
      search={kept as never}
      className={className}
      aria-current={isHere ? 'page' : undefined}
      activeProps={{}}
    >
      <Icon aria-hidden fontSize={20} />
      {page.nav.label}
    </Link>
  );
}
