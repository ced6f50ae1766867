// Puts thumbnails and pictures within reach of the browser tests.
import {Pictures} from '../pictures/pictures.js';
import {PictureServer} from '../pictures/server.js';
import {openStorage} from '../pictures/storage.js';
import {Thumbnails} from '../pictures/thumbnails.js';

window.openPictures = async (remote) => {
  const server = new PictureServer(new URL(remote, location.href).href);
  return {
    thumbnails: new Thumbnails(server, await openStorage('thumbnails')),
    pictures: new Pictures(server, await openStorage('pictures')),
  };
};
