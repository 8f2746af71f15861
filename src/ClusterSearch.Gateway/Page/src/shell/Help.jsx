import { Fragment } from 'preact';
import { Dialog } from './Dialog.jsx';

const groups = [
  ['Everywhere', [[['/'], 'Go to the search box'], [['?'], 'Show this list'], [['Esc'], 'Close what is open']]],
  ['Results', [[['←', '→', '↑', '↓'], 'Move from moment to moment'], [['Enter'], 'Open the moment'], [['S'], 'Put it into the basket, or take it out'], [['M'], 'More like this']]],
  ['Moment', [
    [['Space', 'K'], 'Play, pause'], [['J', 'L'], 'Play backwards, forwards; again for faster'], [['←', '→'], 'A second back, on'],
    [[',', '.'], 'A frame back, on'], [['↑', '↓'], 'The result before, the next one'], [['Home'], 'To the moment’s beginning'],
    [['S'], 'Basket'], [['M'], 'More like this'], [['C'], 'Search a region of the picture'],
  ]],
];

export const Help = ({ onClose }) => (
  <Dialog title="Keyboard" onClose={onClose}>
    {groups.map(([name, keys]) => (
      <section key={name}>
        <h3 class="help-group">{name}</h3>
        <dl class="keys">
          {keys.map(([names, what]) => (
            <Fragment key={what}><dt>{names.map((key) => <kbd key={key}>{key}</kbd>)}</dt><dd>{what}</dd></Fragment>
          ))}
        </dl>
      </section>
    ))}
  </Dialog>
);
