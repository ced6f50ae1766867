// Runs in the app's page before the app does: says when what a person waits for is on the screen. Times are performance.now().
(() => {
  const probe = {inputs: [], answers: [], taps: [], online: null, asked: 0};
  window.probe = probe;

  const painted = (then) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => then(performance.now());
    channel.port2.postMessage(null);
  });

  // A search: when its answer was on the screen.
  window.Worker = class extends Worker {
    #asked = new Set(); // calls

    constructor(...given) {
      super(...given);
      probe.worker ??= performance.now();
      this.addEventListener('message', ({data: {call}}) => {
        if (!this.#asked.delete(call)) return;
        painted((shown) => {
          probe.asked -= 1;
          probe.answers.push(shown);
        });
      });
    }

    postMessage(message, ...rest) {
      if (message?.verb === 'search') {
        this.#asked.add(message.call);
        probe.asked += 1;
      }
      super.postMessage(message, ...rest);
    }
  };

  addEventListener('input', ({timeStamp}) => probe.inputs.push(timeStamp), true);
  addEventListener('click', ({timeStamp}) => probe.taps.push(timeStamp), true);
  addEventListener('online', () => { probe.online = performance.now(); });

  /** Resolves to the time at which `holds()` was true and on the screen. */
  probe.until = (holds) => new Promise((resolve) => {
    const observer = new MutationObserver(look);
    function look() {
      if (!holds()) return;
      observer.disconnect();
      painted(resolve);
    }
    observer.observe(document, {childList: true, subtree: true, characterData: true, attributes: true});
    look();
  });
  probe.listed = probe.until(() => document.querySelector('.list .product'));
})();
