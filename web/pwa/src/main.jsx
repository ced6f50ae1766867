// Starts the app: whoever signed in here before gets their books without asking the network.
import {render} from 'preact';
import './app.css';
import {App} from './screens/app.jsx';
import {unsavedDrafts} from './store/draft_keeper.js';
import {updates} from './store/updates.js';

updates.watch();
addEventListener('beforeunload', (event) => { // the browser asks: what could not be saved would be gone
  if (!unsavedDrafts().length) return;
  event.preventDefault();
  event.returnValue = true; // Chromium before 119 asks for this
});
render(<App />, document.getElementById('app'));
