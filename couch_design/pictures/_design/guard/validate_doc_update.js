function (newDoc, oldDoc, userCtx, secObj) {
  "use strict";
  // The guard of pictures: the connector brings the products' pictures, everybody else looks at them.

  function holds(list, value) {
    return Array.isArray(list) && list.indexOf(value) >= 0;
  }

  if (holds(userCtx.roles, "_admin")) { return; }
  if (!holds(userCtx.roles, "connector")) {
    throw {forbidden: "connector_only: pictures are imported and not changed here"};
  }
  if (!/^(thumbnail|picture):./.test(newDoc._id)) {
    throw {forbidden: "unknown_kind: only thumbnails and pictures of products are kept here"};
  }
  for (var name in newDoc._attachments || {}) {
    if (name !== "image") {
      throw {forbidden: "attachments: a picture has one attachment, image"};
    }
    if (!/^image\/(webp|jpeg)$/.test(newDoc._attachments[name].content_type)) {
      throw {forbidden: "attachments: an image is WebP or JPEG"};
    }
  }
}
