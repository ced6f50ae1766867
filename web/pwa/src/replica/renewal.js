// Makes a replica's next overlay: which snapshot, filled whole or not at all, switched to, and the old one cleared away.
import {BrokenSnapshot, ServerTrouble} from './errors.js';
import {fill, replicate} from './taking.js';
import {inTurn} from './turns.js';

const SHARE = 0.2; // of the base's documents: when PouchDB holds more, a new base is worth its bytes
const ATTEMPTS = 3; // at a snapshot that breaks off or is not whole, before replication has to do

/** The renewals of one StoredReplica, the holder of the overlay that is in use. */
export class Renewal {
  constructor(holder) {
    this.holder = holder;
  }

  /** A new base once PouchDB has outgrown the present one, and nothing is unsent. */
  async upkeep() {
    const {record, over} = this.holder.overlay;
    if (record.mode !== 'snapshot' || over.size <= record.count * SHARE || (await this.holder.storage.edits()).size) return;
    try {
      const manifest = await this.holder.service.manifest();
      if (manifest && manifest.hash !== record.hash) await this.renew(manifest, {replaceable: false});
    } catch (error) { // what there is is true and complete: a later sync tries again
      await this.holder.storage.update(({next, ...state}) => (
        {...state, next: null, retired: next ? [...state.retired, next.number] : state.retired}
      ));
      this.holder.tell('trouble', {message: `no new base: ${error.message}`});
    }
  }

  /**
   * Fill a new overlay, whole or not at all, and use it from then on. Unsent edits go along. A snapshot that breaks off
   * is tried again and then does without, unless it is not `replaceable`.
   */
  async renew(manifest, {replaceable = true} = {}) {
    for (;;) {
      manifest ??= await this.#manifest(); // null from the third failure on
      const overlay = await this.#begin(manifest);
      const visible = () => this.holder.overlay === overlay && this.holder.appeared();
      const help = {service: this.holder.service, remote: this.holder.remote, tell: (detail) => this.holder.tell('progress', detail), onBlock: visible};
      try {
        await (manifest ? fill(overlay, help) : replicate(overlay, help));
        await this.#switchTo(overlay);
        return {pulled_by: overlay.record.mode, documents: overlay.listing.size};
      } catch (error) {
        if (this.holder.overlay !== overlay) await overlay.close();
        if (overlay.record.phase === 'started' && overlay.record.mode === 'snapshot') await this.#countFailure(overlay);
        if (!(error instanceof BrokenSnapshot && replaceable)) throw error;
        manifest = undefined;
      }
    }
  }

  async #countFailure({number}) {
    await this.holder.storage.update((state) => (
      state.next?.number === number ? {...state, next: {...state.next, failures: (state.next.failures ?? 0) + 1}} : state
    ));
  }

  /** The snapshot that the server offers; null when there is none, or when it cannot make one now. */
  async #manifest() {
    const {next} = await this.holder.storage.state();
    if (next?.mode === 'plain' || next?.failures >= ATTEMPTS) return null;
    try {
      return await this.holder.service.manifest();
    } catch (error) {
      if (error instanceof ServerTrouble) return null;
      throw error;
    }
  }

  /** The overlay to be filled: what an interrupted attempt has left, if it is of the same snapshot, or a new one. */
  async #begin(manifest) {
    const {current, next} = await this.holder.storage.state();
    const same = next && (manifest ? next.hash === manifest.hash : next.mode === 'plain');
    if (same) {
      const present = this.holder.overlay?.number === next.number ? this.holder.overlay : this.holder.made(next);
      present.record = next;
      if (present !== this.holder.overlay) await present.load();
      return present;
    }
    const born = await this.holder.born().catch(() => undefined);
    const state = await this.holder.storage.update((before) => {
      const number = before.last + 1;
      const described = manifest
        ? {mode: 'snapshot', hash: manifest.hash, path: manifest.path, bytes: manifest.bytes, count: manifest.count,
          generation: manifest.generation, sequence: manifest.sequence, failures: before.next?.failures}
        : {mode: 'plain'};
      const retired = before.next ? [...before.retired, before.next.number] : before.retired;
      return {...before, last: number, next: {number, phase: 'started', born, ...described}, retired};
    });
    const overlay = this.holder.made(state.next);
    if (!current) { // the first sync shows what it has so far
      const abandoned = this.holder.overlay;
      if (abandoned) await abandoned.carry((await this.holder.storage.edits()).keys(), overlay);
      await this.holder.use(overlay);
      await abandoned?.close();
    }
    await this.retire();
    return overlay;
  }

  async #switchTo(overlay) {
    await inTurn(this.holder.turn('write'), async () => {
      const before = this.holder.overlay;
      if (before !== overlay) await before.carry((await this.holder.storage.edits()).keys(), overlay);
      await this.holder.storage.update((state) => ({
        ...state,
        current: {...overlay.record, phase: 'done'},
        next: null,
        retired: state.current ? [...state.retired, state.current.number] : state.retired,
      }));
      overlay.record = {...overlay.record, phase: 'done'};
      this.holder.overlay = overlay;
      if (before !== overlay) await before.close();
    });
    this.holder.appeared();
    this.holder.changed(null);
    await this.retire();
  }

  /** Delete overlays that are no longer used; what cannot be deleted now is deleted later. */
  async retire() {
    const {retired} = await this.holder.storage.state();
    for (const number of retired) {
      await this.holder.storage.deleteBlocks(number);
      await new this.holder.Database(`replica-${this.holder.options.name}-${number}`).destroy();
      await this.holder.storage.update((state) => ({...state, retired: state.retired.filter((each) => each !== number)}));
    }
  }
}
