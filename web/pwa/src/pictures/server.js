// Asks the server for images: many thumbnails in one request, or one picture.

/** The server answered, and not with images; `status` says how. */
export class PicturesRefused extends Error {
  constructor(status) {
    super(`the server answered ${status} for pictures`);
    this.name = 'PicturesRefused';
    this.status = status;
  }
}

/** The pictures at an address such as `/couch/pictures`. */
export class PictureServer {
  constructor(remote, fetch = globalThis.fetch.bind(globalThis)) {
    this.remote = remote.replace(/\/+$/, '');
    this.fetch = fetch;
  }

  /** Thumbnails of products (QuickBooks' ids) as [{product, digest, type, bytes}]; those that are not there are left out. */
  async thumbnails(products, signal) {
    const answer = await this.#ask('/_all_docs?include_docs=true&attachments=true', signal, {
      method: 'POST',
      headers: {'Content-Type': 'application/json', Accept: 'application/json'},
      body: JSON.stringify({keys: products.map((product) => `thumbnail:${product}`)}),
    });
    const {rows} = await answer.json();
    return rows.filter(({doc}) => doc?._attachments?.image?.data).map(({doc}) => ({
      product: doc._id.slice('thumbnail:'.length),
      digest: doc.digest,
      type: doc._attachments.image.content_type,
      bytes: bytesOf(doc._attachments.image.data),
    }));
  }

  /** The picture of a product: {product, digest, type, bytes}, or null where there is none. */
  async picture(product, signal) {
    const id = encodeURIComponent(`picture:${product}`);
    const told = await this.#ask(`/${id}`, signal, {}, 404);
    if (!told) return null;
    const {_rev: revision, digest} = await told.json();
    const image = await this.#ask(`/${id}/image?rev=${revision}`, signal, {}, 404);
    if (!image) return null;
    return {product, digest, type: image.headers.get('Content-Type'), bytes: await image.arrayBuffer()};
  }

  async #ask(path, signal, options, missing = null) {
    const answer = await this.fetch(this.remote + path, {credentials: 'include', priority: 'low', signal, ...options});
    if (answer.ok) return answer;
    if (answer.status === missing) return null;
    throw new PicturesRefused(answer.status);
  }
}

function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let place = 0; place < text.length; place += 1) bytes[place] = text.charCodeAt(place);
  return bytes.buffer;
}
