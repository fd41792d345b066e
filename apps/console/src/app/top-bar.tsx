import {
  Button,
  Input,
  Menu,
  MenuDivider,
  MenuGroup,
  MenuGroupHeader,
  MenuItem,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  mergeClasses,
  Text,
  tokens,
} from '@fluentui/react-components';
import { DarkTheme20Regular, Person20Regular, Search20Regular } from '@fluentui/react-icons';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { useKeys } from '../kit/keyboard/keyboard.tsx';
import {
  type ColorPreference,
  type TimeZonePreference,
  usePreferences,
} from '../state/preferences.tsx';
import { useSession } from '../state/session-context.ts';
import { useView } from '../state/view.ts';
import { texts } from '../texts/en.ts';
import { PAGES } from './pages.ts';
import { PeriodPicker } from './period-picker.tsx';

const useStyles = makeStyles({
  bar: {
    gridArea: 'top',
    display: 'flex',
    alignItems: 'center',
    gap: '12px',
    padding: '6px 16px',
    minHeight: '44px',
  },
  narrow: { gap: '6px', padding: '6px 8px' },
  brand: { display: 'flex', alignItems: 'center', gap: '8px' },
  mark: { width: '22px', height: '22px' },
  space: { flexGrow: 1 },
  search: { minWidth: '100px', maxWidth: '340px', flexGrow: 2, flexShrink: 1 },
  label: { padding: '4px 12px', color: tokens.colorNeutralForeground2 },
});

/** The page that shows what a search found. Without it, the bar has no search. */
const SEARCH_PATH = '/search';

export function TopBar({ isNarrow }: { readonly isNarrow: boolean }) {
  const styles = useStyles();
  return (
    <header className={mergeClasses(styles.bar, isNarrow && styles.narrow)} data-print="no">
      <span className={styles.brand}>
        <img src="/mark.svg" alt="" className={styles.mark} />
        {!isNarrow && <Text weight="semibold">{texts.shell.product}</Text>}
      </span>
      <PeriodPicker isNarrow={isNarrow} />
      {!isNarrow && <span className={styles.space} />}
      {PAGES.some(({ path }) => path === SEARCH_PATH) && <SearchBox />}
      <ViewMenu />
      <AccountMenu />
    </header>
  );
}

function SearchBox() {
  const styles = useStyles();
  const navigate = useNavigate();
  const [{ tenant, q }] = useView();
  const [text, setText] = useState(q ?? '');
  const form = useRef<HTMLFormElement>(null);
  useKeys(texts.keys.everywhere, [
    {
      keys: '/',
      label: texts.keys.search,
      run: () => form.current?.querySelector('input')?.focus(),
    },
  ]);
  const submit = (event: React.FormEvent): void => {
    event.preventDefault();
    const search = { q: text.trim(), ...(tenant !== undefined && { tenant }) };
    if (text.trim() !== '') void navigate({ to: SEARCH_PATH, search: search as never });
  };
  return (
    <form ref={form} role="search" onSubmit={submit} className={styles.search}>
      <Input
        type="search"
        value={text}
        onChange={(_, { value }) => setText(value)}
        contentBefore={<Search20Regular aria-hidden />}
        placeholder={texts.shell.searchHint}
        aria-label={texts.shell.search}
        style={{ width: '100%' }}
      />
    </form>
  );
}

function ViewMenu() {
  const { colors, timeZone, setColors, setTimeZone } = usePreferences();
  const { shell } = texts;
  return (
    <Menu
      checkedValues={{ colors: [colors], timeZone: [timeZone] }}
      onCheckedValueChange={(_, { name, checkedItems }) => {
        const [chosen] = checkedItems;
        if (name === 'colors') setColors(chosen as ColorPreference);
        else setTimeZone(chosen as TimeZonePreference);
      }}
    >
      <MenuTrigger>
        <Button appearance="subtle" icon={<DarkTheme20Regular />} aria-label={shell.display} />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuGroup>
            <MenuGroupHeader>{shell.colors}</MenuGroupHeader>
            {(['system', 'light', 'dark', 'contrast'] as const).map((each) => (
              <MenuItemRadio key={each} name="colors" value={each}>
                {shell.colorNames[each]}
              </MenuItemRadio>
            ))}
          </MenuGroup>
          <MenuDivider />
          <MenuGroup>
            <MenuGroupHeader>{shell.times}</MenuGroupHeader>
            {(['utc', 'local'] as const).map((each) => (
              <MenuItemRadio key={each} name="timeZone" value={each}>
                {shell.timeZoneNames[each]}
              </MenuItemRadio>
            ))}
          </MenuGroup>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

function AccountMenu() {
  const styles = useStyles();
  const { label } = useSession();
  const signOut = async (): Promise<void> => {
    await fetch('/sign-out', { method: 'POST', redirect: 'manual' });
    location.assign('/');
  };
  return (
    <Menu>
      <MenuTrigger>
        <Button appearance="subtle" icon={<Person20Regular />} aria-label={texts.shell.account} />
      </MenuTrigger>
      <MenuPopover>
        <div className={styles.label}>{texts.shell.signedInAs(label)}</div>
        <MenuList>
          <MenuItem onClick={() => void signOut()}>{texts.shell.signOut}</MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
