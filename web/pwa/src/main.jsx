// Starts the app: whoever signed in here before gets their books without asking the network.
import {render} from 'preact';
import './app.css';
import {App} from './screens/app.jsx';
import {updates} from './store/updates.js';

updates.watch();
render(<App />, document.getElementById('app'));
