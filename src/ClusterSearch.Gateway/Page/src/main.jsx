import 'uplot/dist/uPlot.min.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/search.css';
import './styles/moment.css';
import './styles/pages.css';
import { render } from 'preact';
import { App } from './shell/App.jsx';

render(<App />, document.getElementById('page'));
