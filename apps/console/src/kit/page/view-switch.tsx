import { makeStyles, ToggleButton } from '@fluentui/react-components';

const useStyles = makeStyles({ group: { display: 'flex', flexWrap: 'wrap', gap: '4px' } });

/** Chooses one of a few views of a page. Each button says whether it is the chosen one. */
export function ViewSwitch<Name extends string>(props: {
  readonly label: string;
  readonly names: readonly Name[];
  readonly texts: Readonly<Record<Name, string>>;
  readonly chosen: Name;
  readonly onChoose: (name: Name) => void;
}) {
  const styles = useStyles();
  const { label, names, texts, chosen, onChoose } = props;
  return (
    <div role="group" aria-label={label} className={styles.group} data-print="no">
      {names.map((name) => (
        <ToggleButton
          key={name}
          appearance={name === chosen ? 'secondary' : 'subtle'}
          checked={name === chosen}
          onClick={() => onChoose(name)}
        >
          {texts[name]}
        </ToggleButton>
      ))}
    </div>
  );
}
