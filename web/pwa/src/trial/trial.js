// Puts the replica and a plain PouchDB within reach of the browser tests and the first-sync benchmark.
import PouchDB from '../replica/database.js';
import {openReplica} from '../replica/replica.js';
import * as measure from './measure.js';

Object.assign(window, {openReplica, PouchDB, measure});
